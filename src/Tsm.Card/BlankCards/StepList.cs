using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.SimFiles;

namespace Tsm.Card.BlankCards;

/// <summary>Collects the steps, and what is to be read back and compared.</summary>
internal sealed class StepList(BlankCardModel model)
{
    private const byte SelectByName = 0x04;
    private const byte ReturnNothing = 0x0C;

    private static readonly FileCommands Commands = FileCommands.Uicc;

    private readonly ImmutableArray<CardStep>.Builder _steps = ImmutableArray.CreateBuilder<CardStep>();
    private readonly List<(FilePath File, bool IsRecord, Octets Content, string What)> _written = [];

    /// <summary>The commands that select a file; files of an ADF in that of the USIM.</summary>
    public static ImmutableArray<CommandApdu> Select(FilePath path, bool withFcp) => path.IsInAdf
        ? [SelectApplication(CardFiles.UsimAid), .. Descend(FilePath.Of([.. path.Ids.Skip(1)]), withFcp)]
        : Commands.Select(path, withFcp);

    public void Open(Pin administrator)
    {
        Add(Commands.Select(FilePath.MasterFileId), "select the MF");
        Add(Commands.AskAttempts(model.Administrator), "ask how many attempts the administrative code has left",
            StepExpectation.AttemptsLeft, leastAttempts: model.LeastAttempts);
        Add(Commands.VerifyPin(model.Administrator, administrator), "present the administrative code",
            StepExpectation.Verified, isSecret: true);
    }

    public void Update(string file, Octets content, string what, bool comparable = true) =>
        Update(Place(CardFiles.Get(file)), content, what, comparable);

    public void Update(FilePath file, Octets content, string what, bool comparable = true)
    {
        Enter(file, what);
        foreach (CommandApdu command in Commands.UpdateAll(content))
        {
            Add(command, $"write {what}");
        }

        if (comparable)
        {
            _written.Add((file, false, content, what));
        }
    }

    public void UpdateList<TNetwork>(string file, ImmutableArray<TNetwork> networks, string what)
    {
        if (networks.IsDefaultOrEmpty)
        {
            return;
        }

        FilePath path = Place(CardFiles.Get(file));
        int size = RequiredSize(path, file);
        Update(path, networks switch
        {
            ImmutableArray<PlmnEntry> entries => PlmnLists.Encode(entries, size),
            ImmutableArray<Plmn> plmns => PlmnLists.Encode(plmns, size),
            _ => throw new ArgumentException("These are no networks.", nameof(networks)),
        }, what);
    }

    public void UpdateRecord(string file, Func<int, Octets> encode, string what)
    {
        FilePath path = CardFiles.Get(file).BelowMf!.Value;
        Octets content = encode(RequiredSize(path, file));
        Enter(path, what);
        Add(Commands.UpdateRecord(1, content), $"write {what}");
        _written.Add((path, true, content, what));
    }

    /// <summary>Selects a file of the vendor.</summary>
    public void Enter(KeyFile file)
    {
        ImmutableArray<CommandApdu> commands = file.Home switch
        {
            KeyFileHome.Usim => [SelectApplication(CardFiles.UsimAid), .. Descend(file.Path, withFcp: false)],
            KeyFileHome.Isim => [SelectApplication(CardFiles.IsimAid), .. Descend(file.Path, withFcp: false)],
            _ => Commands.Select(file.Path),
        };
        foreach (CommandApdu command in commands)
        {
            Add(command, $"select {file.Path}");
        }
    }

    /// <summary>Writes into the file that was entered.</summary>
    public void Write(int offset, Octets content, string what, bool isSecret) =>
        Add(Commands.UpdateBinary(offset, content), $"write {what}", isSecret: isSecret);

    public void CompareNow(FilePath file, Octets content, string what)
    {
        Enter(file, what);
        for (int at = 0; at < content.Length; at += FileCommands.MaxPart)
        {
            Octets part = content.Slice(at, Math.Min(FileCommands.MaxPart, content.Length - at));
            Add(Commands.ReadBinary(at, part.Length), $"compare {what}", StepExpectation.SameContent, content: part);
        }
    }

    /// <summary>Reads back what was written and is no secret.</summary>
    public void Compare()
    {
        foreach ((FilePath file, bool isRecord, Octets content, string what) in _written)
        {
            if (isRecord)
            {
                Enter(file, what);
                Add(Commands.ReadRecord(1, content.Length), $"compare {what}", StepExpectation.SameContent, content: content);
            }
            else
            {
                CompareNow(file, content, what);
            }
        }
    }

    public ImmutableArray<CardStep> Finish() => _steps.ToImmutable();

    private static CommandApdu SelectApplication(ReadOnlySpan<byte> aid) =>
        new(0x00, Instruction.Select, SelectByName, ReturnNothing, Octets.Copy(aid));

    private static IEnumerable<CommandApdu> Descend(FilePath path, bool withFcp)
    {
        ImmutableArray<ushort> ids = path.Ids;
        return ids.Select((id, i) => Commands.Select(id, withFcp && i == ids.Length - 1));
    }

    private static FilePath Place(CardFile file) => file.InAdf ?? file.BelowMf!.Value;

    private int RequiredSize(FilePath path, string file) => model.SizeOf(path)
        ?? throw new ArgumentException($"The size of {file} on {model.Name} is not known: take it from its FCP.", nameof(path));

    private void Enter(FilePath path, string what)
    {
        foreach (CommandApdu command in Select(path, withFcp: false))
        {
            Add(command, $"select the file of {what}");
        }
    }

    private void Add(
        CommandApdu command,
        string purpose,
        StepExpectation expectation = StepExpectation.Success,
        bool isSecret = false,
        Octets content = default,
        int leastAttempts = 0) => _steps.Add(new(command, purpose, expectation)
        {
            IsSecret = isSecret,
            Content = content,
            LeastAttempts = leastAttempts,
        });
}
