using System.Globalization;
using Dapper;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Lists of cards and their histories, in PostgreSQL.</summary>
public sealed class PostgresCardReads(PostgresDatabase database) : ICardReads
{
    /// <inheritdoc/>
    public Task<Page<CardRow>> ListAsync(
        string tenant, string? model, string? search, string? cursor, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        (string iccid, string grain) = StoredCard.After(cursor);
        return database.UseAsync(
            async connection =>
            {
                List<StoredCard> rows = [.. await connection.QueryAsync<StoredCard>(new(
                    $"""
                    SELECT {StoredCard.Columns} FROM cards
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
        async connection => (await connection.QuerySingleOrDefaultAsync<StoredCard>(new(
            $"SELECT {StoredCard.Columns} FROM cards WHERE tenant = @Tenant AND grain = @Grain",
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
                List<StoredHistory> rows = [.. await connection.QueryAsync<StoredHistory>(new(
                    $"""
                    SELECT {StoredHistory.Columns} FROM card_history
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
}
