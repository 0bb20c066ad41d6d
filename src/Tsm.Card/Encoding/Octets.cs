using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Tsm.Card.Encoding;

/// <summary>An immutable byte string that compares by content and prints as hexadecimal.</summary>
/// <remarks>
/// A record that holds <see cref="ReadOnlyMemory{T}"/> compares references; a record that holds
/// <see cref="Octets"/> compares what was on the wire. The default value is the empty string.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Octets : IEquatable<Octets>
{
    private readonly ReadOnlyMemory<byte> _memory;

    private Octets(ReadOnlyMemory<byte> memory) => _memory = memory;

    /// <summary>The byte string of length zero.</summary>
    public static Octets Empty => default;

    /// <summary>The number of octets.</summary>
    public int Length => _memory.Length;

    /// <summary>Whether there are no octets.</summary>
    public bool IsEmpty => _memory.IsEmpty;

    /// <summary>The octets as a span.</summary>
    public ReadOnlySpan<byte> Span => _memory.Span;

    /// <summary>The octets as memory, for I/O.</summary>
    public ReadOnlyMemory<byte> Memory => _memory;

    /// <summary>The octet at <paramref name="index"/>.</summary>
    public byte this[int index] => _memory.Span[index];

    /// <summary>Copies <paramref name="source"/> into a new byte string.</summary>
    public static Octets Copy(ReadOnlySpan<byte> source) => source.IsEmpty ? default : new(source.ToArray());

    /// <summary>Takes an array that nobody else will write to any more.</summary>
    public static Octets Own(byte[] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        return new(array);
    }

    /// <summary>Joins byte strings in their order.</summary>
    public static Octets Concat(params ReadOnlySpan<Octets> parts)
    {
        int length = 0;
        foreach (Octets part in parts)
        {
            length += part.Length;
        }

        byte[] joined = new byte[length];
        int at = 0;
        foreach (Octets part in parts)
        {
            part.Span.CopyTo(joined.AsSpan(at));
            at += part.Length;
        }

        return new(joined);
    }

    /// <summary>The <paramref name="length"/> octets from <paramref name="start"/> on, without copying.</summary>
    public Octets Slice(int start, int length) => new(_memory.Slice(start, length));

    /// <summary>The octets from <paramref name="start"/> on, without copying.</summary>
    public Octets Slice(int start) => new(_memory[start..]);

    /// <summary>A new array with the same content.</summary>
    public byte[] ToArray() => _memory.ToArray();

    /// <summary>Reads hexadecimal digits; spaces between octets are allowed.</summary>
    /// <exception cref="FormatException"><paramref name="hex"/> is not hexadecimal.</exception>
    public static Octets Parse(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        return new(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
    }

    /// <summary>Reads hexadecimal digits as <see cref="Parse"/> does, without an exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out Octets octets)
    {
        octets = default;
        if (hex is null)
        {
            return false;
        }

        string digits = hex.Replace(" ", "", StringComparison.Ordinal);
        byte[] buffer = new byte[digits.Length / 2];
        if (digits.Length % 2 != 0
            || Convert.FromHexString(digits, buffer, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        octets = new(buffer);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Octets other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Octets other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Upper-case hexadecimal without separators.</summary>
    public override string ToString() => Convert.ToHexString(Span);

    /// <summary>Whether both byte strings have the same content.</summary>
    public static bool operator ==(Octets left, Octets right) => left.Equals(right);

    /// <summary>Whether the byte strings differ.</summary>
    public static bool operator !=(Octets left, Octets right) => !left.Equals(right);
}
