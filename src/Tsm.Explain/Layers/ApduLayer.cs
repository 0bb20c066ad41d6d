using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Security.Scp80;

namespace Tsm.Explain.Layers;

/// <summary>Commands, alone and in compact strings, their answers, and status words alone.</summary>
internal static class ApduLayer
{
    private const int HeaderLength = 4;

    /// <summary>A command of any case, from CLA on.</summary>
    public static Found? Command(Octets octets, int? origin, ExplainContext context)
    {
        if (!CommandApdu.TryParse(octets.Span, out CommandApdu command, out _) || !IsCommand(command.Cla, command.Ins))
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        Header(reading, command);
        if (!command.Data.IsEmpty)
        {
            reading.Byte("Lc", v => $"{v} octets of data");
            CommandData.Read(reading, command, command.Data.Length, context);
        }

        if (command.Le is { } le)
        {
            reading.Byte("Le", _ => le == 0 ? "all there is" : $"{le} octets");
        }

        return new("apdu", command.Name, reading.ToPart(command.Name, CommandData.Summary(command)), CommandData.Judge(command));
    }

    /// <summary>One or more commands in a row, as in a compact string: CLA INS P1 P2 P3 and data, without Le behind data.</summary>
    public static Found? Commands(Octets octets, int? origin, ExplainContext context)
    {
        if (Command(octets, origin, context) is { } single && !CanBeString(octets))
        {
            return single;
        }

        var reading = new Reading(octets, origin);
        var names = new List<string>();
        Verdict? trouble = null;
        while (reading.Remaining > 0)
        {
            Octets rest = reading.Rest;
            if (rest.Length < HeaderLength + 1 || !IsCommand(rest[0], rest[1]))
            {
                return names.Count == 0 ? null : Superfluous(reading, names, origin, rest);
            }

            bool reads = Reads(rest[1]);
            int length = reads ? 0 : rest[4];
            if (rest.Length < HeaderLength + 1 + length)
            {
                return null;
            }

            var command = new CommandApdu(rest[0], rest[1], rest[2], rest[3], rest.Slice(HeaderLength + 1, length), reads ? rest[4] : null);
            names.Add(command.Name);
            if (reads && rest.Length > HeaderLength + 1)
            {
                trouble ??= Verdicts.Trouble("script", "READ_BEFORE_END", "A reading command stands before the end", $"{command.Name} returns data and may only come last (TS 102 226 §5.1.1).", "Of a compact string only the last answer comes back.", "Put it last, or use the expanded format.");
            }

            reading.Group(command.Name, HeaderLength + 1 + length, CommandData.Summary(command), inner =>
            {
                Header(inner, command);
                inner.Byte(reads ? "Le (P3)" : "Lc (P3)", v => reads && v == 0 ? "all there is" : $"{v} octets");
                if (length > 0)
                {
                    CommandData.Read(inner, command, length, context);
                }
            });
        }

        string title = names.Count == 1 ? names[0] : $"{names.Count} commands, compact format";
        Part part = names.Count == 1 ? reading.Parts[0] : reading.ToPart(title);
        return new(names.Count == 1 ? "apdu" : "apdus", title, part, trouble ?? Verdicts.WellFormed(
            "script", title, $"A compact command string: {string.Join(", ", names)}."));
    }

    /// <summary>Data and a status word that is known.</summary>
    public static Found? Response(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length is < 3 or > 258)
        {
            return null;
        }

        var status = new StatusWord((ushort)(octets[octets.Length - 2] << 8 | octets[octets.Length - 1]));
        if (status.Name == "unknown status")
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        Octets data = octets.Slice(0, octets.Length - 2);
        if (TlvLayer.Known(data, origin, context) is { } inside)
        {
            reading.Add(inside.Part with { Name = "data: " + inside.Title }, data.Length);
        }
        else
        {
            reading.Field("data", data.Length);
        }

        reading.Field("SW1 SW2", 2, _ => status.Name, fault: status.IsError);
        return new("response", "R-APDU", reading.ToPart("R-APDU"), Verdicts.Of(status, context.After));
    }

    /// <summary>Two octets that are a status word.</summary>
    public static Found? StatusWord(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length != Card.Apdu.StatusWord.Size || (octets[0] & 0xF0) is not (0x60 or 0x90))
        {
            return null;
        }

        var status = new StatusWord((ushort)(octets[0] << 8 | octets[1]));
        var part = new Part("SW1 SW2", octets) { Offset = origin, Meaning = status.Name, IsFault = status.IsError };
        return new("response", $"Status word {status}", part, Verdicts.Of(status, context.After));
    }

    /// <summary>One octet: the status of a response packet.</summary>
    public static Found? PorStatus(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length != 1)
        {
            return null;
        }

        var status = new ResponseStatus(octets[0]);
        return new("por-status", $"PoR status {octets}", new("response status code", octets) { Offset = origin, Meaning = status.Name, IsFault = !status.IsOk }, Verdicts.Of(status, proven: true));
    }

    private static Found Superfluous(Reading reading, List<string> names, int? origin, Octets rest)
    {
        // Behind a PIN with a wrong Lc they may be its last digits.
        bool hidden = reading.HidesSomething;
        if (hidden)
        {
            reading.AddHidden("superfluous octets", rest.Length);
        }
        else
        {
            reading.Field("superfluous octets", rest.Length, _ => "no command begins here", fault: true);
        }

        string title = names.Count == 1 ? $"{names[0]}, and octets after it" : $"{names.Count} commands, compact format, and octets after them";
        return new("apdus", title, reading.ToPart(title), Verdicts.Trouble(
            "script", "SUPERFLUOUS_LE", "Octets after the last command", $"After {names[^1]} stand {rest.Length} octets that are no command{(hidden ? "" : $": {rest}")}.",
            "Often a Le behind data, as readers want it; in the compact format a card reads it as the class of one more command and answers 6D00 or 6700.", "Leave Le out where there is data; add GET RESPONSE as the last command if the answer is wanted."));
    }

    private static void Header(Reading reading, CommandApdu command)
    {
        reading.Byte("CLA", v => v switch { 0x80 => "GlobalPlatform, no secure messaging", 0x84 => "GlobalPlatform, secure messaging", 0xA0 => "2G SIM", 0x00 => "ISO", _ => null });
        reading.Byte("INS", _ => command.Name);
        reading.Byte("P1", _ => CommandData.P1(command));
        reading.Byte("P2", _ => CommandData.P2(command));
    }

    /// <summary>A single command without Le behind its data is also a compact string of one.</summary>
    private static bool CanBeString(Octets octets) => octets.Length > HeaderLength && (Reads(octets[1]) ? octets.Length == HeaderLength + 1 : octets.Length == HeaderLength + 1 + octets[4]);

    /// <summary>P3 is Le for these, and Lc for all others.</summary>
    private static bool Reads(byte instruction) => instruction is Instruction.ReadBinary or Instruction.ReadRecord or Instruction.GetResponse or Instruction.GetData;

    private static bool IsCommand(byte cla, byte ins) =>
        cla is 0x00 or 0x01 or 0x80 or 0x81 or 0x84 or 0xA0 && !Instruction.Name(ins).StartsWith("INS ", StringComparison.Ordinal);
}
