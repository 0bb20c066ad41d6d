using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <content>Opening responses.</content>
public static partial class PacketProtection
{
    /// <summary>Reads the TAR of a response packet, which is never ciphered, to find the commands it may answer.</summary>
    /// <param name="packetWithUdh">The response, beginning with 02 71 00, or with RPL where a relay has taken that off.</param>
    /// <param name="tar">The application that answered.</param>
    public static bool TryReadResponseTar(ReadOnlySpan<byte> packetWithUdh, out Tar tar)
    {
        ReadOnlySpan<byte> body = WithoutUdh(packetWithUdh);
        tar = default;
        int start = PacketLayout.PacketLengthSize + 1;
        return body.Length >= start + PacketLayout.ResponseHeaderLength
            && Tar.TryParse(body.Slice(start, PacketLayout.TarLength), out tar, out _);
    }

    /// <summary>Verifies a response packet, and opens it only when it holds.</summary>
    /// <param name="packetWithUdh">
    /// The response, put together from its segments, beginning with 02 71 00, or with RPL where a relay has taken that off.
    /// </param>
    /// <param name="sent">The header of the command that may be answered.</param>
    /// <param name="keys">The keys the command was protected with; null where the response needs none.</param>
    /// <returns>An opening of a kind for any octets; none make this throw.</returns>
    /// <exception cref="ArgumentException">The header sent cannot be carried out, or the keys do not fit it.</exception>
    public static ResponseOpening Open(ReadOnlySpan<byte> packetWithUdh, CommandHeader sent, KeySet? keys)
    {
        ProtectionSuite suite = ResponseSuiteOf(sent, keys);

        //  RPL 2 | RHL 1 | TAR 3 | CNTR 5 | PCNTR 1 | status 1 | RC/CC m | data and padding
        var reader = new OctetReader(WithoutUdh(packetWithUdh));
        int packetLength = reader.ReadUInt16();
        ReadOnlySpan<byte> body = reader.ReadSpan(packetLength);
        int checkLength = body.IsEmpty ? -1 : body[0] - PacketLayout.ResponseHeaderLength;
        if (reader.Failed || checkLength < 0 || body.Length < 1 + PacketLayout.ResponseHeaderLength + checkLength)
        {
            return ResponseOpening.Malformed("RPL and RHL do not fit the octets.");
        }

        ReadOnlySpan<byte> answered = body.Slice(1, PacketLayout.TarLength);
        Span<byte> expected = stackalloc byte[PacketLayout.TarLength];
        sent.Tar.Write(expected);
        if (!answered.SequenceEqual(expected))
        {
            return ResponseOpening.Foreign("The TAR is not that of the command.");
        }

        // RC and CC begin with 02 71 00 whatever UDH the segments really had (TS 31.115 §4.4).
        byte[] packet = [.. PacketLayout.ResponseUdh, (byte)(packetLength >> 8), (byte)(packetLength & 0xFF), .. body];
        try
        {
            return OpenBody(suite, packet, checkLength, sent, keys) with { TrailingOctets = reader.Remaining };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(packet);
        }
    }

    private static ResponseOpening OpenBody(
        in ProtectionSuite suite, byte[] packet, int checkLength, in CommandHeader sent, KeySet? keys)
    {
        Span<byte> secured = packet.AsSpan(PacketLayout.ResponseSecured);
        if (!suite.Ciphered || secured.Length % suite.BlockSize != 0)
        {
            return Judge(suite, packet, checkLength, sent, keys);
        }

        // A card that could not use the keys answers in the clear although ciphering was asked for.
        Counter inTheClear = CounterAt(secured);
        bool definedStatus = new ResponseStatus(packet[PacketLayout.ResponseStatusOffset]).IsDefined;
        if (checkLength == 0 && definedStatus && (inTheClear == sent.Counter || inTheClear == Counter.Zero))
        {
            return Judge(suite, packet, checkLength, sent, keys);
        }

        suite.Decipher(keys, secured);
        if (CounterAt(secured) != sent.Counter && inTheClear == sent.Counter)
        {
            // Signed as asked, but not ciphered as asked.
            suite.Encipher(keys, secured);
        }

        return Judge(suite, packet, checkLength, sent, keys);
    }

    /// <summary>Grades a response packet that is in the clear by now.</summary>
    private static ResponseOpening Judge(
        in ProtectionSuite suite, Span<byte> packet, int checkLength, in CommandHeader sent, KeySet? keys)
    {
        Counter counter = CounterAt(packet[PacketLayout.ResponseSecured..]);
        if (counter != sent.Counter && counter != Counter.Zero)
        {
            return ResponseOpening.Foreign("CNTR is not that of the command, or the response was ciphered with another key.");
        }

        int padding = packet[PacketLayout.ResponsePaddingCounter];
        var status = new ResponseStatus(packet[PacketLayout.ResponseStatusOffset]);
        if (suite.CheckLength == 0)
        {
            return ResponseOpening.Indicated(status, "The command asked for a response without RC or CC.");
        }

        if (checkLength == 0)
        {
            return ResponseOpening.Indicated(status, "The command asked for RC or CC, and the response has none.");
        }

        if (checkLength != suite.CheckLength || !VerifyAndStrip(suite, keys, ref packet))
        {
            return ResponseOpening.Malformed("RC or CC does not hold: octets were altered, or the KID key is another.");
        }

        int dataLength = packet.Length - PacketLayout.CheckOffset - padding;
        if (padding > PacketLayout.LongestPadding || dataLength < 0)
        {
            return ResponseOpening.Malformed("PCNTR counts more padding than there can be.");
        }

        // What is signed but bound to no command may be an old response that somebody sends again.
        return counter == sent.Counter
            ? ResponseOpening.Proven(
                new(sent.Tar, counter, status, Octets.Copy(packet.Slice(PacketLayout.CheckOffset, dataLength)), padding),
                sent.Spi.PorIntegrity)
            : ResponseOpening.Indicated(status, "RC or CC holds, but CNTR is zero: it answers no command in particular.");
    }

    private static ReadOnlySpan<byte> WithoutUdh(ReadOnlySpan<byte> packet) =>
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
