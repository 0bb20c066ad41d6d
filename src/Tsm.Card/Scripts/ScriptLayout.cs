using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>Scripts of commands alone, in either format: their octets, and the room that commands take in them.</summary>
/// <remarks>TS 102 226 §5.1.1 and §5.2.1. The expanded one has a definite length, as over SMS.</remarks>
public static class ScriptLayout
{
    /// <summary>CLA, INS, P1, P2, Lc and Le.</summary>
    private const int AroundData = 6;

    /// <summary>Writes commands in their order.</summary>
    /// <param name="format">The format.</param>
    /// <param name="commands">One or more; in the compact format only the last one may return data.</param>
    /// <exception cref="ArgumentException">There are too many, none, or one is out of its place.</exception>
    public static Octets Write(ScriptFormat format, IReadOnlyList<CommandApdu> commands) =>
        format == ScriptFormat.Expanded ? ExpandedScript.Of(commands).ToOctets() : CompactScript.Write(commands);

    /// <summary>The octets that a command takes in a script.</summary>
    public static int SizeOf(ScriptFormat format, CommandApdu command) =>
        format == ScriptFormat.Expanded ? BerTlv.Size(ScriptElement.CommandTag, command.Length) : CompactScript.Length(command);

    /// <summary>The octets that a script of <paramref name="capacity"/> octets has for its commands; 0 or more.</summary>
    public static int Room(ScriptFormat format, int capacity)
    {
        if (format == ScriptFormat.Compact)
        {
            return capacity;
        }

        int room = capacity;
        while (room > 0 && ScriptTemplate.Size(room, indefinite: false) > capacity)
        {
            room--;
        }

        return Math.Max(0, room);
    }

    /// <summary>The most data of a command that takes no more than <paramref name="room"/> octets; less than 1 if there is no room for any.</summary>
    /// <param name="format">The format; the compact one leaves Le out.</param>
    /// <param name="room">The room for the command, in octets.</param>
    /// <param name="le">Whether the command has Le.</param>
    public static int MostData(ScriptFormat format, int room, bool le = true)
    {
        int around = le && format == ScriptFormat.Expanded ? AroundData : AroundData - 1;
        int most = room - around;
        while (format == ScriptFormat.Expanded && most > 0 && BerTlv.Size(ScriptElement.CommandTag, around + most) > room)
        {
            most--;
        }

        return most;
    }
}
