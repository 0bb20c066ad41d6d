using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A record of EF_ADN or EF_MSISDN: a name and a number.</summary>
/// <remarks>
/// TS 31.102 §4.2.26 and §4.4.2.3. Kept as it is on the wire; two are equal when their octets are. The name stands in front and
/// takes what the record has beyond 14 octets.
/// </remarks>
public readonly record struct NumberRecord : IPacket<NumberRecord>
{
    /// <summary>The octets of a record without its name.</summary>
    public const int TailSize = 14;

    private const int NumberSize = 10;
    private const byte Unused = 0xFF;

    private readonly Octets _wire;

    private NumberRecord(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>Whether the record holds no number.</summary>
    public bool IsUnused => _wire.IsEmpty || Tail[0] is Unused or 0;

    /// <summary>The name; empty if there is none.</summary>
    public string Name => _wire.IsEmpty ? "" : AlphaText.Decode(_wire.Span[..^TailSize]);

    /// <summary>The number; null if the record is not used.</summary>
    public DialledNumber? Number => IsUnused
        ? null
        : new(Tail[1], DialledNumber.Decode(Tail.Span.Slice(2, Math.Min(Tail[0] - 1, NumberSize))));

    /// <summary>The record of EF_CCP; FF for none.</summary>
    public byte CapabilityRecord => _wire.IsEmpty ? Unused : Tail[12];

    /// <summary>The record of EF_EXT1 (EF_EXT5) with the rest of the number; FF for none.</summary>
    public byte ExtensionRecord => _wire.IsEmpty ? Unused : Tail[13];

    private Octets Tail => _wire.Slice(_wire.Length - TailSize);

    /// <summary>A record.</summary>
    /// <param name="name">The name; empty for none.</param>
    /// <param name="number">The number, up to 20 digits.</param>
    /// <param name="recordLength">The length of the records of the file, at least 14 octets.</param>
    /// <exception cref="ArgumentException">Name or number do not fit.</exception>
    public static NumberRecord Of(string name, DialledNumber number, int recordLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recordLength, TailSize);
        Octets digits = number.Encode();
        Octets tail = Octets.Concat(
            Octets.Copy([(byte)(1 + digits.Length), number.TypeOfAddress]), FileContent.Fill(digits, NumberSize));
        return new(Octets.Concat(AlphaText.Encode(name, recordLength - TailSize), FileContent.Fill(tail, TailSize)));
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  name n | length 1 | TON and NPI 1 | number 10 | capability record 1 | extension record 1
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out NumberRecord packet, out PacketError error)
    {
        packet = default;
        error = source.Length < TailSize ? new(PacketFault.Truncated, source.Length) : default;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        byte length = source[^TailSize];
        if (length is not Unused and > 1 + NumberSize)
        {
            error = new(PacketFault.LengthMismatch, source.Length - TailSize);
            return false;
        }

        packet = new(Octets.Copy(source));
        return true;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();
}
