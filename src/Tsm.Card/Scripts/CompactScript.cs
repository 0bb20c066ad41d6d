using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>The compact remote command string: commands in a row, of which only the last one's answer comes back.</summary>
/// <remarks>
/// TS 102 226 §5.1.1. Each command is CLA INS P1 P2 P3 and data, without separators. P3 is Lc where there is data, Le where
/// there is none, and 00 where there is neither. Le never follows data: cards read it as the class of the next command.
/// </remarks>
public static class CompactScript
{
    /// <summary>The most commands of a string: the card counts them in one octet.</summary>
    public const int MaxCommands = 255;

    private const int HeaderLength = 5;

    /// <summary>GET RESPONSE, which fetches the data of the command before it; all there is.</summary>
    public static CommandApdu GetResponse { get; } = new(0x00, Instruction.GetResponse, 0, 0, Le: 0);

    /// <summary>The octets a command takes in the string: five and its data.</summary>
    public static int Length(CommandApdu command) => HeaderLength + command.Data.Length;

    /// <summary>Writes commands in their order.</summary>
    /// <exception cref="ArgumentException">There are none or more than 255, or a command that reads (no data, with Le)
    /// stands before the end, where its answer would be lost.</exception>
    public static Octets Write(IReadOnlyList<CommandApdu> commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        if (commands.Count is 0 or > MaxCommands)
        {
            throw new ArgumentException($"A compact script has 1 to {MaxCommands} commands, not {commands.Count}.", nameof(commands));
        }

        int length = 0;
        for (int i = 0; i < commands.Count; i++)
        {
            length += Length(commands[i]);
            if (i < commands.Count - 1 && commands[i] is { Data.IsEmpty: true, Le: not null })
            {
                throw new ArgumentException($"{commands[i].Name} returns data and may only come last (TS 102 226 §5.1.1).", nameof(commands));
            }
        }

        byte[] script = new byte[length];
        var writer = new OctetWriter(script);
        foreach (CommandApdu command in commands)
        {
            writer.WriteByte(command.Cla);
            writer.WriteByte(command.Ins);
            writer.WriteByte(command.P1);
            writer.WriteByte(command.P2);
            writer.WriteByte((byte)(command.Data.IsEmpty ? command.Le ?? 0 : command.Data.Length));
            writer.Write(command.Data.Span);
        }

        return Octets.Own(script);
    }

    /// <summary>Reads a string as the card does, which knows from INS whether P3 counts data.</summary>
    /// <param name="script">The command string.</param>
    /// <param name="commands">The commands; those that read have Le, the others have data or nothing.</param>
    /// <param name="error">Why it is none, with the offset in the string.</param>
    public static bool TryParse(ReadOnlySpan<byte> script, out ImmutableArray<CommandApdu> commands, out PacketError error)
    {
        commands = [];
        var found = ImmutableArray.CreateBuilder<CommandApdu>();
        var reader = new OctetReader(script);
        do
        {
            ReadOnlySpan<byte> header = reader.ReadSpan(HeaderLength);
            if (header.IsEmpty)
            {
                break;
            }

            if (found.Count == MaxCommands)
            {
                reader.Fail(PacketFault.LimitExceeded, reader.Offset - HeaderLength);
                break;
            }

            CommandApdu command = new(header[0], header[1], header[2], header[3]);
            found.Add(Reads(command, header[4], reader)
                ? command with { Le = header[4] }
                : command with { Data = reader.ReadOctets(header[4]) });
        }
        while (reader.Remaining > 0);

        if (!reader.TryEnd(out error))
        {
            return false;
        }

        commands = found.ToImmutable();
        return true;
    }

    // Case 2: P3 is Le and no data follows.
    private static bool Reads(CommandApdu command, byte p3, OctetReader rest) => command.Ins switch
    {
        Instruction.ReadBinary or Instruction.ReadRecord or Instruction.GetResponse => true,

        // The list of applications carries the tag list 5C00 (GPCS 2.3.1 §11.3.2.2).
        Instruction.GetData => !(command is { P1: 0x2F, P2: 0x00 } && p3 > 0 && rest.Remaining >= p3),

        // RETRIEVE DATA names its object in the first block only (TS 102 221 §11.3.1).
        Instruction.RetrieveData => command.Cla == 0x00 && (command.P2 & 0x80) == 0 && rest.Remaining == 0,
        _ => false,
    };
}
