using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.Services;

/// <summary>
/// What a card asks for by itself in a short message: which service, what is to be done with it, the number of its user, and a
/// number of its own by which a repetition is known.
/// </summary>
/// <remarks>
/// A format of ours, for no standard has one. It is TP-UD of a message of eight-bit data without a header:
/// <code>
///  E1 L | 80 L identifier: code of the private table 1, or AID 5..16
///       | 81 01 operation: 01 activate, 02 suspend, 03 resume, 04 terminate, 05 download, 06 deploy
///       | 82 L number: decimal digits with swapped nibbles, international, 3..8
///       | 83 L request number 1..4
/// </code>
/// All four are there, in this order; lengths are one octet.
/// </remarks>
/// <param name="Identifier">One octet of the private table, or a registered AID of 5 to 16.</param>
/// <param name="Operation">What is asked for; a code that nobody knows survives, so that it can be refused by name.</param>
/// <param name="Number">The user's number as the card knows it.</param>
/// <param name="RequestNumber">One to four octets, chosen by the card; the same again is the same request.</param>
public readonly record struct CardRequest(Octets Identifier, CardOperation Operation, Msisdn Number, Octets RequestNumber) : IPacket<CardRequest>
{
    /// <summary>The tag of the whole: how a request is told from a secured answer.</summary>
    public const byte Tag = 0xE1;

    private const uint IdentifierTag = 0x80;
    private const uint OperationTag = 0x81;
    private const uint NumberTag = 0x82;
    private const uint RequestNumberTag = 0x83;
    private const int MinAid = 5;
    private const int MaxAid = 16;
    private const int MaxRequestNumber = 4;

    /// <summary>The request number as a number: leading zeros do not make another request of it.</summary>
    public uint Sequence
    {
        get
        {
            uint value = 0;
            foreach (byte octet in RequestNumber.Span)
            {
                value = value << 8 | octet;
            }

            return value;
        }
    }

    /// <summary>The identifier as people and programs write it: two hexadecimal digits of the private table, or an AID.</summary>
    public string IdentifierText => Identifier.ToString();

    /// <inheritdoc/>
    public int Length => BerTlv.Size(Tag, ContentLength);

    private int NumberLength => (Number.Digits.Length + 1) / 2;

    private int ContentLength =>
        BerTlv.Size(IdentifierTag, Identifier.Length) + BerTlv.Size(OperationTag, 1)
        + BerTlv.Size(NumberTag, NumberLength) + BerTlv.Size(RequestNumberTag, RequestNumber.Length);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        BerTlv.WriteHeader(ref writer, Tag, ContentLength);
        BerTlv.Write(ref writer, IdentifierTag, Identifier.Span);
        BerTlv.WriteHeader(ref writer, OperationTag, 1);
        writer.WriteByte(Operation.Code);
        BerTlv.Write(ref writer, NumberTag, Bcd.Encode(Number.Digits).Span);
        BerTlv.Write(ref writer, RequestNumberTag, RequestNumber.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out CardRequest packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        if (!TryReadValue(ref reader, Tag, out ReadOnlySpan<byte> content, out error))
        {
            return false;
        }

        if (reader.Remaining > 0)
        {
            error = new(PacketFault.TrailingOctets, reader.Offset);
            return false;
        }

        int origin = source.Length - content.Length;
        var inner = new OctetReader(content);
        if (!TryReadValue(ref inner, IdentifierTag, out ReadOnlySpan<byte> identifier, out error)
            || !IsLength(identifier.Length is 1 or (>= MinAid and <= MaxAid), inner, identifier, out error)
            || !TryReadValue(ref inner, OperationTag, out ReadOnlySpan<byte> operation, out error)
            || !IsLength(operation.Length == 1, inner, operation, out error)
            || !TryReadValue(ref inner, NumberTag, out ReadOnlySpan<byte> number, out error)
            || !TryReadNumber(number, inner.Offset - number.Length, out Msisdn msisdn, out error)
            || !TryReadValue(ref inner, RequestNumberTag, out ReadOnlySpan<byte> sequence, out error)
            || !IsLength(sequence.Length is >= 1 and <= MaxRequestNumber, inner, sequence, out error))
        {
            error = error.Within(origin);
            return false;
        }

        if (inner.Remaining > 0)
        {
            error = new(PacketFault.TrailingOctets, origin + inner.Offset);
            return false;
        }

        packet = new(Octets.Copy(identifier), new(operation[0]), msisdn, Octets.Copy(sequence));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Operation} of {Identifier} for {Number}, request {Sequence}");

    /// <summary>Reads one object with its length in one octet: nothing here is longer.</summary>
    private static bool TryReadValue(ref OctetReader reader, uint tag, out ReadOnlySpan<byte> value, out PacketError error)
    {
        value = default;
        int start = reader.Offset;
        byte found = reader.ReadByte();
        byte length = reader.ReadByte();
        if (!reader.Failed && found != tag)
        {
            error = new(PacketFault.UnexpectedValue, start);
            return false;
        }

        if (!reader.Failed && length > 0x7F)
        {
            error = new(PacketFault.ReservedValue, start + 1);
            return false;
        }

        value = reader.ReadSpan(length);
        error = reader.Error;
        return !reader.Failed;
    }

    private static bool IsLength(bool right, OctetReader reader, ReadOnlySpan<byte> value, out PacketError error)
    {
        error = right ? default : new(PacketFault.LengthMismatch, reader.Offset - value.Length - 1);
        return right;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> octets, int offset, out Msisdn number, out PacketError error)
    {
        number = default;
        error = default;
        // What is read must be what would be written: a filler elsewhere than at the end would be lost.
        if (Bcd.TryDecode(octets, out string? digits)
            && octets.Length == (digits.Length + 1) / 2
            && Msisdn.TryParse("+" + digits, out number, out _))
        {
            return true;
        }

        error = new(PacketFault.ReservedValue, offset);
        return false;
    }
}

/// <summary>What a card asks for, an open table of codes.</summary>
/// <param name="Code">The octet.</param>
public readonly record struct CardOperation(byte Code)
{
    /// <summary>Make selectable.</summary>
    public static CardOperation Activate { get; } = new(0x01);

    /// <summary>Lock.</summary>
    public static CardOperation Suspend { get; } = new(0x02);

    /// <summary>Unlock.</summary>
    public static CardOperation Resume { get; } = new(0x03);

    /// <summary>Delete.</summary>
    public static CardOperation Terminate { get; } = new(0x04);

    /// <summary>Load, install and personalise.</summary>
    public static CardOperation Download { get; } = new(0x05);

    /// <summary>Download and activate in one.</summary>
    public static CardOperation Deploy { get; } = new(0x06);

    /// <summary>The name of a known code; null for any other.</summary>
    public string? Name => Code switch
    {
        0x01 => "activate",
        0x02 => "suspend",
        0x03 => "resume",
        0x04 => "terminate",
        0x05 => "download",
        0x06 => "deploy",
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Name ?? Code.ToString("X2", CultureInfo.InvariantCulture);
}
