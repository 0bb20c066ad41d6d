using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>TP-SCTS, the moment at which the service centre received a message; kept as it is on the wire.</summary>
/// <remarks>TS 23.040 §9.2.3.11. Seven octets of swapped digits; real ones need not name a moment that exists.</remarks>
public readonly record struct ServiceCentreTimestamp : IPacket<ServiceCentreTimestamp>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 7;

    private const int MinutesPerZoneUnit = 15;

    private readonly ulong _digits;

    private ServiceCentreTimestamp(ulong digits) => _digits = digits;

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>The stamp of <paramref name="time"/>, in its own zone, cut to seconds and quarters of an hour.</summary>
    public static ServiceCentreTimestamp From(DateTimeOffset time)
    {
        int quarters = Math.Abs((int)time.Offset.TotalMinutes) / MinutesPerZoneUnit;
        ReadOnlySpan<int> fields = [time.Year % 100, time.Month, time.Day, time.Hour, time.Minute, time.Second, quarters];
        ulong digits = 0;
        foreach (int field in fields)
        {
            digits = digits << 8 | (uint)(field % 10 << 4 | field / 10);
        }

        // The sign of the zone stands in the bit of the tens digit that 79 quarters leave free.
        return new(time.Offset < TimeSpan.Zero ? digits | 0x08 : digits);
    }

    /// <summary>Reads the moment; false if the digits name none. Two-digit years from 90 on are of the last century.</summary>
    public bool TryGetTime(out DateTimeOffset time)
    {
        time = default;
        Span<int> fields = stackalloc int[Size];
        for (int i = 0; i < Size; i++)
        {
            int octet = (int)(_digits >> (8 * (Size - 1 - i)) & 0xFF);
            int tens = i == Size - 1 ? octet & 0x07 : octet & 0x0F;
            int units = octet >> 4;
            if (tens > 9 || units > 9)
            {
                return false;
            }

            fields[i] = tens * 10 + units;
        }

        int year = fields[0] + (fields[0] >= 90 ? 1900 : 2000);
        bool exists = fields[1] is >= 1 and <= 12
            && fields[2] >= 1 && fields[2] <= DateTime.DaysInMonth(year, fields[1])
            && fields[3] <= 23 && fields[4] <= 59 && fields[5] <= 59
            && fields[6] <= 56;
        if (exists)
        {
            var zone = TimeSpan.FromMinutes(fields[6] * MinutesPerZoneUnit * ((_digits & 0x08) != 0 ? -1 : 1));
            time = new(year, fields[1], fields[2], fields[3], fields[4], fields[5], zone);
        }

        return exists;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  YY | MM | DD | hh | mm | ss | zone in quarters of an hour
        var writer = new OctetWriter(destination);
        for (int shift = 8 * (Size - 1); shift >= 0; shift -= 8)
        {
            writer.WriteByte((byte)(_digits >> shift & 0xFF));
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ServiceCentreTimestamp packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        ServiceCentreTimestamp stamp = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? stamp : default;
        return parsed;
    }

    internal static ServiceCentreTimestamp Read(ref OctetReader reader)
    {
        ulong digits = 0;
        foreach (byte octet in reader.ReadSpan(Size))
        {
            digits = digits << 8 | octet;
        }

        return new(digits);
    }
}
