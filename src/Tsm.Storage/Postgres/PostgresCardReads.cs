using System.Globalization;
using Dapper;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;

namespace Tsm.Storage.Postgres;

/// <summary>Lists of cards and their histories, in PostgreSQL.</summary>
public sealed class PostgresCardReads(PostgresDatabase database) : ICardReads
{
    private const string Columns =
        """
        grain AS Grain, iccid AS Iccid, msisdn AS Msisdn, model AS Model, contents AS Contents, active_job AS ActiveJob,
        queued AS Queued, last_proof_at AS LastProofAt, uncertain AS Uncertain
        """;

    /// <inheritdoc/>
    public Task<Page<CardRow>> ListAsync(
        string tenant, string? model, string? search, string? cursor, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        (string iccid, string grain) = AfterCard(cursor);
        return database.UseAsync(
            async connection =>
            {
                List<Row> rows = [.. await connection.QueryAsync<Row>(new(
                    $"""
                    SELECT {Columns} FROM cards
                    WHERE tenant = @tenant AND (iccid, grain) > (@iccid, @grain)
                    {(model is null ? "" : "AND model = @model")}
                    {(search is null ? "" : "AND (strpos(iccid, @search) > 0 OR strpos(msisdn, @search) > 0)")}
                    ORDER BY iccid, grain LIMIT @take
                    """,
                    new { tenant, model, search, iccid, grain, take = limit + 1 },
                    cancellationToken: cancellationToken))];
                return new Page<CardRow>(
                    [.. rows.Take(limit).Select(r => r.ToCard(tenant))],
                    rows.Count > limit ? $"{rows[limit - 1].Iccid}:{rows[limit - 1].Grain}" : null);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<CardRow?> FindAsync(GrainKey card, CancellationToken cancellationToken) => database.UseAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>(new(
            $"SELECT {Columns} FROM cards WHERE tenant = @Tenant AND grain = @Grain",
            new { card.Tenant, Grain = StoredValues.Grain(card) },
            cancellationToken: cancellationToken)))?.ToCard(card.Tenant),
        cancellationToken);

    /// <inheritdoc/>
    public Task<Page<StoredHistoryEntry>> HistoryAsync(
        GrainKey card, string? job, string? before, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        long cursor = StoredValues.Before(before);
        return database.UseAsync(
            async connection =>
            {
                List<HistoryRow> rows = [.. await connection.QueryAsync<HistoryRow>(new(
                    $"""
                    SELECT seq AS Seq, at AS At, job AS Job, kind AS Kind, grade AS Grade, text AS Text, raw AS Raw FROM card_history
                    WHERE tenant = @Tenant AND grain = @Grain AND seq < @cursor {(job is null ? "" : "AND job = @job")}
                    ORDER BY seq DESC LIMIT @take
                    """,
                    new { card.Tenant, Grain = StoredValues.Grain(card), cursor, job, take = limit + 1 },
                    cancellationToken: cancellationToken))];
                return new Page<StoredHistoryEntry>(
                    [.. rows.Take(limit).Select(r => r.ToEntry())],
                    rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    private static (string Iccid, string Grain) AfterCard(string? cursor) =>
        cursor is null ? ("", "")
        : cursor.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (cursor[..colon], cursor[(colon + 1)..])
        : throw new FormatException($"'{cursor}' is not a cursor of this list.");

    private sealed class Row
    {
        public string Grain { get; init; } = "";

        public string Iccid { get; init; } = "";

        public string Msisdn { get; init; } = "";

        public string Model { get; init; } = "";

        public int Contents { get; init; }

        public string? ActiveJob { get; init; }

        public int Queued { get; init; }

        public long? LastProofAt { get; init; }

        public bool Uncertain { get; init; }

        public CardRow ToCard(string tenant) => new(
            StoredValues.Key(tenant, Grain), Iccid, Msisdn, Model, Contents, ActiveJob, Queued, StoredValues.Time(LastProofAt), Uncertain);
    }

    private sealed class HistoryRow
    {
        public long Seq { get; init; }

        public long At { get; init; }

        public string? Job { get; init; }

        public string Kind { get; init; } = "";

        public string? Grade { get; init; }

        public string Text { get; init; } = "";

        public byte[] Raw { get; init; } = [];

        public StoredHistoryEntry ToEntry() => new(Seq, new(
            StoredValues.Time(At), Job, Kind, Grade is null ? null : Enum.Parse<Grade>(Grade), Text, Octets.Own(Raw)));
    }
}
