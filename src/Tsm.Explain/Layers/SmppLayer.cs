using System.Buffers.Binary;
using System.Globalization;
using Tsm.Bearers.Smpp;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Explain.Layers;

/// <summary>A PDU of SMPP 3.4 with what it carries.</summary>
internal static class SmppLayer
{
    private const int HeaderLength = SmppPdu.HeaderLength;

    private static readonly HashSet<uint> Identifiers =
    [
        0x80000000, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xB, 0x15, 0x21, 0x102, 0x103,
        0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x80000005, 0x80000006, 0x80000007, 0x80000008, 0x80000009, 0x80000015, 0x80000021, 0x80000103,
    ];

    public static Found? Read(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length < HeaderLength)
        {
            return null;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(octets.Span), id = BinaryPrimitives.ReadUInt32BigEndian(octets.Span[4..]);
        if (!Identifiers.Contains(id) || length < HeaderLength || length > 65_536)
        {
            return null;
        }

        var command = new CommandId(id);
        var status = new CommandStatus(BinaryPrimitives.ReadUInt32BigEndian(octets.Span[8..]));
        var reading = new Reading(octets, origin);
        reading.Field("command_length", 4, _ => length == octets.Length ? $"{length} octets" : $"{length} octets, but {octets.Length} are given", fault: length != octets.Length);
        reading.Field("command_id", 4, _ => command.ToString());
        reading.Field("command_status", 4, _ => command.IsResponse ? $"{status.Name}: {status.Meaning}" : "not used in requests", fault: !status.IsOk);
        reading.Field("sequence_number", 4, o => BinaryPrimitives.ReadUInt32BigEndian(o.Span).ToString(CultureInfo.InvariantCulture));
        Verdict? inner = null;
        if (command == CommandId.SubmitSm || command == CommandId.DeliverSm)
        {
            inner = Message(reading, command, context);
        }
        else if (command.IsResponse && reading.Remaining > 0)
        {
            Text(reading, command == CommandId.SubmitSm.Response || command == CommandId.DeliverSm.Response ? "message_id" : "system_id");
            Tlvs(reading, context, out _);
        }
        else
        {
            reading.Leave("body (not shown: it may hold a password)");
        }

        string title = $"SMPP {command}";
        Verdict verdict = length > octets.Length ? Verdicts.Cut("smpp", $"The PDU of {length} octets")
            : !status.IsOk ? OfStatus(status, command)
            : inner ?? Verdicts.WellFormed("smpp", title, $"A well-formed {command}.");
        return new("smpp", title, Shown(reading, command), verdict);
    }

    /// <summary>A bind has a password in it: neither its body nor the whole is shown.</summary>
    private static Part Shown(Reading reading, CommandId command)
    {
        Part whole = reading.ToPart($"SMPP {command}");
        bool isBind = command == CommandId.BindReceiver || command == CommandId.BindTransmitter || command == CommandId.BindTransceiver || command == CommandId.Outbind;
        return isBind
            ? whole with { Octets = whole.Octets.Slice(0, HeaderLength), Parts = [.. whole.Parts.Select(p => p.Offset - whole.Offset >= HeaderLength ? p with { Octets = Octets.Empty } : p)] }
            : whole;
    }

    private static Verdict? Message(Reading reading, CommandId command, ExplainContext context)
    {
        Text(reading, "service_type");
        byte sourceTon = Address(reading, "source");
        Address(reading, "dest");
        byte esmClass = reading.Byte("esm_class", EsmClassText);
        byte protocol = reading.Byte("protocol_id", SmsLayer.ProtocolText);
        reading.Byte("priority_flag");
        Text(reading, "schedule_delivery_time");
        Text(reading, "validity_period");
        reading.Byte("registered_delivery", v => (v & 0x03) switch { 0 => "no receipt", 1 => "final receipt", 2 => "receipt of a failure", _ => "reserved" });
        reading.Byte("replace_if_present_flag");
        byte coding = reading.Byte("data_coding", SmsLayer.CodingText);
        reading.Byte("sm_default_msg_id");
        byte length = reading.Byte("sm_length", v => $"{v} octets");
        Found? carried = null;
        bool isReceipt = command == CommandId.DeliverSm && (esmClass & 0x3C) == 0x04;
        if (length > 0)
        {
            Octets message = reading.Rest is { } rest && rest.Length >= length ? rest.Slice(0, length) : reading.Rest;
            carried = isReceipt ? null : SmsLayer.UserData(message, reading.Offset, context);
            if (carried is null)
            {
                reading.Field("short_message", length, o => isReceipt ? $"delivery receipt: {Printable(o)}" : null);
            }
            else
            {
                reading.Add(carried.Part with { Name = "short_message: " + carried.Title }, message.Length);
            }
        }

        Tlvs(reading, context, out (bool Segmented, Found? Payload) tlvs);
        carried ??= tlvs.Payload;
        return Judge(command, isReceipt, sourceTon, esmClass, protocol, coding, tlvs.Segmented, carried);
    }

    private static Verdict? Judge(
        CommandId command, bool isReceipt, byte sourceTon, byte esmClass, byte protocol, byte coding, bool segmented, Found? carried)
    {
        if (isReceipt)
        {
            return Verdicts.WellFormed("smpp", "Delivery receipt", "The SMSC tells what became of a short message. Delivered means that the phone took it; only a PoR tells what the card did.");
        }

        if (command != CommandId.SubmitSm || carried?.Kind is not ("command-packet" or "user-data"))
        {
            return carried?.Verdict;
        }

        if (segmented)
        {
            return Verdicts.Trouble(
                "smpp", "SPLIT_TWICE", "The SMSC is told to split", "sar_* parameters stand beside a user data header: the SMSC writes a concatenation of its own in front of it.",
                "Both sender and SMSC take care of concatenation; the card then finds no command packet.", "Send segments that are cut here, with esm_class 40, and leave the sar_* parameters out.");
        }

        if ((esmClass & 0x40) == 0)
        {
            return Verdicts.Trouble(
                "smpp", "NO_UDHI", "The header is not announced", $"esm_class {esmClass:X2} does not say that the message begins with a user data header.",
                "The SMSC delivers it without TP-UDHI, and the phone shows it as text or drops it.", "Set esm_class to 40.");
        }

        if (SmsLayer.WhyNotToCard(protocol, coding) is { } reason)
        {
            return SmsLayer.Silence(reason, "protocol_id 7F and data_coding F6");
        }

        return (sourceTon & 0x07) == 5
            ? Verdicts.Trouble(
                "smpp", "NO_RETURN_ADDRESS", "Nobody to answer to", "The source address is alphanumeric: the card cannot send its PoR there by SMS-SUBMIT.",
                "The card takes the sender as the destination of its answer.", "Send from a number or short code that leads back to the SMSC.")
            : carried.Verdict;
    }

    private static Verdict OfStatus(CommandStatus status, CommandId command)
    {
        string code = status.Value.ToString("X8", CultureInfo.InvariantCulture);
        (string cause, string next) = status.Disposition switch
        {
            StatusDisposition.RetryLater => ("The SMSC takes no more at the moment.", "Send more slowly, and the same message again with growing pauses."),
            StatusDisposition.RetryLimited => ("The SMSC does not say more; its vendor's list may.", "Try a few times, then ask the operator of the SMSC with this code and the sequence number."),
            StatusDisposition.Rebind => ("The session is out of step.", "Close it and bind again."),
            StatusDisposition.StopAndAlarm => ("Name, password or account are not as the SMSC has them.", "Correct the account before another try: repeated ones may lock it."),
            _ => ("A field of the request is not to the SMSC's liking.", "Correct the field that the name says; the same request never succeeds."),
        };
        bool unknown = status.Name == code;
        return Verdicts.Trouble("smpp", code, unknown ? $"unknown {code}" : status.Name, $"The {command} says: {status.Meaning}.", cause, next);
    }

    private static byte Address(Reading reading, string whose)
    {
        byte ton = reading.Byte($"{whose}_addr_ton", v => ((TypeOfNumber)v).ToString());
        reading.Byte($"{whose}_addr_npi", v => ((NumberingPlan)v).ToString());
        Text(reading, whose == "source" ? "source_addr" : "destination_addr");
        return ton;
    }

    private static void Text(Reading reading, string name)
    {
        int end = reading.Rest.Span.IndexOf((byte)0);
        reading.Field(name, end < 0 ? reading.Remaining + 1 : end + 1, o => o.Length == 1 ? "none" : $"\"{Printable(o.Slice(0, o.Length - 1))}\"");
    }

    private static void Tlvs(Reading reading, ExplainContext context, out (bool Segmented, Found? Payload) seen)
    {
        bool segmented = false;
        Found? payload = null;
        while (reading.Remaining >= 4)
        {
            ushort tag = BinaryPrimitives.ReadUInt16BigEndian(reading.Rest.Span), length = BinaryPrimitives.ReadUInt16BigEndian(reading.Rest.Span[2..]);
            segmented |= tag is 0x020C or 0x020E or 0x020F;
            reading.Group($"TLV {tag:X4} {TlvName(tag)}", 4 + length, null, inner =>
            {
                inner.Field("tag", 2);
                inner.Field("length", 2, _ => $"{length} octets");
                if (tag == TlvTag.MessagePayload && SmsLayer.UserData(inner.Rest, inner.Offset, context) is { } found)
                {
                    payload = found;
                    inner.Add(found.Part with { Name = found.Title }, length);
                }
                else
                {
                    inner.Field("value", length);
                }
            });
        }

        seen = (segmented, payload);
    }

    private static string TlvName(ushort tag) => tag switch
    {
        0x0005 => "dest_addr_subunit",
        0x001D => "additional_status_info_text",
        0x001E => "receipted_message_id",
        0x020C => "sar_msg_ref_num",
        0x020E => "sar_total_segments",
        0x020F => "sar_segment_seqnum",
        0x0210 => "sc_interface_version",
        0x0423 => "network_error_code",
        0x0424 => "message_payload",
        0x0426 => "more_messages_to_send",
        0x0427 => "message_state",
        0x0428 => "congestion_state",
        >= 0x1400 and < 0x4000 => "of the vendor",
        _ => "",
    };

    private static string EsmClassText(byte value)
    {
        string type = (value & 0x3C) switch
        {
            0x00 => "message",
            0x04 => "delivery receipt",
            0x08 => "delivery acknowledgement of the phone",
            0x20 => "intermediate notification",
            _ => "other type",
        };
        return $"{type}{((value & 0x40) != 0 ? ", begins with a user data header" : "")}{((value & 0x80) != 0 ? ", reply path" : "")}";
    }

    private static string Printable(Octets octets) =>
        string.Concat(octets.ToArray().Select(o => o is >= 0x20 and < 0x7F ? ((char)o).ToString() : "."));
}
