using Tsm.Bearers.Sms;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Explain.Layers;

/// <summary>ENVELOPEs, TPDUs and user data with a header.</summary>
internal static class SmsLayer
{
    private const byte DownloadTag = 0xD1;
    private const int EnvelopeHeader = 5;

    /// <summary>ENVELOPE (SMS-PP DOWNLOAD), as a command or its data alone.</summary>
    public static Found? Envelope(Octets octets, int? origin, ExplainContext context)
    {
        bool isCommand = octets.Length > EnvelopeHeader && octets[0] is 0x80 or 0xA0 && octets[1] == Instruction.Envelope;
        Octets data = isCommand ? octets.Slice(EnvelopeHeader, Math.Min(octets[4], octets.Length - EnvelopeHeader)) : octets;
        if (data.IsEmpty || data[0] != DownloadTag || !EnvelopeSmsPpDownload.TryParse(data.Span, out EnvelopeSmsPpDownload envelope, out _))
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        if (isCommand)
        {
            reading.Field("CLA INS P1 P2", 4, o => o[0] == 0xA0 ? "ENVELOPE to a 2G SIM" : "ENVELOPE");
            reading.Byte("Lc", v => $"{v} octets");
        }

        Verdict? inner = null;
        reading.Group("SMS-PP download (D1)", data.Length, null, group =>
        {
            group.Field("tag", 1);
            group.Field("length", data.Length >= 2 && data[1] >= 0x80 ? 2 : 1);
            while (group.Remaining >= 2)
            {
                byte tag = (byte)(group.Next & 0x7F);
                int lengthSize = group.Rest[1] >= 0x80 ? 2 : 1;
                int length = lengthSize == 2 && group.Remaining > 2 ? group.Rest[2] : group.Rest[1];
                group.Group(ObjectName(tag), 1 + lengthSize + length, null, item =>
                {
                    item.Field("tag", 1);
                    item.Field("length", lengthSize);
                    Found? tpdu = tag == 0x0B ? Tpdu(item.Rest, item.Offset, context) : null;
                    if (tpdu is null)
                    {
                        item.Field("value", length, o => tag switch
                        {
                            0x02 => "from the network (83) to the card (81)",
                            0x06 => envelope.ServiceCentre?.ToString(),
                            _ => null,
                        });
                    }
                    else
                    {
                        item.Add(tpdu.Part with { Name = tpdu.Title }, length);
                        inner = tpdu.Verdict;
                    }
                });
            }
        });
        reading.Leave("Le");
        return new("envelope", "ENVELOPE (SMS-PP download)", reading.ToPart("ENVELOPE"), inner ?? Verdicts.WellFormed("sms", "ENVELOPE", "A phone hands a short message to the card."));
    }

    /// <summary>SMS-DELIVER, SMS-SUBMIT or SMS-DELIVER-REPORT.</summary>
    public static Found? Tpdu(Octets octets, int? origin, ExplainContext context)
    {
        if (SmsDeliver.TryParse(octets.Span, out SmsDeliver deliver, out _) && IsPlausible(deliver.Originator))
        {
            return Deliver(octets, origin, deliver, context);
        }

        if (SmsSubmit.TryParse(octets.Span, out SmsSubmit submit, out _) && IsPlausible(submit.Destination))
        {
            return Submit(octets, origin, submit, context);
        }

        return SmsDeliverReport.TryParse(octets.Span, out SmsDeliverReport report, out _) && report.UserData is { IsEmpty: false }
            ? Report(octets, origin, report, context)
            : null;
    }

    /// <summary>User data with a header: one short message, or a segment.</summary>
    public static Found? UserData(Octets octets, int? origin, ExplainContext context)
    {
        if (!Bearers.Sms.UserData.TryParse(octets.Span, out UserData data, out _) || data.Header.Elements.IsEmpty || !data.Header.Elements.Any(e => IsKnown(e.Id)))
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        bool isPart = data.Header.TryGetPosition(out SegmentPosition position);
        reading.Group("user data header", data.Header.Length, null, header =>
        {
            header.Byte("UDHL", v => $"{v} octets of header");
            foreach (InformationElement element in data.Header.Elements)
            {
                header.Group(ElementName(element.Id), element.Length, SegmentPosition.TryRead(element, out SegmentPosition p) ? $"part {p.Sequence} of {p.Total}, reference {p.Reference}" : null, e =>
                {
                    e.Byte("IEI");
                    e.Byte("IEIDL");
                    e.Leave("data");
                });
            }
        });
        Octets payload = data.Payload;
        Found? inside = (isPart, data.Header.IsCommandPacket, data.Header.IsResponsePacket) switch
        {
            (false, true, _) => PacketLayer.Command(payload, reading.Offset, context),
            (false, _, true) => PacketLayer.Response(octets, origin, context),
            _ => null,
        };
        string title = isPart ? $"Segment {position.Sequence} of {position.Total}" : data.Header.IsCommandPacket ? "Command packet in one short message"
            : data.Header.IsResponsePacket ? "Response packet in one short message" : "User data with a header";
        bool splitAgain = isPart && Bearers.Sms.UserData.TryParse(payload.Span, out UserData again, out _) && again.Header.Elements.Length > 0
            && again.Header.Elements.All(e => IsKnown(e.Id)) && (again.Header.TryGetPosition(out _) || again.Header.IsCommandPacket);
        if (inside is not null && inside.Kind != "response-packet")
        {
            reading.Add(inside.Part, payload.Length);
        }
        else if (inside is not null)
        {
            return inside with { Title = title };
        }
        else
        {
            reading.Field(isPart ? "part of the packet" : "content", payload.Length);
        }

        Verdict verdict = splitAgain
            ? Verdicts.Trouble("sms", "SPLIT_TWICE", "Split twice", "Inside this segment another user data header begins.", "A gateway has split a packet that its sender had split already; the card cannot put it together.", "Let one side split: hand over segments of at most 140 octets with esm_class 40, and turn splitting off in the gateway.")
            : isPart ? new("sms", "SEGMENT", title, $"Part {position.Sequence} of {position.Total}, reference {position.Reference}: only all of them make a packet.", "The packet does not fit one short message.", "Give all segments together, for example with 'tsm packet unwrap --jsonl'.")
            : inside?.Verdict ?? Verdicts.WellFormed("sms", title, "User data with a header that names no secured packet.");
        return new(inside?.Kind is "command-packet" ? "command-packet" : "user-data", title, reading.ToPart(title), verdict);
    }

    /// <summary>Why a phone keeps a message for itself; null when it hands it to the card.</summary>
    public static string? WhyNotToCard(byte protocol, byte coding)
    {
        bool isClass2 = (coding & 0xF0) == 0xF0 ? (coding & 0x03) == 2 : (coding & 0xD0) == 0x10 && (coding & 0x03) == 2;
        return (protocol == SmsDeliver.DataDownloadProtocolId, isClass2) switch
        {
            (true, true) => null,
            (false, true) => $"protocol identifier {protocol:X2} is not data download (7F)",
            (true, false) => $"data coding {coding:X2} does not mean class 2",
            _ => $"protocol identifier {protocol:X2} is not data download (7F), and data coding {coding:X2} does not mean class 2",
        };
    }

    /// <summary>The verdict on a message that no card will see.</summary>
    public static Verdict Silence(string reason, string wanted) => Verdicts.Trouble(
        "sms", "NOT_TO_CARD", "The card will not see this", $"The phone hands only data download of class 2 to the card: {reason}.",
        "Sender or SMSC have set another protocol identifier or coding. The message is stored or shown, and no PoR ever comes.", $"Send with {wanted}, and see that the SMSC passes both on.");

    public static string? ProtocolText(byte value) => value == SmsDeliver.DataDownloadProtocolId ? "(U)SIM data download" : value == 0 ? "ordinary message" : "not data download";

    public static string? CodingText(byte value) => WhyNotToCard(SmsDeliver.DataDownloadProtocolId, value) is null ? "8-bit data, class 2: for the card" : "not class 2";

    private static Found Deliver(Octets octets, int? origin, SmsDeliver deliver, ExplainContext context)
    {
        var reading = new Reading(octets, origin);
        reading.Byte("TP-MTI and flags", _ => $"SMS-DELIVER{(deliver.HasHeader ? ", begins with a user data header" : "")}");
        reading.Field("TP-OA", deliver.Originator.Length, _ => $"from {deliver.Originator}");
        reading.Byte("TP-PID", ProtocolText);
        reading.Byte("TP-DCS", CodingText);
        reading.Field("TP-SCTS", ServiceCentreTimestamp.Size, _ => deliver.Timestamp.TryGetTime(out DateTimeOffset time) ? $"{time:yyyy-MM-dd HH:mm:ss zzz}" : "no time");
        Found? inside = Content(reading, deliver.UserData, context);
        bool isPacket = inside?.Kind is "command-packet" || (inside?.Kind is "user-data" && inside.Verdict.Code is "SEGMENT");
        Verdict verdict = isPacket && WhyNotToCard(deliver.ProtocolId, deliver.DataCoding) is { } reason ? Silence(reason, "TP-PID 7F and TP-DCS F6")
            : isPacket && !deliver.HasHeader ? Verdicts.Trouble("sms", "NO_UDHI", "The header is not announced", "TP-UDHI is not set, so neither phone nor card look for a user data header.", "The SMSC has dropped it, or esm_class was not 40.", "Send with esm_class 40, and see that the SMSC passes it on.")
            : inside?.Verdict ?? Verdicts.WellFormed("sms", "SMS-DELIVER", "A short message to a phone.");
        return new("tpdu", "SMS-DELIVER", reading.ToPart("SMS-DELIVER"), verdict);
    }

    private static Found Submit(Octets octets, int? origin, SmsSubmit submit, ExplainContext context)
    {
        var reading = new Reading(octets, origin);
        reading.Byte("TP-MTI and flags", _ => $"SMS-SUBMIT{(submit.HasHeader ? ", begins with a user data header" : "")}");
        reading.Byte("TP-MR", v => $"message reference {v}");
        reading.Field("TP-DA", submit.Destination.Length, _ => $"to {submit.Destination}");
        reading.Byte("TP-PID", ProtocolText);
        reading.Byte("TP-DCS");
        if (!submit.ValidityPeriod.IsEmpty)
        {
            reading.Field("TP-VP", submit.ValidityPeriod.Length);
        }

        Found? inside = Content(reading, submit.UserData, context);
        return new("tpdu", "SMS-SUBMIT", reading.ToPart("SMS-SUBMIT"), inside?.Verdict ?? Verdicts.WellFormed("sms", "SMS-SUBMIT", "A short message from a phone or card."));
    }

    private static Found Report(Octets octets, int? origin, SmsDeliverReport report, ExplainContext context)
    {
        var reading = new Reading(octets, origin);
        reading.Byte("TP-MTI and flags", _ => "SMS-DELIVER-REPORT");
        if (report.FailureCause is not null)
        {
            reading.Byte("TP-FCS", v => v switch { 0xD4 => "SIM toolkit busy", 0xD5 => "SIM data download error: the card answered with an error", 0xD0 => "SIM SMS storage full", 0xD3 => "memory capacity exceeded", _ => null });
        }

        reading.Byte("TP-PI", _ => "which of the next fields there are");
        if (report.ProtocolId is not null)
        {
            reading.Byte("TP-PID", ProtocolText);
        }

        if (report.DataCoding is not null)
        {
            reading.Byte("TP-DCS");
        }

        Found? inside = Content(reading, report.UserData ?? Octets.Empty, context);
        return new("tpdu", "SMS-DELIVER-REPORT", reading.ToPart("SMS-DELIVER-REPORT"), inside?.Verdict ?? Verdicts.WellFormed("sms", "SMS-DELIVER-REPORT", "What a phone answered to a message."));
    }

    private static Found? Content(Reading reading, Octets userData, ExplainContext context)
    {
        reading.Byte("TP-UDL", v => $"{v} octets");
        Found? inside = UserData(userData, reading.Offset, context);
        if (inside is null)
        {
            reading.Leave("TP-UD");
        }
        else
        {
            reading.Add(inside.Part with { Name = "TP-UD: " + inside.Title }, userData.Length);
        }

        return inside;
    }

    /// <summary>Two random octets are an address; a sender's has digits or text, and a type that is set as such types are.</summary>
    private static bool IsPlausible(SmsAddress address) => (address.TypeOfAddress & 0x80) != 0 && address.SemiOctets > 0;

    private static bool IsKnown(byte id) => id is InformationElementId.Concatenation8 or InformationElementId.Concatenation16
        or InformationElementId.CommandPacket or InformationElementId.ResponsePacket;

    private static string ElementName(byte id) => id switch
    {
        InformationElementId.Concatenation8 => "concatenation, 8-bit reference (00)",
        InformationElementId.Concatenation16 => "concatenation, 16-bit reference (08)",
        InformationElementId.CommandPacket => "command packet (70)",
        InformationElementId.ResponsePacket => "response packet (71)",
        _ => $"element {id:X2}",
    };

    private static string ObjectName(byte tag) => tag switch
    {
        0x02 => "device identities",
        0x06 => "address of the service centre",
        0x0B => "SMS TPDU",
        _ => $"object {tag:X2}",
    };
}
