using Tsm.Application.Usage;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of usage records.</summary>
internal sealed class StoredUsageRecord
{
    private const decimal Unit = 10_000m;

    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        seq AS Seq, server AS Server, id AS Id, service AS Service, card AS Card, iccid AS Iccid, msisdn AS Msisdn, at AS At, kind AS Kind,
        amount AS Amount, received_at AS ReceivedAt
        """;

    /// <summary>Adds one, unless its id is taken.</summary>
    public const string AddSql =
        """
        INSERT INTO usage_records (tenant, server, id, service, card, iccid, msisdn, at, kind, amount, received_at)
        VALUES (@tenant, @server, @id, @service, @card, @iccid, @msisdn, @at, @kind, @amount, @receivedAt)
        ON CONFLICT (tenant, server, id) DO NOTHING
        """;

    public long Seq { get; init; }

    public string Server { get; init; } = "";

    public string Id { get; init; } = "";

    public string Service { get; init; } = "";

    public string Card { get; init; } = "";

    public string Iccid { get; init; } = "";

    public string Msisdn { get; init; } = "";

    public long At { get; init; }

    public string Kind { get; init; } = "";

    public long Amount { get; init; }

    public long ReceivedAt { get; init; }

    public static object Values(string tenant, UsageRecord record) => new
    {
        tenant,
        server = record.Server,
        id = record.Id,
        service = record.Service,
        card = StoredValues.Grain(record.Card),
        iccid = record.Iccid,
        msisdn = record.Msisdn,
        at = StoredValues.Milliseconds(record.At),
        kind = record.Kind,
        amount = Stored(record.Amount),
        receivedAt = StoredValues.Milliseconds(record.ReceivedAt),
    };

    /// <summary>Whether it tells what a record tells; when and by which number it came in does not matter.</summary>
    public bool Tells(UsageRecord record) =>
        Service == record.Service && Card == StoredValues.Grain(record.Card) && At == StoredValues.Milliseconds(record.At)
        && Kind == record.Kind && Amount == Stored(record.Amount);

    public UsageRecord ToRecord(string tenant) => new(
        Server, Id, Service, StoredValues.Key(tenant, Card), Iccid, Msisdn, StoredValues.Time(At), Kind, Amount / Unit, StoredValues.Time(ReceivedAt));

    private static long Stored(decimal amount) => (long)(amount * Unit);
}
