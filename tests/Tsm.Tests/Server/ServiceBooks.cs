using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;
using Tsm.Storage.Shared;
using Tsm.Storage.Sqlite;

namespace Tsm.Tests.Server;

/// <summary>The database of a running server, for what a test needs to be there before it begins.</summary>
internal sealed class ServiceBooks : IAsyncDisposable
{
    private static readonly AuditEntry Entry = new(
        DateTimeOffset.UnixEpoch, Actor.FirstStart, AuditAction.BookSaved, "test", "test", null, "For a test.", ImmutableSortedDictionary<string, string>.Empty);

    private readonly SqliteDatabase _database;
    private readonly SqliteSql _sql;

    private ServiceBooks(RunningServer server)
    {
        _database = SqliteDatabase.Open(Path.Combine(server.Folder, "tsm.db"));
        _sql = new(_database, TimeProvider.System);
    }

    public static ServiceBooks Of(RunningServer server) => new(server);

    public IBooks Books => new Books(_sql);

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A service with one version. Its provider is in no book, so it goes into the issuer's domain.</summary>
    public async Task OfferAsync(
        string id, string application, Aid module, string provider = "bank", string? server = null, CardSwapRule rule = CardSwapRule.Move)
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        Assert.True(await Books.SaveAsync(
            "default",
            new Service
            {
                Id = id,
                Provider = provider,
                Name = id,
                ApplicationServer = server,
                OnCardSwap = rule,
                CreatedAt = now,
                Versions = [new() { Version = "1.0", Application = application, Module = module, Instance = module, CreatedAt = now, ApprovedAt = now }],
            },
            0,
            Entry,
            CancellationToken.None));
    }

    /// <summary>Says that a service is on a card, as the card's turns would have said.</summary>
    public async Task PutAsync(string service, string iccid, string provider = "bank", InstanceState state = InstanceState.Active)
    {
        IReadOnlyList<string> grain = await _sql.QueryAsync<string>("SELECT grain FROM cards WHERE iccid = @iccid", new { iccid }, CancellationToken.None);
        await _sql.TransactAsync(
            "default",
            [new(
                """
                INSERT INTO service_instances (tenant, card, iccid, msisdn, service, provider, version, generation, state, wanted, pending, updated_at)
                VALUES ('default', @card, @iccid, '', @service, @provider, '1.0', 1, @state, @state, 0, 0)
                ON CONFLICT (tenant, card, service, generation) DO UPDATE SET state = excluded.state, wanted = excluded.wanted
                """,
                new { card = grain.Single(), iccid, service, provider, state = state.ToString() })],
            [],
            CancellationToken.None);
    }

    /// <summary>How many items of work wait now, or are being looked at.</summary>
    public async Task<long> DueAsync() => (await _sql.QueryAsync<long>(
        "SELECT count(*) FROM work_due WHERE due <= @now OR claimed_until > @now",
        new { now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() },
        CancellationToken.None))[0];

    /// <summary>The events of a kind, the oldest first.</summary>
    public async Task<IReadOnlyList<ServiceEvent>> EventsAsync(string kind) =>
        [.. (await new Events(_sql).ListAsync("default", new(Kind: kind), null, 1000, CancellationToken.None)).Items.Select(e => e.Event).Reverse()];
}
