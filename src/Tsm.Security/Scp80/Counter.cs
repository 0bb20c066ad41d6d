using System.Globalization;
using Tsm.Card.Encoding;

namespace Tsm.Security.Scp80;

/// <summary>CNTR, the counter against replay: 40 bits that only ever grow.</summary>
/// <remarks>TS 102 225 §5.1.4. It never wraps: a card that has seen the highest value is blocked for good.</remarks>
public readonly record struct Counter : IPacket<Counter>, IComparable<Counter>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 5;

    private const ulong Highest = 0xFF_FFFF_FFFF;

    /// <summary>Takes a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value needs more than 40 bits.</exception>
    public Counter(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Highest);
        Value = value;
    }

    /// <summary>Zero: what is sent when no counter is available, and below every value a card accepts.</summary>
    public static Counter Zero => default;

    /// <summary>FF FF FF FF FF, which blocks the card's counter for good and is therefore never sent.</summary>
    public static Counter Max => new(Highest);

    /// <summary>The last value that may be sent.</summary>
    public static Counter LastUsable => new(Highest - 1);

    /// <summary>The value, 0 to 2^40 - 1.</summary>
    public ulong Value { get; }

    /// <summary>Whether no higher value may be sent.</summary>
    public bool IsExhausted => Value >= LastUsable.Value;

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>The next value.</summary>
    /// <exception cref="OverflowException">The counter is exhausted; new keys have to be loaded.</exception>
    public Counter Next() => Add(1);

    /// <summary>The value <paramref name="step"/> further on, as after a restore from a backup.</summary>
    /// <exception cref="OverflowException">That is beyond the last value that may be sent.</exception>
    public Counter Add(ulong step) => TryAdd(step, out Counter sum)
        ? sum
        : throw new OverflowException("The counter is exhausted; only new keys start it again.");

    /// <summary>The value <paramref name="step"/> further on; false when that is beyond the last value that may be sent.</summary>
    public bool TryAdd(ulong step, out Counter sum)
    {
        bool fits = Value <= LastUsable.Value && step <= LastUsable.Value - Value;
        sum = fits ? new(Value + step) : default;
        return fits;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)(Value >> 32));
        writer.WriteUInt32((uint)(Value & uint.MaxValue));
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Counter packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        ulong high = reader.ReadByte();
        uint low = reader.ReadUInt32();
        bool ended = reader.TryEnd(out error);
        packet = ended ? new(high << 32 | low) : default;
        return ended;
    }

    /// <inheritdoc/>
    public int CompareTo(Counter other) => Value.CompareTo(other.Value);

    /// <summary>Ten hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("X10", CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="left"/> is lower.</summary>
    public static bool operator <(Counter left, Counter right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is higher.</summary>
    public static bool operator >(Counter left, Counter right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is lower or the same.</summary>
    public static bool operator <=(Counter left, Counter right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is higher or the same.</summary>
    public static bool operator >=(Counter left, Counter right) => left.Value >= right.Value;
}
