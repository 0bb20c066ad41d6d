using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <content>The card's side, for simulated cards.</content>
public static partial class PacketProtection
{
    /// <summary>Reads what is in the clear of a command packet.</summary>
    /// <param name="packet">The packet, from CPL (or CPI) on, put together from its segments.</param>
    /// <param name="header">What is in the clear.</param>
    /// <param name="error">Why the octets are no command packet; the card's answer is status 06.</param>
    /// <param name="dialect">The road it came by.</param>
    public static bool TryReadHeader(
        ReadOnlySpan<byte> packet, out ReceivedHeader header, out PacketError error, PacketDialect dialect = PacketDialect.SmsPp) =>
        TryReadHeader(packet, dialect, out header, out _, out error);

    internal static bool TryReadHeader(
        ReadOnlySpan<byte> packet, PacketDialect dialect, out ReceivedHeader header, out PacketLayout layout, out PacketError error)
    {
        //  prefix | SPI 2 | KIc 1 | KID 1 | TAR 3 | ...
        var reader = new OctetReader(packet);
        PacketLayout.ReadPrefix(ref reader, dialect, isResponse: false, tolerant: false, out int checkLength);
        layout = new(reader.Offset, IsResponse: false);
        int spiOffset = reader.Offset;
        ReadOnlySpan<byte> spiOctets = reader.ReadSpan(Spi.Size);
        ReadOnlySpan<byte> kicOctets = reader.ReadSpan(Kic.Size);
        ReadOnlySpan<byte> kidOctets = reader.ReadSpan(Kid.Size);
        int tarOffset = reader.Offset;
        ReadOnlySpan<byte> tarOctets = reader.ReadSpan(PacketLayout.TarLength);
        header = default;
        error = reader.Error;
        if (reader.Failed)
        {
            return false;
        }

        // TS 102 225 §5.1.1: reserved bits are ignored by the receiving entity.
        ReadOnlySpan<byte> spiMeant = [(byte)(spiOctets[0] & ~Spi.ReservedFirst), (byte)(spiOctets[1] & ~Spi.ReservedSecond)];
        if (!Spi.TryParse(spiMeant, out Spi spi, out error))
        {
            error = error.Within(spiOffset);
            return false;
        }

        if (!Tar.TryParse(tarOctets, out Tar tar, out error))
        {
            error = error.Within(tarOffset);
            return false;
        }

        _ = Kic.TryParse(kicOctets, out Kic kic, out _);
        _ = Kid.TryParse(kidOctets, out Kid kid, out _);
        header = new(spi, kic, kid, tar, checkLength);
        return true;
    }

    /// <summary>Deciphers and verifies a command packet as a card does; the counter is the caller's to judge.</summary>
    /// <param name="packet">The packet, from CPL (or CPI) on, put together from its segments.</param>
    /// <param name="keys">The card's keys of the version that the header names; null where it has none.</param>
    /// <param name="ccLength">The length of an AES-CMAC, 4 or 8 octets, as the card's key has it.</param>
    /// <param name="agreed">What KIc and KID mean where they name no algorithm.</param>
    /// <param name="dialect">The road it came by.</param>
    /// <returns>An opening with a status for any octets; none make this throw.</returns>
    public static CommandOpening OpenCommand(
        ReadOnlySpan<byte> packet,
        KeySet? keys,
        int ccLength = 8,
        ImplicitAlgorithms agreed = default,
        PacketDialect dialect = PacketDialect.SmsPp)
    {
        // The packet is well formed, and the card has what it names, or the status is 06.
        if (!TryReadHeader(packet, dialect, out ReceivedHeader received, out PacketLayout layout, out PacketError error))
        {
            return CommandOpening.Refused(ResponseStatus.UnidentifiedSecurityError, error.ToString());
        }

        CommandHeader header = received.With(Counter.Zero, agreed) with { CcLength = ccLength };
        if (!ProtectionSuite.TryForCommand(header, out ProtectionSuite suite, out string? reason))
        {
            return CommandOpening.Refused(ResponseStatus.UnidentifiedSecurityError, reason);
        }

        reason = suite.Misfit(keys);
        if (reason is null && received.CheckLength != suite.CheckLength)
        {
            reason = "CHL does not fit the RC or CC that SPI asks for.";
        }

        if (reason is not null)
        {
            return CommandOpening.Refused(ResponseStatus.UnidentifiedSecurityError, reason);
        }

        if ((packet.Length - layout.Secured) % suite.BlockSize != 0)
        {
            return CommandOpening.Refused(ResponseStatus.CipheringError, "What is ciphered is not a number of whole blocks.");
        }

        byte[] clear = packet.ToArray();
        try
        {
            suite.Decipher(keys, clear.AsSpan(layout.Secured));
            return OpenClear(suite, clear, layout, header, keys);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    /// <summary>Makes the response packet of a card.</summary>
    /// <param name="sent">The header of the command that is answered; a counter of zero where the card could not read it.</param>
    /// <param name="keys">The card's keys of the version that the header names; null where none are needed.</param>
    /// <param name="status">What the card did with the command.</param>
    /// <param name="data">The additional response data, in the clear.</param>
    /// <param name="plain">Whether the response is neither ciphered nor has RC or CC, whatever the command asked for.</param>
    /// <param name="padding">How the card fills up what it ciphers.</param>
    /// <param name="dialect">The road.</param>
    /// <returns>Over SMS-PP 02 71 00 and the packet from RPL on, else the packet from RPI on.</returns>
    /// <exception cref="ArgumentException">
    /// The header cannot be carried out, the keys do not fit it, or RPL cannot count the packet.
    /// </exception>
    public static Octets ProtectResponse(
        CommandHeader sent,
        KeySet? keys,
        ResponseStatus status,
        ReadOnlySpan<byte> data,
        bool plain,
        ResponsePadding padding = ResponsePadding.Zeros,
        PacketDialect dialect = PacketDialect.SmsPp)
    {
        CommandHeader answered = plain
            ? sent with { Spi = sent.Spi with { PorIntegrity = Integrity.None, PorCiphered = false } }
            : sent;
        ProtectionSuite suite = ResponseSuiteOf(answered, keys);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, LongestPacket, nameof(data));
        int length = Measure(suite, data.Length, dialect, isResponse: true, out PacketLayout layout, out int paddingLength);
        if (length - layout.Prefix + 1 > ushort.MaxValue)
        {
            throw new ArgumentException("RPL cannot count a packet of this length.", nameof(data));
        }

        byte[] packet = new byte[length];
        var writer = new OctetWriter(packet);
        layout.WritePrefix(ref writer, dialect, suite.CheckLength, length);
        writer.Write(sent.Tar);
        writer.Write(sent.Counter);
        writer.WriteByte((byte)paddingLength);
        writer.WriteByte(status.Code);
        writer.Write(data);
        if (padding == ResponsePadding.MarkedZeros && paddingLength > 0)
        {
            writer.WriteByte(0x80);
        }

        Seal(suite, keys, packet, layout);
        return Octets.Own(packet);
    }

    private static CommandOpening OpenClear(
        in ProtectionSuite suite, Span<byte> packet, PacketLayout layout, CommandHeader header, KeySet? keys)
    {
        int padding = packet[layout.PaddingCounter];
        int dataLength = packet.Length - layout.Check - suite.CheckLength - padding;
        if (dataLength < 0 || padding > (suite.Ciphered ? suite.BlockSize - 1 : PacketLayout.LongestPadding))
        {
            return CommandOpening.Refused(
                suite.Ciphered ? ResponseStatus.CipheringError : ResponseStatus.UnidentifiedSecurityError,
                "PCNTR counts more padding than there can be.");
        }

        // RC and CC cover the padding as it was sent, so it is dropped only afterwards.
        return VerifyAndStrip(suite, keys, ref packet, layout)
            ? CommandOpening.Opened(
                header with { Counter = CounterAt(packet[layout.Secured..]) },
                Octets.Copy(packet.Slice(layout.Check, dataLength)),
                padding)
            : CommandOpening.Refused(ResponseStatus.IntegrityFailed, "RC or CC does not hold.");
    }
}
