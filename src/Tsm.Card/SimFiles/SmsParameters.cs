using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A record of EF_SMSP: what a phone takes for the messages it sends, above all the service centre.</summary>
/// <remarks>
/// TS 31.102 §4.2.27, TS 23.040 §9.2.3.12. Kept as it is on the wire; two are equal when their octets are. A bit of the
/// indicators is 0 where its parameter is present.
/// </remarks>
public readonly record struct SmsParameters : IPacket<SmsParameters>
{
    /// <summary>The octets of a record without its name.</summary>
    public const int TailSize = 28;

    private const int AddressSize = 12;
    private const int DestinationAt = 1;
    private const int ServiceCentreAt = DestinationAt + AddressSize;
    private const int ProtocolAt = ServiceCentreAt + AddressSize;
    private const byte Unused = 0xFF;

    private readonly Octets _wire;

    private SmsParameters(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>The name; empty if there is none.</summary>
    public string Name => _wire.IsEmpty ? "" : AlphaText.Decode(_wire.Span[..^TailSize]);

    /// <summary>TP-DA; null if it is absent.</summary>
    public DialledNumber? Destination => Has(0) ? Address(DestinationAt, countsDigits: true) : null;

    /// <summary>The address of the service centre; null if it is absent.</summary>
    public DialledNumber? ServiceCentre => Has(1) ? Address(ServiceCentreAt, countsDigits: false) : null;

    /// <summary>TP-PID; null if it is absent.</summary>
    public byte? ProtocolId => Has(2) ? Tail[ProtocolAt] : null;

    /// <summary>TP-DCS; null if it is absent.</summary>
    public byte? DataCoding => Has(3) ? Tail[ProtocolAt + 1] : null;

    /// <summary>TP-VP; null if it is absent.</summary>
    public TimeSpan? ValidityPeriod => Has(4) ? ToPeriod(Tail[ProtocolAt + 2]) : null;

    private Octets Tail => _wire.IsEmpty ? FileContent.Blank(TailSize) : _wire.Slice(_wire.Length - TailSize);

    /// <summary>A record.</summary>
    /// <param name="values">The parameters; those that are null are absent.</param>
    /// <param name="recordLength">The length of the records of the file, at least 28 octets.</param>
    /// <exception cref="ArgumentException">A name or a number does not fit.</exception>
    public static SmsParameters Of(SmsParameterValues values, int recordLength)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(recordLength, TailSize);
        byte[] tail = new byte[TailSize];
        tail.AsSpan().Fill(Unused);
        tail[0] = (byte)(0xE0
            | (values.Destination is null ? 1 : 0)
            | (values.ServiceCentre is null ? 2 : 0)
            | (values.ProtocolId is null ? 4 : 0)
            | (values.DataCoding is null ? 8 : 0)
            | (values.ValidityPeriod is null ? 16 : 0));
        Put(values.Destination, tail.AsSpan(DestinationAt, AddressSize), countsDigits: true);
        Put(values.ServiceCentre, tail.AsSpan(ServiceCentreAt, AddressSize), countsDigits: false);
        tail[ProtocolAt] = values.ProtocolId ?? Unused;
        tail[ProtocolAt + 1] = values.DataCoding ?? Unused;
        tail[ProtocolAt + 2] = values.ValidityPeriod is { } period ? FromPeriod(period) : Unused;
        return new(Octets.Concat(AlphaText.Encode(values.Name, recordLength - TailSize), Octets.Own(tail)));
    }

    /// <summary>The length that a relative TP-VP means.</summary>
    /// <remarks>TS 23.040 §9.2.3.12.1.</remarks>
    public static TimeSpan ToPeriod(byte value) => value switch
    {
        <= 143 => TimeSpan.FromMinutes((value + 1) * 5),
        <= 167 => TimeSpan.FromHours(12) + TimeSpan.FromMinutes((value - 143) * 30),
        <= 196 => TimeSpan.FromDays(value - 166),
        _ => TimeSpan.FromDays((value - 192) * 7),
    };

    /// <summary>The least relative TP-VP that means at least this length; the longest if there is none.</summary>
    public static byte FromPeriod(TimeSpan period)
    {
        byte value = 0;
        while (value < byte.MaxValue && ToPeriod(value) < period)
        {
            value++;
        }

        return value;
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  name n | indicators 1 | TP-DA 12 | service centre 12 | TP-PID 1 | TP-DCS 1 | TP-VP 1
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SmsParameters packet, out PacketError error)
    {
        error = source.Length < TailSize ? new(PacketFault.Truncated, source.Length) : default;
        packet = error.Fault == PacketFault.None ? new(Octets.Copy(source)) : default;
        return error.Fault == PacketFault.None;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();

    private bool Has(int bit) => (Tail[0] >> bit & 1) == 0;

    // TP-DA counts digits (TS 23.040), the service centre the octets of TON, NPI and digits (TS 24.011).
    private DialledNumber Address(int at, bool countsDigits)
    {
        ReadOnlySpan<byte> field = Tail.Span.Slice(at, AddressSize);
        int octets = field[0] == Unused ? 0 : countsDigits ? (field[0] + 1) / 2 : Math.Max(field[0] - 1, 0);
        return new(field[1], DialledNumber.Decode(field.Slice(2, Math.Min(octets, AddressSize - 2))));
    }

    private static void Put(DialledNumber? number, Span<byte> field, bool countsDigits)
    {
        if (number is not { } present)
        {
            return;
        }

        Octets digits = present.Encode();
        if (digits.Length > AddressSize - 2)
        {
            throw new ArgumentException($"{present} has more than 20 digits.", nameof(number));
        }

        field[0] = (byte)(countsDigits ? present.Digits.Length : 1 + digits.Length);
        field[1] = present.TypeOfAddress;
        digits.Span.CopyTo(field[2..]);
    }
}

/// <summary>The parameters of a record of EF_SMSP; those that are null are absent.</summary>
public sealed record SmsParameterValues
{
    /// <summary>The name of the record. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>TP-DA.</summary>
    public DialledNumber? Destination { get; init; }

    /// <summary>The address of the service centre.</summary>
    public DialledNumber? ServiceCentre { get; init; }

    /// <summary>TP-PID.</summary>
    public byte? ProtocolId { get; init; }

    /// <summary>TP-DCS.</summary>
    public byte? DataCoding { get; init; }

    /// <summary>TP-VP; rounded up to what the coding has.</summary>
    public TimeSpan? ValidityPeriod { get; init; }
}
