using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Numbers over time, in the table <c>aliases</c>.</summary>
public sealed class Numbers(ISql sql) : INumbers
{
    /// <inheritdoc/>
    public async Task<(NumberStanding Standing, GrainKey? Holder)> FindAsync(
        string tenant, string msisdn, DateTimeOffset at, CancellationToken cancellationToken)
    {
        long time = StoredValues.Milliseconds(at);
        IReadOnlyList<Row> rows = await sql.QueryAsync<Row>(
            """
            SELECT grain AS Grain, valid_until AS ValidUntil FROM aliases
            WHERE tenant = @tenant AND kind = 'msisdn' AND value = @msisdn AND valid_from <= @time ORDER BY valid_until
            """,
            new { tenant, msisdn, time },
            cancellationToken);
        return rows.FirstOrDefault(r => r.ValidUntil > time) is { } holder
            ? (NumberStanding.InService, StoredValues.Key(tenant, holder.Grain))
            : (rows.Count > 0 ? NumberStanding.NotInService : NumberStanding.Unknown, null);
    }

    private sealed class Row
    {
        public string Grain { get; init; } = "";

        public long ValidUntil { get; init; }
    }
}
