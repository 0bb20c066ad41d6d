using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>A command whose data may be longer than a C-APDU carries; it then goes to the card in several of them.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.1.5.1. Only DELETE, INSTALL and PUT KEY can be cut: P1.b8 is set on all parts but the last. A secure
/// channel protects the whole command first, and it is cut afterwards.
/// </remarks>
/// <param name="Cla">CLA.</param>
/// <param name="Ins">INS.</param>
/// <param name="P1">P1 of the last part.</param>
/// <param name="P2">P2.</param>
/// <param name="Data">The whole command data, 0 to 65,535 octets.</param>
/// <param name="Le">The Le octet of the last part; null when none is sent.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ChainedCommand(byte Cla, byte Ins, byte P1, byte P2, Octets Data = default, int? Le = null)
{
    /// <summary>The most data, in octets: what the length of three octets under the C-MAC can say.</summary>
    public const int MaxData = 0xFFFF;

    private const byte MoreParts = 0x80;

    /// <summary>The whole command data, 0 to 65,535 octets.</summary>
    /// <exception cref="ArgumentException">More than that.</exception>
    public Octets Data { get; init; } = Data.Length <= MaxData
        ? Data
        : throw new ArgumentException($"A chain carries {MaxData} octets, these are {Data.Length}.", nameof(Data));

    /// <summary>Whether one C-APDU carries it all.</summary>
    public bool IsShort => Data.Length <= CommandApdu.MaxData;

    /// <summary>Whether a command with this INS may be cut.</summary>
    public static bool CanBeCut(byte instruction) => instruction is Instruction.Delete or Instruction.Install or Instruction.PutKey;

    /// <summary>A command that is no chain yet.</summary>
    public static ChainedCommand From(CommandApdu command) =>
        new(command.Cla, command.Ins, command.P1, command.P2, command.Data, command.Le);

    /// <inheritdoc cref="From"/>
    public static implicit operator ChainedCommand(CommandApdu command) => From(command);

    /// <summary>The command as one C-APDU.</summary>
    /// <exception cref="InvalidOperationException">It has more than 255 octets of data.</exception>
    public CommandApdu ToApdu() => IsShort
        ? new(Cla, Ins, P1, P2, Data, Le)
        : throw new InvalidOperationException($"{Data.Length} octets of data do not fit into one command: cut it.");

    /// <summary>The C-APDUs of the command in their order.</summary>
    /// <param name="partLength">The most data of a part, 1 to 255 octets.</param>
    /// <exception cref="ArgumentException">The command is too long for one part, and this instruction cannot be cut.</exception>
    public IReadOnlyList<CommandApdu> Cut(int partLength = CommandApdu.MaxData)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partLength, CommandApdu.MaxData);
        if (Data.Length <= partLength)
        {
            return [ToApdu()];
        }

        if (!CanBeCut(Ins) || (P1 & MoreParts) != 0)
        {
            throw new ArgumentException(
                $"{Instruction.Name(Ins)} with {Data.Length} octets of data cannot be cut into parts of {partLength}.", nameof(partLength));
        }

        var parts = new List<CommandApdu>();
        for (int start = 0; start < Data.Length; start += partLength)
        {
            int length = Math.Min(partLength, Data.Length - start);
            bool last = start + length == Data.Length;
            parts.Add(new(Cla, Ins, last ? P1 : (byte)(P1 | MoreParts), P2, Data.Slice(start, length), last ? Le : null));
        }

        return parts;
    }

    /// <summary>CLA, INS, P1, P2 and data in hexadecimal.</summary>
    public override string ToString() => $"{Cla:X2}{Ins:X2}{P1:X2}{P2:X2} {Data}";
}

/// <summary>Puts chained commands together again, as a card does.</summary>
/// <remarks>GPCS 2.3.1 §11.1.5.1. Members are for one thread at a time.</remarks>
public sealed class ChainAssembler
{
    private const byte MoreParts = 0x80;

    private readonly List<Octets> _parts = [];
    private CommandApdu _first;
    private int _length;

    /// <summary>Takes the next command.</summary>
    /// <param name="part">What has come.</param>
    /// <param name="command">The whole command, when this was its last or only part.</param>
    /// <param name="status">What is answered while there is no whole command: 9000 to a part, 6985 to a broken chain.</param>
    /// <returns>Whether there is a whole command.</returns>
    public bool TryTake(CommandApdu part, out ChainedCommand command, out StatusWord status)
    {
        command = default;
        bool more = ChainedCommand.CanBeCut(part.Ins) && (part.P1 & MoreParts) != 0;
        if (_parts.Count > 0 && (part.Cla, part.Ins, part.P1 & ~MoreParts, part.P2) != (_first.Cla, _first.Ins, _first.P1 & ~MoreParts, _first.P2))
        {
            Clear();
            status = StatusWord.ConditionsNotSatisfied;
            return false;
        }

        if (_length + part.Data.Length > ChainedCommand.MaxData)
        {
            Clear();
            status = StatusWord.IncorrectParameters;
            return false;
        }

        status = StatusWord.Success;
        if (_parts.Count == 0)
        {
            _first = part;
        }

        _parts.Add(part.Data);
        _length += part.Data.Length;
        if (more)
        {
            return false;
        }

        command = new(part.Cla, part.Ins, part.P1, part.P2, Octets.Concat([.. _parts]), part.Le);
        Clear();
        return true;
    }

    private void Clear()
    {
        _parts.Clear();
        _length = 0;
    }
}
