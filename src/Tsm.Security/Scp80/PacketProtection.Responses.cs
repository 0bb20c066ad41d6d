using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <content>Opening responses.</content>
public static partial class PacketProtection
{
    /// <summary>Reads the TAR of a response packet, which is never ciphered, to find the commands it may answer.</summary>
    /// <param name="packet">
    /// The response; over SMS-PP beginning with 02 71 00, or with RPL where a relay has taken that off.
    /// </param>
    /// <param name="tar">The application that answered.</param>
    /// <param name="dialect">The road it came by.</param>
    public static bool TryReadResponseTar(ReadOnlySpan<byte> packet, out Tar tar, PacketDialect dialect = PacketDialect.SmsPp)
    {
        // Over SMS-PP the TAR stands at a fixed place, also in a packet of which the end is missing.
        ReadOnlySpan<byte> body = dialect == PacketDialect.SmsPp ? WithoutUdh(packet) : packet;
        var reader = new OctetReader(body);
        int start = PacketLayout.ShortMessageLengths;
        if (dialect != PacketDialect.SmsPp)
        {
            PacketLayout.ReadPrefix(ref reader, dialect, isResponse: true, tolerant: true, out _);
            start = reader.Offset;
        }

        tar = default;
        return !reader.Failed
            && body.Length >= start + PacketLayout.ResponseHeaderLength
            && Tar.TryParse(body.Slice(start, PacketLayout.TarLength), out tar, out _);
    }

    /// <summary>Verifies a response packet, and opens it only when it holds.</summary>
    /// <param name="packet">
    /// The response, put together from its segments; over SMS-PP beginning with 02 71 00, or with RPL where a relay has taken that off.
    /// </param>
    /// <param name="sent">The header of the command that may be answered.</param>
    /// <param name="keys">The keys the command was protected with; null where the response needs none.</param>
    /// <param name="dialect">The road it came by.</param>
    /// <returns>An opening of a kind for any octets; none make this throw.</returns>
    /// <exception cref="ArgumentException">The header sent cannot be carried out, or the keys do not fit it.</exception>
    public static ResponseOpening Open(
        ReadOnlySpan<byte> packet, CommandHeader sent, KeySet? keys, PacketDialect dialect = PacketDialect.SmsPp)
    {
        ProtectionSuite suite = ResponseSuiteOf(sent, keys);
        ReadOnlySpan<byte> received = dialect == PacketDialect.SmsPp ? WithoutUdh(packet) : packet;
        var reader = new OctetReader(received);
        int content = PacketLayout.ReadPrefix(ref reader, dialect, isResponse: true, tolerant: true, out int checkLength);
        if (reader.Failed)
        {
            return ResponseOpening.Malformed("RPL and RHL do not fit the octets.");
        }

        ReadOnlySpan<byte> prefix = received[..reader.Offset], body = reader.ReadSpan(content);
        Span<byte> expected = stackalloc byte[PacketLayout.TarLength];
        sent.Tar.Write(expected);
        if (!body[..PacketLayout.TarLength].SequenceEqual(expected))
        {
            return ResponseOpening.Foreign("The TAR is not that of the command.");
        }

        // RC and CC begin with 02 71 00 whatever UDH the segments really had (TS 31.115 §4.4).
        ReadOnlySpan<byte> udh = dialect == PacketDialect.SmsPp ? PacketLayout.ResponseUdh : default;
        byte[] whole = [.. udh, .. prefix, .. body];
        try
        {
            var layout = new PacketLayout(whole.Length - body.Length, IsResponse: true);
            return OpenBody(suite, whole, layout, checkLength, sent, keys) with { TrailingOctets = reader.Remaining };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(whole);
        }
    }

    private static ResponseOpening OpenBody(
        in ProtectionSuite suite, byte[] packet, PacketLayout layout, int checkLength, in CommandHeader sent, KeySet? keys)
    {
        Span<byte> secured = packet.AsSpan(layout.Secured);
        if (!suite.Ciphered || secured.Length % suite.BlockSize != 0)
        {
            return Judge(suite, packet, layout, checkLength, sent, keys);
        }

        // A card that could not use the keys answers in the clear although ciphering was asked for.
        Counter inTheClear = CounterAt(secured);
        bool definedStatus = new ResponseStatus(packet[layout.Status]).IsDefined;
        if (checkLength == 0 && definedStatus && (inTheClear == sent.Counter || inTheClear == Counter.Zero))
        {
            return Judge(suite, packet, layout, checkLength, sent, keys);
        }

        suite.Decipher(keys, secured);
        if (CounterAt(secured) != sent.Counter && inTheClear == sent.Counter)
        {
            // Signed as asked, but not ciphered as asked.
            suite.Encipher(keys, secured);
        }

        return Judge(suite, packet, layout, checkLength, sent, keys);
    }

    /// <summary>Grades a response packet that is in the clear by now.</summary>
    private static ResponseOpening Judge(
        in ProtectionSuite suite, Span<byte> packet, PacketLayout layout, int checkLength, in CommandHeader sent, KeySet? keys)
    {
        Counter counter = CounterAt(packet[layout.Secured..]);
        if (counter != sent.Counter && counter != Counter.Zero)
        {
            return ResponseOpening.Foreign("CNTR is not that of the command, or the response was ciphered with another key.");
        }

        int padding = packet[layout.PaddingCounter];
        var status = new ResponseStatus(packet[layout.Status]);
        if (suite.CheckLength == 0)
        {
            return ResponseOpening.Indicated(status, "The command asked for a response without RC or CC.");
        }

        if (checkLength == 0)
        {
            return ResponseOpening.Indicated(status, "The command asked for RC or CC, and the response has none.");
        }

        if (checkLength != suite.CheckLength || !VerifyAndStrip(suite, keys, ref packet, layout))
        {
            return ResponseOpening.Malformed("RC or CC does not hold: octets were altered, or the KID key is another.");
        }

        int dataLength = packet.Length - layout.Check - padding;
        if (padding > PacketLayout.LongestPadding || dataLength < 0)
        {
            return ResponseOpening.Malformed("PCNTR counts more padding than there can be.");
        }

        // What is signed but bound to no command may be an old response that somebody sends again.
        return counter == sent.Counter
            ? ResponseOpening.Proven(
                new(sent.Tar, counter, status, Octets.Copy(packet.Slice(layout.Check, dataLength)), padding),
                sent.Spi.PorIntegrity)
            : ResponseOpening.Indicated(status, "RC or CC holds, but CNTR is zero: it answers no command in particular.");
    }

    internal static ReadOnlySpan<byte> WithoutUdh(ReadOnlySpan<byte> packet) =>
        packet.StartsWith(PacketLayout.ResponseUdh) ? packet[PacketLayout.ResponseUdh.Length..] : packet;

    private static ProtectionSuite ResponseSuiteOf(in CommandHeader sent, KeySet? keys)
    {
        if (!ProtectionSuite.TryForResponse(sent, out ProtectionSuite suite, out string? reason))
        {
            throw new ArgumentException(reason, nameof(sent));
        }

        return suite.Misfit(keys) is { } misfit ? throw new ArgumentException(misfit, nameof(keys)) : suite;
    }
}
