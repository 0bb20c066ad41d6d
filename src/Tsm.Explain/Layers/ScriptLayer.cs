using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;

namespace Tsm.Explain.Layers;

/// <summary>Remote command strings and their responses (TS 102 226 §5).</summary>
internal static class ScriptLayer
{
    private const byte CommandTag = 0x22, ResponseTag = 0x23, CountTag = 0x80, ActionTag = 0x81, ErrorActionTag = 0x82, ChainingTag = 0x83, BadFormatTag = 0x90;

    /// <summary>The expanded format: AA or AE with commands, AB or AF with responses.</summary>
    public static Found? Expanded(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length < 2 || octets[0] is not (0xAA or 0xAE or 0xAB or 0xAF))
        {
            return null;
        }

        bool isResponse = octets[0] is 0xAB or 0xAF, isIndefinite = octets[1] == 0x80;
        var reading = new Reading(octets, origin);
        reading.Byte("tag", v => isResponse ? "response scripting template" : "command scripting template");
        if (isIndefinite)
        {
            reading.Byte("length", _ => "until 00 00");
        }
        else if (!TryLength(reading, out int length) || length != reading.Remaining)
        {
            return null;
        }

        var seen = new Seen();
        while (reading.Remaining > 0)
        {
            if (isIndefinite && reading.Remaining == 2 && reading.Next == 0 && reading.Rest[1] == 0)
            {
                reading.Field("end", 2);
                break;
            }

            if (!Element(reading, isResponse, context, seen))
            {
                return null;
            }
        }

        string title = isResponse ? "Response script, expanded format" : "Command script, expanded format";
        return new(isResponse ? "script-response" : "script", title, reading.ToPart(title), Judge(isResponse, seen));
    }

    /// <summary>The answer to a compact string: how many commands, the last status word, and its data.</summary>
    public static Found? CompactResponse(Octets octets, int? origin, ExplainContext context)
    {
        if (!Card.Scripts.CompactResponse.TryParse(octets.Span, out CompactResponse response, out _) || response.Executed == 0 || response.Status.Name == "unknown status")
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        reading.Byte("commands executed", v => v == 1 ? "1, the failing one included" : $"{v}, the failing one included");
        reading.Field("SW1 SW2", 2, _ => response.Status.Name, fault: response.Status.IsError);
        if (!response.Data.IsEmpty)
        {
            Found? inside = Explainer.Inside(response.Data, reading.Offset, context, TlvLayer.Known);
            if (inside is null)
            {
                reading.Leave("data of the last command");
            }
            else
            {
                reading.Add(inside.Part with { Name = "data of the last command: " + inside.Title }, response.Data.Length);
            }
        }

        Verdict verdict = Verdicts.Of(response.Status, context.After);
        return new("script-response", "Response script, compact format", reading.ToPart("compact response"), response.Status.IsError
            ? verdict with { Meaning = $"Command {response.Executed} of the script failed. {verdict.Meaning} Commands after it were not executed." }
            : verdict);
    }

    private static bool Element(Reading reading, bool isResponse, ExplainContext context, Seen seen)
    {
        Octets rest = reading.Rest;
        byte tag = rest[0];
        if (!TryMeasure(rest, out int header, out int length))
        {
            return false;
        }

        string name = Name(tag, isResponse, seen);
        reading.Group(name, header + length, null, inner =>
        {
            inner.Field("tag", 1);
            inner.Field("length", header - 1, _ => $"{length} octets");
            switch (tag)
            {
                case CommandTag when !isResponse && ApduLayer.Command(inner.Rest, inner.Offset, context) is { } command:
                    inner.Add(command.Part, length);
                    break;
                case ResponseTag when isResponse && length >= 2:
                    var status = new StatusWord((ushort)(inner.Rest[length - 2] << 8 | inner.Rest[length - 1]));
                    seen.Note(status);
                    if (length > 2)
                    {
                        inner.Field("data", length - 2);
                    }

                    inner.Field("SW1 SW2", 2, _ => status.Name, fault: status.IsError);
                    break;
                case CountTag when isResponse && length >= 1:
                    seen.Count = inner.Rest.Span[0];
                    inner.Field("number of executed commands", length, o => $"{o[^1]}");
                    break;
                case BadFormatTag when isResponse && length >= 1:
                    seen.BadFormat = inner.Byte("fault", v => v switch { 1 => "unknown tag", 2 => "wrong length", 3 => "length not found", _ => null }, fault: true);
                    break;
                case ChainingTag when length >= 1:
                    seen.Chaining = inner.Byte("script chaining", v => isResponse
                        ? v switch { 1 => "no previous script", 2 => "chaining not supported", 3 => "no resources", _ => null }
                        : v switch { 1 => "first script", 0x11 => "first script, kept across a reset", 2 => "one more, others follow", 3 => "last script", _ => null });
                    break;
            }

            inner.Leave("value");
        });
        return true;
    }

    private static Verdict Judge(bool isResponse, Seen seen)
    {
        if (!isResponse)
        {
            return Verdicts.WellFormed("script", "Command script", "Commands for the application that the TAR names, each with an answer of its own.");
        }

        if (seen.BadFormat is { } fault)
        {
            return Verdicts.Trouble("script", "BAD_FORMAT", "The card cannot read the script", fault switch
            {
                1 => "The card met a tag that it does not know.",
                2 => "A length in the script is wrong.",
                _ => "A length in the script is missing.",
            }, "The application takes another format, or an APDU was put in with a wrong length.", "Send the format that the card model names for this TAR, and check the lengths.");
        }

        if (seen.Chaining is { } chain and > 0)
        {
            return Verdicts.Trouble("script", $"CHAINING_{chain:X2}", "Script chaining was refused", chain switch
            {
                1 => "The card has no script before this one.",
                2 => "The card does not chain scripts.",
                _ => "The card has no room to keep the script.",
            }, "A script before was lost, a reset came between, or the card lacks the function.", "Start again with a first script; without chaining, put what belongs together into one packet.");
        }

        if (seen.FirstFailure is { } failed)
        {
            Verdict said = Verdicts.Of(failed, null);
            string later = seen.Later > 0 ? $" {seen.Later} later status words follow from it and can be left aside." : "";
            return said with { Meaning = $"R-APDU {seen.FirstFailureAt} of {seen.Responses} is the first that failed. {said.Meaning}{later}" };
        }

        return Verdicts.WellFormed("script", "All commands succeeded", $"{seen.Responses} answers, none of them an error.");
    }

    private static string Name(byte tag, bool isResponse, Seen seen) => (tag, isResponse) switch
    {
        (CommandTag, false) => "C-APDU",
        (ResponseTag, true) => $"R-APDU {seen.Responses + 1}",
        (CountTag, true) => "count",
        (ActionTag, false) => "immediate action",
        (ActionTag, true) => "immediate action response",
        (ErrorActionTag, false) => "error action",
        (ChainingTag, _) => "script chaining",
        (BadFormatTag, true) => "bad format",
        _ => $"element {tag:X2}",
    };

    private static bool TryLength(Reading reading, out int length)
    {
        bool measured = TryMeasure(Octets.Concat(Octets.Copy([0]), reading.Rest), out int header, out length, whole: false);
        if (measured)
        {
            int value = length;
            reading.Field("length", header - 1, _ => $"{value} octets");
        }

        return measured;
    }

    private static bool TryMeasure(Octets octets, out int header, out int length, bool whole = true)
    {
        var reader = new OctetReader(octets.Span);
        reader.ReadByte();
        length = BerTlv.ReadLength(ref reader);
        header = octets.Length - reader.Remaining;
        return !reader.Failed && (!whole || length <= reader.Remaining);
    }

    /// <summary>What was seen in a response.</summary>
    private sealed class Seen
    {
        public int Responses { get; private set; }

        public int Count { get; set; }

        public byte? BadFormat { get; set; }

        public byte? Chaining { get; set; }

        public StatusWord? FirstFailure { get; private set; }

        public int FirstFailureAt { get; private set; }

        public int Later { get; private set; }

        public void Note(StatusWord status)
        {
            Responses++;
            if (FirstFailure is null && status.IsError)
            {
                (FirstFailure, FirstFailureAt) = (status, Responses);
            }
            else if (FirstFailure is not null && status.IsError)
            {
                Later++;
            }
        }
    }
}
