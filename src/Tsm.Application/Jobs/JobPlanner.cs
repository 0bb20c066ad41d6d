using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Scripts;
using Tsm.Card.Services;

namespace Tsm.Application.Jobs;

/// <summary>The script of one packet.</summary>
/// <param name="Commands">In their order, each as long as it has to be; see <see cref="Excess"/>.</param>
/// <param name="Parts">What each is for, in the same order.</param>
/// <param name="After">Where the job stands when all have succeeded.</param>
public sealed record PlannedStep(ImmutableArray<ChainedCommand> Commands, ImmutableArray<StepPart> Parts, JobCursor After)
{
    /// <summary>The commands as they stand in the script, when nothing is in <see cref="Excess"/>.</summary>
    public ImmutableArray<CommandApdu> Script => [.. Commands.Select(c => c.ToApdu())];

    /// <summary>What of the script is too long to go; null when it can go.</summary>
    /// <param name="model">The card model.</param>
    /// <param name="capacity">The octets that a script may have, so that its packet fits the card model's segments.</param>
    public Excess? Excess(CardModel model, int capacity)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Commands.FindIndex(c => !c.IsShort) is >= 0 and var at)
        {
            return new(Parts[at].Purpose, OfCommand: true, Commands[at].Data.Length, CommandApdu.MaxData);
        }

        int room = ScriptLayout.Room(model.ScriptFormat, capacity);
        int length = Script.Sum(c => ScriptLayout.SizeOf(model.ScriptFormat, c));
        return length > room ? new(Parts[0].Purpose, OfCommand: false, length, room) : null;
    }
}

/// <summary>What is too long: one command, or the commands of one packet.</summary>
/// <param name="Command">The command, or the first one of the packet.</param>
/// <param name="OfCommand">Whether it is the command.</param>
/// <param name="Length">The octets of its data, or those that all commands take in their script.</param>
/// <param name="Most">How many there may be.</param>
public sealed record Excess(Purpose Command, bool OfCommand, int Length, int Most);

/// <summary>Turns a job into scripts, each as full as one packet may be, so that the job takes as few short messages as can be.</summary>
public static class JobPlanner
{
    /// <summary>A LOAD with less than this is not worth its header; it goes with the next packet (a limit of ours).</summary>
    private const int SmallestBlock = 24;

    /// <summary>A load of as many blocks as can be numbered, one packet each, with an INSTALL before and after it.</summary>
    private const int MaxPackets = LoadCommand.MaxBlocks + 2;

    /// <summary>The next script of a job whose cursor stands on anything but <see cref="Stage.Decide"/> and <see cref="Stage.Finished"/>.</summary>
    /// <param name="application">The load file's application; needed for <see cref="Stage.Load"/> and <see cref="Stage.Install"/>.</param>
    /// <param name="capacity">The octets that a script may have, so that its packet fits the card model's segments.</param>
    /// <param name="owner">Whose the content is; null for the issuer's domain.</param>
    public static PlannedStep Next(CardJob job, CardModel model, CatalogueApplication? application, int capacity, ContentOwner? owner = null)
    {
        owner ??= ContentOwner.Issuer;
        JobCursor decide = new();
        PlannedStep Content(ChainedCommand command, StepPart part, JobCursor after) => Confirmed(owner.Permitted(command), part, after, model, owner);
        return job.Cursor.Stage switch
        {
            Stage.AuditApplications => List(
                job, RegistryScope.Applications, Purpose.ListApplications, model, job.Cursor with { Stage = Stage.AuditLoadFiles, NextPage = false }),
            Stage.AuditLoadFiles => List(
                job, RegistryScope.LoadFiles, Purpose.ListLoadFiles, model, job.Cursor with { Stage = Stage.Decide, NextPage = false }),
            Stage.Clean => Content(DeleteCommand.For(job.LoadFile!.Value, related: false), new(Purpose.DeleteLeftover, job.LoadFile), new() { Stage = Stage.Load }),
            Stage.Undo => Content(DeleteCommand.For(job.LoadFile!.Value, related: false), new(Purpose.DeleteLeftover, job.LoadFile), decide),
            Stage.Load => Load(job, model, application!, capacity, owner),
            Stage.Install => Content(Install(job), InstallPart(job), decide),
            Stage.MakeSelectable => Content(
                InstallCommand.ForMakeSelectable(job.Instance!.Value, Privileges(job)), new(Purpose.MakeSelectable, job.Instance), decide),
            Stage.Lock => One(SetStatusCommand.Lock(job.Instance!.Value), new(Purpose.Lock, job.Instance), decide),
            Stage.Unlock => One(SetStatusCommand.Unlock(job.Instance!.Value), new(Purpose.Unlock, job.Instance), decide),
            Stage.Delete => Content(DeleteCommand.For(job.Instance!.Value, related: false), new(Purpose.DeleteInstance, job.Instance), decide),
            Stage.ReadTable => One(GetDataCommand.For(ApplicationTable.Tag), new(Purpose.ReadTable, null), decide),
            Stage.DeleteLoadFile => Content(DeleteCommand.For(job.LoadFile!.Value, related: false), new(Purpose.DeleteLoadFile, job.LoadFile), decide),
            _ => throw new InvalidOperationException($"There is no script at stage {job.Cursor.Stage}."),
        };
    }

    /// <summary>DELETE of an instance and of its load file in one script.</summary>
    public static PlannedStep DeleteBoth(CardJob job) => new(
        [DeleteCommand.For(job.Instance!.Value, related: false), DeleteCommand.For(job.LoadFile!.Value, related: false)],
        [new(Purpose.DeleteInstance, job.Instance), new(Purpose.DeleteLoadFile, job.LoadFile)],
        new());

    /// <summary>
    /// The scripts from the job's cursor on, when nothing goes wrong, up to where it decides anew. Those of security domains are planned
    /// with their keys, and are not among them.
    /// </summary>
    /// <inheritdoc cref="Next" path="/param"/>
    public static IEnumerable<PlannedStep> Steps(CardJob job, CardModel model, CatalogueApplication? application, int capacity, ContentOwner? owner = null)
    {
        for (int packets = 0; packets < MaxPackets && job.Cursor.Stage is not (Stage.Decide or Stage.Finished) && !job.Cursor.Stage.IsOfDomains(); packets++)
        {
            PlannedStep step = Next(job, model, application, capacity, owner);
            yield return step;
            job = job with { Cursor = step.After };
        }
    }

    /// <summary>The packets that the job still takes from its cursor on, when nothing goes wrong.</summary>
    public static int Remaining(CardJob job, CardModel model, CatalogueApplication? application, int capacity, ContentOwner? owner = null) =>
        job.Cursor.Stage.IsOfDomains() ? 1 : Steps(job, model, application, capacity, owner).Count();

    /// <summary>Whether the load file can be numbered in LOAD commands of the model's size (GPCS 11.6.2: P2 is one octet).</summary>
    public static bool FitsBlockNumbers(CardModel model, CatalogueApplication application, int capacity)
    {
        CardJob load = new() { Id = "", Operation = Operation.Install, CreatedAt = default, LoadFile = application.PackageAid, Cursor = new() { Stage = Stage.Load } };
        return Steps(load, model, application, capacity).Any(s => s.Parts.Any(p => p.Purpose == Purpose.LoadLast));
    }

    private static PlannedStep Load(CardJob job, CardModel model, CatalogueApplication application, int capacity, ContentOwner owner)
    {
        var commands = ImmutableArray.CreateBuilder<ChainedCommand>();
        var parts = ImmutableArray.CreateBuilder<StepPart>();
        int room = ScriptLayout.Room(model.ScriptFormat, capacity) - (Fetches(model, owner) ? ScriptLayout.SizeOf(model.ScriptFormat, CompactScript.GetResponse) : 0);
        int offset = job.Cursor.Offset;
        int block = job.Cursor.Block;
        Octets loadFile = application.LoadFile;
        int most = Math.Max(1, model.MaxCommands - (Fetches(model, owner) ? 1 : 0));

        int SizeOf(ChainedCommand command) => command.IsShort ? ScriptLayout.SizeOf(model.ScriptFormat, command.ToApdu()) : command.Data.Length;
        void Add(ChainedCommand command, StepPart part)
        {
            commands.Add(command);
            parts.Add(part);
            room -= SizeOf(command);
        }

        if (!job.Cursor.Opened)
        {
            CommandApdu open = InstallCommand.ForLoad(application.PackageAid, owner.Domain, owner.Hash(application.Sha256), default);
            Add(owner.Permitted(open), new(Purpose.InstallForLoad, application.PackageAid));
        }

        while (offset < loadFile.Length && commands.Count < most && block < LoadCommand.MaxBlocks)
        {
            int left = loadFile.Length - offset;
            int length = Math.Min(Math.Min(model.MaxLoadBlock, left), ScriptLayout.MostData(model.ScriptFormat, room));
            if (length < Math.Min(SmallestBlock, left))
            {
                break;
            }

            bool last = length == left;
            Add(
                LoadCommand.Block(last, checked((byte)block), loadFile.Span.Slice(offset, length)),
                new(last ? Purpose.LoadLast : Purpose.Load, application.PackageAid));
            offset += length;
            block++;
        }

        bool loaded = offset == loadFile.Length;
        if (loaded && owner.HasReceipts)
        {
            AddFetch(commands, parts, model, owner);
        }
        else if (loaded && job.Instance is not null && Install(job) is var install && SizeOf(install) <= room && commands.Count < most)
        {
            Add(install, InstallPart(job));
        }

        return new(
            commands.ToImmutable(),
            parts.ToImmutable(),
            loaded
                ? new() { Stage = job.Instance is not null && parts.All(p => p.Purpose is not (Purpose.InstallForInstall or Purpose.InstallAndMakeSelectable)) ? Stage.Install : Stage.Decide }
                : new() { Stage = Stage.Load, Opened = true, Offset = offset, Block = block });
    }

    private static ChainedCommand Install(CardJob job)
    {
        // What a toolkit application may do besides is the card's default; its TAR is all that leads to it.
        ToolkitParameters? toolkit = job.Order?.Tar is { } tar ? new ToolkitParameters { Tars = [tar] } : null;
        Octets parameters = new InstallParameters { Application = job.Parameters, Toolkit = toolkit }.ToOctets();
        return InstallCommand.Install(
            SelectableAtOnce(job) ? InstallPurpose.InstallAndMakeSelectable : InstallPurpose.Install,
            job.LoadFile!.Value,
            job.Module!.Value,
            job.Instance!.Value,
            Privileges(job),
            parameters);
    }

    private static StepPart InstallPart(CardJob job) =>
        new(SelectableAtOnce(job) ? Purpose.InstallAndMakeSelectable : Purpose.InstallForInstall, job.Instance);

    /// <summary>What still gets its data is selectable only when it has them.</summary>
    private static bool SelectableAtOnce(CardJob job) => job.MakeSelectable && job.Order is not { Personalisation.IsEmpty: false };

    /// <summary>In the compact format a receipt is fetched by GET RESPONSE.</summary>
    private static bool Fetches(CardModel model, ContentOwner owner) => owner.HasReceipts && model.ScriptFormat == ScriptFormat.Compact;

    private static void AddFetch(ImmutableArray<ChainedCommand>.Builder commands, ImmutableArray<StepPart>.Builder parts, CardModel model, ContentOwner owner)
    {
        if (Fetches(model, owner))
        {
            commands.Add(CompactScript.GetResponse);
            parts.Add(new(Purpose.GetResponse, null));
        }
    }

    private static PlannedStep Confirmed(ChainedCommand command, StepPart part, JobCursor after, CardModel model, ContentOwner owner)
    {
        var commands = ImmutableArray.CreateBuilder<ChainedCommand>();
        var parts = ImmutableArray.CreateBuilder<StepPart>();
        commands.Add(command);
        parts.Add(part);
        AddFetch(commands, parts, model, owner);
        return new(commands.ToImmutable(), parts.ToImmutable(), after);
    }

    private static Privileges Privileges(CardJob job) =>
        // What the API took was checked there; none is what an applet has by default.
        Tsm.Card.GlobalPlatform.Privileges.TryParse(job.Privileges.Span, out Privileges privileges, out _) ? privileges : default;

    private static CommandApdu List(RegistryScope scope, bool next, bool tagList)
    {
        var command = new GetStatusCommand(scope, Next: next);
        return (tagList ? command : command with { Tags = default }).ToApdu();
    }

    /// <summary>GET STATUS; in the compact format its list is fetched by GET RESPONSE (TS 102 226 §5.1.1).</summary>
    private static PlannedStep List(CardJob job, RegistryScope scope, Purpose purpose, CardModel model, JobCursor after)
    {
        CommandApdu list = List(scope, job.Cursor.NextPage, model.StatusTagList);
        return model.ScriptFormat == ScriptFormat.Expanded
            ? One(list, new(purpose, null), after)
            : new([list, CompactScript.GetResponse], [new(purpose, null), new(Purpose.GetResponse, null)], after);
    }

    private static PlannedStep One(CommandApdu command, StepPart part, JobCursor after) => new([command], [part], after);
}
