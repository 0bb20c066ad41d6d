using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Explain.Layers;

/// <summary>What cards and phones hand each other beside SMS-PP: SEND SHORT MESSAGE, and pages of cell broadcast.</summary>
internal static class ToolkitLayer
{
    private const byte ProactiveTag = 0xD0, BroadcastTag = 0xD2;

    /// <summary>A proactive command by which a card sends a message, as FETCH brings it.</summary>
    public static Found? SendShortMessage(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.IsEmpty || octets[0] != ProactiveTag || !Bearers.Sms.SendShortMessage.TryParse(octets.Span, out SendShortMessage command, out _))
        {
            return null;
        }

        Verdict? inner = null;
        var reading = new Reading(octets, origin);
        Objects(reading, tag => tag switch
        {
            0x01 => $"SEND SHORT MESSAGE, command {command.CommandNumber}{(command.PackingRequired ? ", packing required" : "")}",
            0x02 => "from the card (81) to the network (83)",
            0x05 => "what the phone shows meanwhile; empty for nothing",
            0x06 => command.ServiceCentre?.ToString(),
            _ => null,
        }, tpdu =>
        {
            Found? found = SmsLayer.Tpdu(tpdu.Rest, tpdu.Offset, context);
            inner = found?.Verdict;
            return found;
        });
        return new("proactive-command", "Proactive command SEND SHORT MESSAGE", reading.ToPart("proactive command"), inner ?? Verdicts.WellFormed(
            "sms", "SEND SHORT MESSAGE", "The card has the phone send a short message for it, such as a PoR by SMS-SUBMIT."));
    }

    /// <summary>ENVELOPE (cell broadcast download), or its data alone.</summary>
    public static Found? CellBroadcast(Octets octets, int? origin, ExplainContext context)
    {
        bool isCommand = octets.Length > 5 && octets[0] is 0x80 or 0xA0 && octets[1] == 0xC2;
        Octets data = isCommand ? octets.Slice(5, Math.Min(octets[4], octets.Length - 5)) : octets;
        if (data.IsEmpty || data[0] != BroadcastTag || !EnvelopeCellBroadcast.TryParse(data.Span, out _, out _))
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        if (isCommand)
        {
            reading.Field("CLA INS P1 P2", 4, _ => "ENVELOPE");
            reading.Byte("Lc", v => $"{v} octets");
        }

        Verdict? inner = null;
        Objects(reading, _ => null, page =>
        {
            Found? found = Page(page.Rest, page.Offset, context);
            inner = found?.Verdict;
            return found;
        });
        return new("envelope", "ENVELOPE (cell broadcast download)", reading.ToPart("ENVELOPE"), inner ?? Verdicts.WellFormed(
            "sms", "Cell broadcast", "A phone hands a page of a cell broadcast to the card."));
    }

    private static Found? Page(Octets octets, int? origin, ExplainContext context)
    {
        if (!CellBroadcastPage.TryParse(octets.Span, out CellBroadcastPage page, out _))
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        reading.Field("serial number", 2);
        reading.Field("message identifier", 2, _ => page.IsSecured ? "secured packets for the card" : "not a range of secured packets");
        reading.Byte("data coding scheme");
        reading.Byte("page parameter", _ => $"page {page.Number} of {page.Total}");

        // A packet ends before the page does; CPL says where.
        Octets content = reading.Rest;
        int length = content.Length > 2 ? 2 + (content[0] << 8 | content[1]) : 0;
        Found? packet = page.IsSecured && page.Total == 1 && length > 2 && length <= content.Length ? PacketLayer.Command(content.Slice(0, length), reading.Offset, context) : null;
        if (packet is not null)
        {
            reading.Add(packet.Part, length);
        }

        reading.Leave(packet is null ? "content" : "filling");
        return new("cell-broadcast", $"Cell broadcast page {page.Number} of {page.Total}", reading.ToPart("page"), packet?.Verdict ?? Verdicts.WellFormed(
            "sms", "Cell broadcast page", $"Page {page.Number} of {page.Total}; no answer is defined to cell broadcast."));
    }

    /// <summary>Reads an outer object with comprehension objects in it, of which 0B and 0C carry a message.</summary>
    private static void Objects(Reading reading, Func<int, string?> meaning, Func<Reading, Found?> message)
    {
        reading.Field("tag", 1);
        reading.Field("length", reading.Next >= 0x80 ? 2 : 1);
        while (reading.Remaining >= 2)
        {
            int tag = reading.Next & 0x7F;
            int size = reading.Rest[1] >= 0x80 ? 2 : 1, length = size == 2 && reading.Remaining > 2 ? reading.Rest[2] : reading.Rest[1];
            if (1 + size + length > reading.Remaining)
            {
                break;
            }

            reading.Group(Name(tag), 1 + size + length, null, item =>
            {
                item.Field("tag", 1);
                item.Field("length", size);
                if (tag is 0x0B or 0x0C && message(item) is { } found)
                {
                    item.Add(found.Part with { Name = found.Title }, length);
                }
                else if (length > 0)
                {
                    item.Field("value", length, _ => meaning(tag));
                }
            });
        }

        reading.Leave("Le or unread octets");
    }

    private static string Name(int tag) => tag switch
    {
        0x01 => "command details",
        0x02 => "device identities",
        0x05 => "alpha identifier",
        0x06 => "address of the service centre",
        0x0B => "SMS TPDU",
        0x0C => "cell broadcast page",
        _ => $"object {tag:X2}",
    };
}
