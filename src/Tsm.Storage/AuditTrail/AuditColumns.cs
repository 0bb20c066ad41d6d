using System.Collections.Immutable;
using System.Data.Common;
using System.Text;
using System.Text.Json;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Security.AuditTrail;

namespace Tsm.Storage.AuditTrail;

/// <summary>How entries and heads stand in columns, the same in every database.</summary>
/// <remarks>Reading never throws because of what a column holds: what somebody has written over must become a finding.</remarks>
internal static class AuditColumns
{
    /// <summary>The name under which a column appears that is no JSON object of texts.</summary>
    private const string Unreadable = "unreadable";

    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static string Kind(Actor actor) => actor.Kind switch
    {
        ActorKind.Operator => "operator",
        ActorKind.Provider => "provider",
        ActorKind.CustomerService => "customer-service",
        ActorKind.Phone => "phone",
        ActorKind.Card => "card",
        ActorKind.ApplicationServer => "application-server",
        _ => "policy",
    };

    /// <summary>The particulars of an entry as one column.</summary>
    public static string Write(ImmutableSortedDictionary<string, string> details)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in details)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, checked((int)buffer.Length));
    }

    /// <summary>Columns: id, at, actor_kind, actor, claimed, action, subject_kind, subject, job, text, details.</summary>
    public static AuditRecord Record(string tenant, DbDataReader row) => new(
        tenant,
        row.GetInt64(0),
        Time(row.GetInt64(1)),
        row.GetString(2),
        row.GetString(3),
        TextOrNull(row, 4),
        row.GetString(5),
        row.GetString(6),
        row.GetString(7),
        TextOrNull(row, 8),
        row.GetString(9),
        Details(row.GetString(10)));

    /// <summary>The columns of a record, position, hash.</summary>
    public static SealedRecord Sealed(string tenant, DbDataReader row) =>
        new(row.GetInt64(11), Record(tenant, row), row.IsDBNull(12) ? default : Octets(row, 12));

    /// <summary>The columns of a record, position.</summary>
    public static AuditListEntry Listed(string tenant, DbDataReader row) =>
        new(Record(tenant, row), row.IsDBNull(11) ? null : row.GetInt64(11));

    /// <summary>Columns: number, position, hash, at, key, signature.</summary>
    public static AuditHead Head(string tenant, DbDataReader row) => new(
        tenant, row.GetInt64(0), row.GetInt64(1), Octets(row, 2), Time(row.GetInt64(3)), row.GetString(4), Octets(row, 5));

    /// <summary>Columns: last head, last position, unsealed entries, time of the oldest of them.</summary>
    public static AuditExtent Extent(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), new(row.GetInt64(2), row.IsDBNull(3) ? null : Time(row.GetInt64(3))));

    /// <summary>Columns: at, entries, broken, code, what.</summary>
    public static AuditCheck Check(DbDataReader row) => new(
        Time(row.GetInt64(0)),
        row.GetInt64(1),
        row.IsDBNull(2) ? null : new(row.GetInt64(2), TextOrNull(row, 3) ?? "", TextOrNull(row, 4) ?? ""));

    public static Card.Encoding.Octets Octets(DbDataReader row, int column) =>
        Card.Encoding.Octets.Own(row.GetFieldValue<byte[]>(column));

    private static string? TextOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, Earliest, Latest));

    private static ImmutableSortedDictionary<string, string> Details(string column)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(column);
            return document.RootElement.EnumerateObject()
                .Select(p => KeyValuePair.Create(p.Name, p.Value.GetString() ?? throw new JsonException("A particular is null.")))
                .ToImmutableSortedDictionary(StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            return ImmutableSortedDictionary<string, string>.Empty.Add(Unreadable, column);
        }
    }
}
