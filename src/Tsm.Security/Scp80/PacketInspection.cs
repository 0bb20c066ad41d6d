using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <summary>All that can be said about a secured packet without knowing what was sent or what the card holds.</summary>
/// <remarks>
/// For laboratories and for explaining octets. It is no evidence: whoever has to rely on a response opens it with
/// <see cref="PacketProtection.Open"/>, which compares it with the command. TS 102 225 §5.
/// </remarks>
public sealed record PacketInspection
{
    /// <summary>Whether it is a card's response.</summary>
    public required bool IsResponse { get; init; }

    /// <summary>The application that is addressed, or answers.</summary>
    public required Tar Tar { get; init; }

    /// <summary>What is in the clear of a command; null for a response.</summary>
    public ReceivedHeader? Command { get; init; }

    /// <summary>CNTR.</summary>
    public required Counter Counter { get; init; }

    /// <summary>PCNTR as it was received.</summary>
    public required int PaddingCounter { get; init; }

    /// <summary>The status of a response; null for a command.</summary>
    public ResponseStatus? Status { get; init; }

    /// <summary>RC or CC as it was received; empty without.</summary>
    public required Octets Check { get; init; }

    /// <summary>Whether there is an RC or CC and it holds with the keys that were given.</summary>
    public required bool Verified { get; init; }

    /// <summary>Whether a response that was asked for with ciphering, RC or CC has come without, as cards answer to what they could not read.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The data without padding. Where <see cref="Verified"/> is false they may be anybody's.</summary>
    public required Octets Data { get; init; }

    /// <summary>Looks into a command packet.</summary>
    /// <param name="packet">From CPL (or CPI) on, put together from its segments.</param>
    /// <param name="keys">The keys that it was protected with; null for none.</param>
    /// <param name="inspection">What was found.</param>
    /// <param name="reason">Why nothing could be: a sentence for people.</param>
    /// <param name="dialect">The road it came by.</param>
    public static bool TryCommand(
        ReadOnlySpan<byte> packet,
        KeySet? keys,
        [NotNullWhen(true)] out PacketInspection? inspection,
        [NotNullWhen(false)] out string? reason,
        PacketDialect dialect = PacketDialect.SmsPp)
    {
        inspection = null;
        if (!PacketProtection.TryReadHeader(packet, dialect, out ReceivedHeader received, out PacketLayout layout, out PacketError error))
        {
            reason = $"This is no command packet: {error}.";
            return false;
        }

        CommandHeader header = received.With(Counter.Zero);
        if (!ProtectionSuite.TryForCommand(header, out ProtectionSuite suite, out reason))
        {
            return false;
        }

        reason = suite.Misfit(keys) ?? (received.CheckLength == suite.CheckLength
            ? null
            : $"CHL leaves {received.CheckLength} octets for RC or CC, and SPI and KID ask for {suite.CheckLength}.");
        if (reason is not null)
        {
            return false;
        }

        inspection = Look(suite, packet, layout, keys, ref reason) is { } found ? found with { Tar = received.Tar, Command = received } : null;
        return inspection is not null;
    }

    /// <summary>Looks into a response packet.</summary>
    /// <param name="packet">From 02 71 00, RPL or RPI on, put together from its segments.</param>
    /// <param name="asked">The header of the command, of which SPI, KIc, KID and the length of a CMAC count; TAR and CNTR do not.</param>
    /// <param name="keys">The keys of the command; null for none.</param>
    /// <param name="inspection">What was found.</param>
    /// <param name="reason">Why nothing could be: a sentence for people.</param>
    /// <param name="dialect">The road it came by.</param>
    public static bool TryResponse(
        ReadOnlySpan<byte> packet,
        CommandHeader asked,
        KeySet? keys,
        [NotNullWhen(true)] out PacketInspection? inspection,
        [NotNullWhen(false)] out string? reason,
        PacketDialect dialect = PacketDialect.SmsPp)
    {
        inspection = null;
        ReadOnlySpan<byte> received = dialect == PacketDialect.SmsPp ? PacketProtection.WithoutUdh(packet) : packet;
        var reader = new OctetReader(received);
        int content = PacketLayout.ReadPrefix(ref reader, dialect, isResponse: true, tolerant: true, out int checkLength);
        if (reader.Failed)
        {
            reason = $"This is no response packet: {reader.Error}.";
            return false;
        }

        ReadOnlySpan<byte> prefix = received[..reader.Offset], body = reader.ReadSpan(content);
        if (!ProtectionSuite.TryForResponse(asked, out ProtectionSuite suite, out reason))
        {
            return false;
        }

        ReadOnlySpan<byte> udh = dialect == PacketDialect.SmsPp ? PacketLayout.ResponseUdh : default;
        byte[] whole = [.. udh, .. prefix, .. body];
        var layout = new PacketLayout(whole.Length - body.Length, IsResponse: true);
        _ = Tar.TryParse(body[..PacketLayout.TarLength], out Tar tar, out _);

        // A card that could not read the command answers in the clear, whatever was asked for.
        bool plain = checkLength == 0 && (suite.CheckLength > 0 || suite.Ciphered) && new ResponseStatus(whole[layout.Status]).IsDefined
            && (suite.CheckLength > 0 || (whole.Length - layout.Secured) % suite.BlockSize != 0);
        if (plain)
        {
            suite = ProtectionSuite.None;
        }
        else if ((reason = suite.Misfit(keys)) is not null)
        {
            return false;
        }
        else if (checkLength != suite.CheckLength)
        {
            reason = $"RHL leaves {checkLength} octets for RC or CC, and the command asked for {suite.CheckLength}.";
            return false;
        }

        inspection = Look(suite, whole, layout, keys, ref reason) is { } found
            ? found with { Tar = tar, Status = new(found.StatusOctet), IsPlain = plain }
            : null;
        return inspection is not null;
    }

    /// <summary>The length of RC or CC that RHL of a response states, in octets; 0 where the octets are no response.</summary>
    /// <param name="packet">From 02 71 00, RPL or RPI on.</param>
    /// <param name="dialect">The road it came by.</param>
    public static int CheckLengthOfResponse(ReadOnlySpan<byte> packet, PacketDialect dialect = PacketDialect.SmsPp)
    {
        var reader = new OctetReader(dialect == PacketDialect.SmsPp ? PacketProtection.WithoutUdh(packet) : packet);
        PacketLayout.ReadPrefix(ref reader, dialect, isResponse: true, tolerant: true, out int checkLength);
        return reader.Failed ? 0 : checkLength;
    }

    private byte StatusOctet { get; init; }

    private static PacketInspection? Look(
        in ProtectionSuite suite, ReadOnlySpan<byte> received, PacketLayout layout, KeySet? keys, ref string? reason)
    {
        if ((received.Length - layout.Secured) % suite.BlockSize != 0)
        {
            reason = "What is ciphered is not a number of whole blocks: octets are missing, or it was not ciphered.";
            return null;
        }

        byte[] clear = received.ToArray();
        try
        {
            Span<byte> packet = clear;
            suite.Decipher(keys, packet[layout.Secured..]);
            int padding = packet[layout.PaddingCounter];
            int dataLength = packet.Length - layout.Check - suite.CheckLength - padding;
            if (dataLength < 0 || padding > PacketLayout.LongestPadding)
            {
                reason = suite.Ciphered
                    ? $"PCNTR counts {padding} octets of padding, which cannot be: the KIc key is another, or octets are damaged."
                    : $"PCNTR counts {padding} octets of padding, which cannot be.";
                return null;
            }

            var inspection = new PacketInspection
            {
                IsResponse = layout.IsResponse,
                Tar = default,
                Counter = PacketProtection.CounterAt(packet[layout.Secured..]),
                PaddingCounter = padding,
                StatusOctet = layout.IsResponse ? packet[layout.Status] : (byte)0,
                Check = Octets.Copy(packet.Slice(layout.Check, suite.CheckLength)),
                Data = Octets.Copy(packet.Slice(layout.Check + suite.CheckLength, dataLength)),
                Verified = false,
            };
            return inspection with
            {
                Verified = suite.CheckLength > 0 && PacketProtection.VerifyAndStrip(suite, keys, ref packet, layout),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }
}
