using System.Collections.Immutable;
using FsCheck.Fluent;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application;

/// <summary>How a load file is cut into LOAD commands and these into packets.</summary>
public sealed class JobPlannerTests
{
    private static readonly Aid Package = Aid.Parse("F0546D5301");
    private static readonly Aid Module = Aid.Parse("F0546D530101");

    [Fact]
    public void Every_octet_is_loaded_once_in_order_in_packets_that_fit()
    {
        var cases =
            from length in Gen.Choose(1, 9_000)
            from capacity in Gen.Choose(60, 700)
            from block in Gen.Choose(32, 255)
            from commands in Gen.Choose(1, 20)
            from format in Gen.Elements(ScriptFormat.Compact, ScriptFormat.Expanded)
            from delegated in Gen.Elements(false, true)
            select (length, capacity, block, commands, format, delegated);

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(cases.ToArbitrary(), c =>
        {
            (ImmutableArray<PlannedStep> steps, Octets loadFile) = Plan(c.length, c.capacity, c.block, c.commands, c.format, c.delegated);

            // A receipt and the GET RESPONSE that fetches it are in one packet, also on a card that takes one command.
            int most = Math.Max(c.commands, c is { delegated: true, format: ScriptFormat.Compact } ? 2 : 1);
            List<LoadRequest> loads = [];
            foreach (CommandApdu command in steps.SelectMany(s => s.Script).Where(x => x.Ins == Instruction.Load))
            {
                Assert.True(LoadCommand.TryParse(command, out LoadRequest load, out _));
                loads.Add(load);
            }

            Assert.Equal(loadFile, Octets.Concat([.. loads.Select(l => l.Block)]));
            Assert.Equal(Enumerable.Range(0, loads.Count), loads.Select(l => (int)l.Number));
            Assert.All(loads, (l, i) => Assert.Equal(i == loads.Count - 1, l.Last));
            Assert.All(steps, s => Assert.True(ScriptLayout.Write(c.format, s.Script).Length <= c.capacity && s.Commands.Length <= most));
            Assert.All(steps, s => Assert.Equal(s.Commands.Length, s.Parts.Length));
            Assert.Equal(Purpose.InstallForLoad, steps[0].Parts[0].Purpose);
            Assert.Equal(Purpose.InstallForInstall, steps[^1].Parts.Last(p => p.Purpose != Purpose.GetResponse).Purpose);
        }));
    }

    [Fact]
    public void A_load_file_of_one_block_fits_a_card_that_takes_one_command_at_a_time()
    {
        (ImmutableArray<PlannedStep> steps, Octets loadFile) = Plan(length: 84, capacity: 283, block: 121, commands: 1);

        Assert.Equal(84, loadFile.Length);
        Assert.Equal(
            [Purpose.InstallForLoad, Purpose.LoadLast, Purpose.InstallForInstall], steps.Select(s => Assert.Single(s.Parts).Purpose));
    }

    [Theory]
    [InlineData(1_500, 650, 240)]
    [InlineData(3_000, 650, 240)]
    [InlineData(11_759, 650, 240)]
    [InlineData(2_916, 384, 120)]
    public void The_packets_are_as_few_as_the_card_allows(int length, int capacity, int block)
    {
        (ImmutableArray<PlannedStep> steps, _) = Plan(length, capacity, block, 255);

        // What must travel: the load file, a header for every block, and both INSTALL commands.
        int blocks = (length + block - 1) / block;
        int installs = steps.SelectMany(s => s.Script).Where(c => c.Ins == Instruction.Install).Sum(CompactScript.Length);
        int fewest = (length + (blocks * 5) + installs + capacity - 1) / capacity;
        Assert.InRange(steps.Length, fewest, fewest + 1);
    }

    [Fact]
    public void In_the_expanded_format_a_list_needs_no_get_response()
    {
        var model = new CardModel { Name = "m", Algorithm = KeyAlgorithm.Aes, ScriptFormat = ScriptFormat.Expanded };
        var job = new CardJob { Id = "j", Operation = Operation.Audit, CreatedAt = default, Cursor = new() { Stage = Stage.AuditApplications } };

        PlannedStep step = JobPlanner.Next(job, model, null, 600);

        Assert.Equal((Instruction.GetStatus, (int?)0), (Assert.Single(step.Commands).Ins, step.Commands[0].Le));
        Assert.Equal(Purpose.ListApplications, Assert.Single(step.Parts).Purpose);
    }

    private static (ImmutableArray<PlannedStep> Steps, Octets LoadFile) Plan(
        int length, int capacity, int block, int commands, ScriptFormat format = ScriptFormat.Compact, bool delegated = false)
    {
        Octets loadFile = Octets.Own([.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 % 256))]);
        var application = new CatalogueApplication("a", "a", Package, null, "1.0", "2.1", [Module], [], loadFile, 0, "", default);
        var model = new CardModel { Name = "m", Algorithm = KeyAlgorithm.Aes, MaxLoadBlock = block, MaxCommands = commands, ScriptFormat = format };
        var job = new CardJob
        {
            Id = "j",
            Operation = Operation.Install,
            CreatedAt = default,
            LoadFile = Package,
            Module = Module,
            Instance = Module,
            Cursor = new() { Stage = Stage.Load },
        };
        if (!JobPlanner.FitsBlockNumbers(model, application, capacity))
        {
            // Too many blocks for one octet: shorter, then.
            return Plan(length / 2, capacity, block, commands, format, delegated);
        }

        ContentOwner? owner = delegated ? new(Module, Permit: c => c) : null;
        var steps = ImmutableArray.CreateBuilder<PlannedStep>();
        while (job.Cursor.Stage is Stage.Load or Stage.Install)
        {
            PlannedStep step = JobPlanner.Next(job, model, application, capacity, owner);
            steps.Add(step);
            bool installed = step.Parts.Any(p => p.Purpose == Purpose.InstallForInstall);
            job = job with { Cursor = installed ? new() : step.After };
        }

        return (steps.ToImmutable(), loadFile);
    }
}
