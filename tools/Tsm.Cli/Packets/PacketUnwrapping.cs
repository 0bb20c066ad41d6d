using System.Text.Json;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Cli.Packets;

/// <summary>Opens the packet of a case: a command as its card would, a response as its sender would.</summary>
internal static class PacketUnwrapping
{
    /// <summary>Writes what is in the packet of a case.</summary>
    /// <exception cref="CaseFault">It cannot be opened.</exception>
    public static void Unwrap(CaseMembers members, Utf8JsonWriter result)
    {
        PacketDialect dialect = members.Transport("transport");
        (bool isResponse, byte[] packet) = Find(members, dialect);
        PacketInspection found = isResponse ? OpenResponse(members, packet, dialect) : OpenCommand(members, packet, dialect);
        result.WriteString("kind"u8, isResponse ? "response"u8 : "command"u8);
        CaseOutput.Write(result, "tar"u8, found.Tar);
        CaseOutput.Write(result, "cntr"u8, found.Counter);
        CaseOutput.WriteHex(result, "pcntr"u8, [(byte)found.PaddingCounter]);
        if (found.Status is { } status)
        {
            CaseOutput.WriteHex(result, "status"u8, [status.Code]);
        }
        else
        {
            result.WriteNull("status"u8);
        }

        result.WriteBoolean("verified"u8, found.Verified);
        CaseOutput.WriteHex(result, "data"u8, found.Data.Span);
        if (found.Command is { } command)
        {
            CaseOutput.Write(result, "spi"u8, command.Spi);
            CaseOutput.Write(result, "kic"u8, command.Kic);
            CaseOutput.Write(result, "kid"u8, command.Kid);
        }

        CaseOutput.WriteHex(result, "check"u8, found.Check.Span);
        if (!found.Verified)
        {
            result.WriteString("reason"u8, Reason(found));
        }
    }

    private static string Reason(PacketInspection found) => (found.Check.IsEmpty, found.IsPlain) switch
    {
        (false, _) => "The RC or CC does not hold: octets were altered, or the KID key is another.",
        (_, true) => "The card answered in the clear and without RC or CC, although the command asked for them: it proves nothing.",
        _ => "Neither RC nor CC was asked for, so nothing is proven.",
    };

    private static PacketInspection OpenCommand(CaseMembers members, byte[] packet, PacketDialect dialect)
    {
        if (!PacketProtection.TryReadHeader(packet, out ReceivedHeader header, out PacketError error, dialect))
        {
            throw CaseFault.OfPacket("NOT_A_PACKET", $"This is no command packet: {error}.", "Give all segments, or the packet from CPL on, and its transport.");
        }

        using KeySet? keys = CaseKeys.Read(members.Inner("keys"), header.Kic, header.Kid, header.Spi.Ciphered, header.Spi.Integrity);
        return PacketInspection.TryCommand(packet, keys, out PacketInspection? found, out string? reason, dialect)
            ? found
            : throw CannotOpen(reason);
    }

    private static PacketInspection OpenResponse(CaseMembers members, byte[] packet, PacketDialect dialect)
    {
        byte second = members.OctetsOrNull("spi2") is null ? (byte)0 : members.Octets("spi2", 1)[0];
        Spi spi = PacketWrapping.ReadSpi(0, second);
        bool isProtected = spi.PorCiphered || spi.PorIntegrity != Integrity.None;
        _ = Kic.TryParse(isProtected ? members.Octets("kic", Kic.Size) : [0], out Kic kic, out _);
        _ = Kid.TryParse(isProtected ? members.Octets("kid", Kid.Size) : [0], out Kid kid, out _);
        using KeySet? keys = CaseKeys.Read(members.Inner("keys"), kic, kid, spi.PorCiphered, spi.PorIntegrity);

        // The length of a CMAC is not in KID, but RHL tells it.
        int checkLength = PacketInspection.CheckLengthOfResponse(packet, dialect) == 4 ? 4 : 8;
        var asked = new CommandHeader(spi, kic, kid, default, Counter.Zero, checkLength);
        return PacketInspection.TryResponse(packet, asked, keys, out PacketInspection? found, out string? reason, dialect)
            ? found
            : throw CannotOpen(reason);
    }

    private static CaseFault CannotOpen(string reason) =>
        CaseFault.OfPacket("CANNOT_UNWRAP", reason, "Compare keys, KIc and KID with those of the sender, and see that no octets are missing.");

    private static (bool IsResponse, byte[] Packet) Find(CaseMembers members, PacketDialect dialect)
    {
        if (members.ListOrNull("segments") is { } segments)
        {
            return Join(segments);
        }

        byte[] packet = members.OctetsOrNull("packet")
            ?? throw CaseFault.OfMember("MISSING_MEMBER", "packet", "There is neither packet nor segments.", "Give one of them in hexadecimal.");
        return (dialect, packet) switch
        {
            (PacketDialect.SmsPp, [0x02, 0x70, 0x00, ..]) => (false, packet[3..]),
            (PacketDialect.SmsPp, [0x02, 0x71, 0x00, ..]) => (true, packet),
            (PacketDialect.CatTp or PacketDialect.TcpIp, [0x02, ..]) or (PacketDialect.Ussd, [0x04, ..]) => (true, packet),

            // Without its header it is what a relay leaves of it. RHL is at least 10 and CHL at least 13, so lengths tell little.
            (PacketDialect.SmsPp, _) when members.OctetsOrNull("spi2") is not null => (true, packet),
            _ => (false, packet),
        };
    }

    /// <summary>Puts segments together, whatever their order.</summary>
    private static (bool IsResponse, byte[] Packet) Join(IReadOnlyList<byte[]> segments)
    {
        bool isResponse = false, isCommand = false;
        Reassembly held = Reassembly.Empty;
        Octets? whole = null;
        foreach (byte[] segment in segments)
        {
            if (!UserData.TryParse(segment, out UserData read, out PacketError error))
            {
                throw new CaseFault("BAD_SEGMENT", $"A segment is no user data with a header: {error}.", "Give each TP-UD with its user data header.") { Layer = "sms", Member = "segments" };
            }

            isResponse |= read.Header.IsResponsePacket;
            isCommand |= read.Header.IsCommandPacket;
            (held, Octets? complete) = held.Add(read, DateTimeOffset.UnixEpoch);
            whole ??= complete;
        }

        if (whole is not { } packet)
        {
            throw Incomplete(held);
        }

        return isResponse == isCommand
            ? throw new CaseFault("UNKNOWN_KIND", "No segment, or both, says whether this is a command (70 00) or a response (71 00).", "Give all segments of one packet.") { Layer = "sms", Member = "segments" }
            : (isResponse, packet.ToArray());
    }

    private static CaseFault Incomplete(Reassembly held)
    {
        IEnumerable<string> series = held.Messages.Select(m => string.Join(
            " and ", m.Segments.Select((s, i) => (s, i)).Where(p => p.s is null).Select(p => $"{p.i + 1} of {m.Total}")));
        return new("MISSING_SEGMENT", $"Segments are missing: {string.Join("; ", series)}.", "Give all segments of the packet.") { Layer = "sms", Member = "segments" };
    }
}
