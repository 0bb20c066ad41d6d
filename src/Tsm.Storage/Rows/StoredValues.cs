using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tsm.Application.Hosting;
using Tsm.Card.Encoding;

namespace Tsm.Storage.Rows;

/// <summary>How our values stand in columns, whichever the database.</summary>
internal static class StoredValues
{
    /// <summary>The grain column: kind/id; the tenant has a column of its own.</summary>
    public static string Grain(GrainKey key) => $"{key.Kind}/{key.Id}";

    public static GrainKey Key(string tenant, string grain)
    {
        int slash = grain.IndexOf('/', StringComparison.Ordinal);
        return new(tenant, grain[..slash], grain[(slash + 1)..]);
    }

    /// <summary>Milliseconds since 1970 in UTC, rounded down.</summary>
    public static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static long? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    /// <summary>Rounded up: what waits for a time must not be woken before it.</summary>
    public static long? MillisecondsUp(DateTimeOffset? time) =>
        time is { } t ? t.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds() : null;

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } m ? Time(m) : null;

    /// <summary>Each of the octet strings after its length in two octets.</summary>
    public static byte[] Join(ImmutableArray<Octets> segments)
    {
        byte[] joined = new byte[segments.Sum(s => s.Length + sizeof(ushort))];
        int at = 0;
        foreach (Octets segment in segments)
        {
            BinaryPrimitives.WriteUInt16BigEndian(joined.AsSpan(at), (ushort)segment.Length);
            segment.Span.CopyTo(joined.AsSpan(at + sizeof(ushort)));
            at += sizeof(ushort) + segment.Length;
        }

        return joined;
    }

    /// <summary>What <see cref="Join"/> has joined.</summary>
    public static ImmutableArray<Octets> Split(byte[] joined)
    {
        var segments = ImmutableArray.CreateBuilder<Octets>();
        Octets rest = Octets.Own(joined);
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            segments.Add(rest.Slice(sizeof(ushort), length));
            rest = rest.Slice(sizeof(ushort) + length);
        }

        return segments.ToImmutable();
    }

    /// <summary>A JSON array of arrays, one for each row, for <c>json_each</c>: many keys in one statement.</summary>
    public static string Rows(IEnumerable<(string First, string Second)> rows)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach ((string first, string second) in rows)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(first);
                writer.WriteStringValue(second);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, checked((int)buffer.Length));
    }

    /// <summary>A cursor over rows that are listed from the newest: the place in the order of all.</summary>
    /// <exception cref="FormatException">The cursor is not one of ours.</exception>
    public static long Before(string? cursor) => cursor is null
        ? long.MaxValue
        : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long before)
            ? before
            : throw new FormatException($"'{cursor}' is not a cursor of this list.");

    public static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
    }
}
