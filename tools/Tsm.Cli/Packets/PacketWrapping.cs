using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Cli.Packets;

/// <summary>Protects the data of a case and cuts the packet into short messages.</summary>
internal static class PacketWrapping
{
    private static readonly string[] ConcatenationFirst = ["concat_first", "concat", "00_first"];

    private static readonly string[] IdentifierFirst = ["cpi_first", "cpi", "70_first", "identifier_first"];

    /// <summary>Writes <c>packet</c> and <c>segments</c> of a case.</summary>
    /// <exception cref="CaseFault">There is no packet for it.</exception>
    public static void Wrap(CaseMembers members, Utf8JsonWriter result)
    {
        CommandHeader header = ReadHeader(members);
        PacketDialect dialect = members.Transport("transport");
        byte[] data = members.Octets("plaintext");
        ConcatenationOptions options = ReadOptions(members, out int reference);
        using KeySet? keys = CaseKeys.Read(members.Inner("keys"), header.Kic, header.Kid, header.Spi.Ciphered, header.Spi.Integrity);
        Octets packet;
        ImmutableArray<Octets> segments;
        try
        {
            packet = PacketProtection.Protect(header, keys, data, dialect);
            segments = dialect == PacketDialect.SmsPp ? Concatenation.Split(packet, options, reference) : [];
        }
        catch (ArgumentException fault)
        {
            throw CaseFault.OfPacket("CANNOT_WRAP", Sentence(fault), "Correct SPI, KIc and KID, or give keys and data that they allow.");
        }

        CaseOutput.WriteHex(result, "packet"u8, packet.Span);
        result.WriteStartArray("segments"u8);
        foreach (Octets segment in segments)
        {
            CaseOutput.WriteHex(result, segment.Span);
        }

        result.WriteEndArray();
    }

    /// <summary>SPI from its two octets.</summary>
    public static Spi ReadSpi(byte first, byte second) => Spi.TryParse([first, second], out Spi spi, out PacketError error)
        ? spi
        : throw CaseFault.OfMember(
            "BAD_MEMBER",
            error.Offset == 0 ? "spi1" : "spi2",
            string.Create(CultureInfo.InvariantCulture, $"SPI {first:x2}{second:x2} uses a coding that TS 102 225 §5.1.1 reserves."),
            "Clear bits 6 to 8 of SPI1 and bits 7 and 8 of SPI2; a PoR of 3 is reserved.");

    /// <summary>The sentence of an exception without the name of its parameter.</summary>
    public static string Sentence(ArgumentException fault) => fault.Message.Split(" (Parameter", 2)[0];

    private static CommandHeader ReadHeader(CaseMembers members)
    {
        Spi spi = ReadSpi(members.Octets("spi1", Spi.Size / 2)[0], members.Octets("spi2", Spi.Size / 2)[0]);
        _ = Kic.TryParse(members.Octets("kic", Kic.Size), out Kic kic, out _);
        _ = Kid.TryParse(members.Octets("kid", Kid.Size), out Kid kid, out _);
        _ = Tar.TryParse(members.Octets("tar", 3), out Tar tar, out _);
        _ = Counter.TryParse(members.Octets("cntr", Counter.Size), out Counter counter, out _);
        int ccLength = members.NumberOrNull("cc_len", 0, 8) ?? 8;
        bool isCmac = kid.AlgorithmFor(spi.Integrity) == CheckAlgorithm.AesCmac;
        return isCmac && ccLength is not (4 or 8)
            ? throw members.Fault("BAD_MEMBER", "cc_len", $"cc_len is {ccLength}.", "An AES-CMAC has 4 or 8 octets here (TS 102 225 §5.1.3.1).")
            : new(spi, kic, kid, tar, counter, isCmac ? ccLength : 8);
    }

    private static ConcatenationOptions ReadOptions(CaseMembers members, out int reference)
    {
        reference = members.NumberOrNull("concat_ref", 0, ushort.MaxValue) ?? 0;
        return new()
        {
            IdentifierFirst = IdentifierFirst.Contains(members.WordOrNull("ie_order", [.. ConcatenationFirst, .. IdentifierFirst])),
            WideReference = reference > byte.MaxValue,
        };
    }
}
