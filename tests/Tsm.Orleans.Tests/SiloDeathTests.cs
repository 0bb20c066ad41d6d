using System.Collections.Concurrent;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage.Vault;
using Tsm.Testing;
using Tsm.Tests.Hosting;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Orleans.Tests;

/// <summary>Two silos of which one dies between any two steps: nothing that was answered is lost, and nothing of what lost is seen.</summary>
[Collection(OrleansCollection.Name), NeedsPostgres, NeedsOrleansScripts]
#pragma warning disable CA1001 // IAsyncLifetime disposes of it.
public sealed class SiloDeathTests(PrivatePostgres postgres) : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly GrainKey[] Keys = [.. Enumerable.Range(10, 20).Select(i => StoreData.Card(i).Grain)];

    private readonly ManualTimeProvider _time = new();
    private readonly WriteWatch _writes = new();
    private readonly ProjectionWatch _projections = new();
    private PostgresStoreUnderTest? _store;
    private KeyVault? _vault;
    private OrleansRows? _rows;
    private IReadOnlyList<TestSilo> _silos = [];

    public async Task InitializeAsync()
    {
        _store = new(postgres, _time);
        _vault = new(VaultKey.From(new byte[32]), _store.Vault);
        _rows = new(_store.ConnectionString);
        await _store.Grains.CreateAsync(Keys);
        _silos = await TestSilo.StartTwoAsync(
            new(_store, _time, new NoCatalogue(), _vault, "mortal", _writes, _projections) { IntentAge = TimeSpan.Zero, IsPatient = true });
    }

    public async Task DisposeAsync()
    {
        foreach (TestSilo silo in _silos)
        {
            await silo.DisposeAsync();
        }

        _vault!.Dispose();
        _store!.Dispose();
    }

    [ContractFact]
    public async Task What_a_turn_caused_is_written_by_others_when_its_silo_dies_after_the_state()
    {
        _projections.BeforeProjection = () => throw new StoreUnavailableException("Dead.", inner: null);
        await Task.WhenAll(Keys.Select(k => _silos[1].Grains.SendAsync(
            k, new Add(1, new AppendHistory([StoreData.Line("once")]), StoreData.Packet("p")), CancellationToken.None)));
        Assert.Empty(await _store!.Outbox.ClaimAsync("smsc", 100, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(Keys.Length, await _rows!.CountAsync("intents"));

        await _silos[0].KillAsync();
        _projections.BeforeProjection = null;

        await Patience.UntilAsync(async () => await _rows.CountAsync("intents") == 0);
        Assert.Equal(Keys.Length, (await _store.Outbox.ClaimAsync("smsc", 100, TimeSpan.FromMinutes(1), CancellationToken.None)).Count);
        foreach (GrainKey key in Keys)
        {
            Assert.Single((await _store.Cards.HistoryAsync(key, null, null, 10, CancellationToken.None)).Items);
        }
    }

    [ContractFact]
    public async Task Nothing_is_seen_of_a_turn_whose_silo_dies_before_the_state()
    {
        using var patience = new CancellationTokenSource();
        _writes.Before = () => throw new StoreUnavailableException("Dead.", inner: null);
        Task[] sent = [.. Keys.Select(k => _silos[1].Grains.SendAsync(
            k, new Add(1, new AppendHistory([StoreData.Line("never")])), patience.Token))];
        await Patience.UntilAsync(async () => await _rows!.CountAsync("intents") == Keys.Length);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(sent));

        await _silos[0].KillAsync();
        _writes.Before = null;

        await Patience.UntilAsync(async () => await _rows!.CountAsync("intents") == 0);
        foreach (GrainKey key in Keys)
        {
            Assert.Equal(1, ((Counted)await _silos[1].Grains.SendAsync(key, new Add(1), CancellationToken.None)).Count.Value);
            Assert.Empty((await _store!.Cards.HistoryAsync(key, null, null, 10, CancellationToken.None)).Items);
        }
    }

    [ContractFact]
    public async Task Commands_go_on_when_one_of_two_silos_is_killed_and_none_is_lost_or_done_twice()
    {
        const int Callers = 20, TurnsEach = 40;
        var answered = new ConcurrentDictionary<int, GrainKey>();
        using var under = new SemaphoreSlim(0);
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (int i = 0; i < TurnsEach; i++)
            {
                int turn = (caller * TurnsEach) + i;
                GrainKey key = Keys[turn % Keys.Length];
                IReply reply = await _silos[caller % 2].Grains.SendAsync(
                    key, new Add(turn, new AppendHistory([StoreData.Line($"{turn}")])), CancellationToken.None);
                Assert.IsType<Counted>(reply);
                answered[turn] = key;

                if (answered.Count == Callers * TurnsEach / 8)
                {
                    under.Release();
                }
            }
        })];
        await under.WaitAsync(TimeSpan.FromSeconds(60));

        await _silos[0].KillAsync();

        // The others' process is dead: nobody there waits for an answer.
        await Task.WhenAll(callers.Where((_, caller) => caller % 2 == 1)).WaitAsync(TimeSpan.FromMinutes(2));
        await Patience.UntilAsync(async () => await _rows!.CountAsync("intents") == 0);

        Assert.True(answered.Count >= Callers / 2 * TurnsEach, "Who called the living silo has had all his answers.");
        foreach (GrainKey key in Keys)
        {
            int[] seen = [.. ((Counted)await _silos[1].Grains.SendAsync(key, new Ask(), CancellationToken.None)).Count.Seen];
            Assert.Equal(seen.Distinct(), seen);
            Assert.Empty(answered.Where(a => a.Value == key).Select(a => a.Key).Except(seen));
            Page<StoredHistoryEntry> history = await _store!.Cards.HistoryAsync(key, null, null, 1000, CancellationToken.None);
            Assert.Equal(seen.Select(s => $"{s}"), history.Items.Reverse().Select(e => e.Entry.Text), StringComparer.Ordinal);
        }
    }

    [ContractFact]
    public async Task What_is_due_on_a_dead_silo_is_woken_by_the_other()
    {
        await Task.WhenAll(Keys.Select(k => _silos[1].Grains.SendAsync(k, new WakeAt(_time.GetUtcNow().AddSeconds(10)), CancellationToken.None)));

        await _silos[0].KillAsync();
        await Patience.UntilAsync(async () =>
        {
            // What the dead one had claimed is free when its lease has run out.
            _time.Advance(TimeSpan.FromSeconds(1));
            await _store!.SetClockAsync();
            IReply[] replies = await Task.WhenAll(Keys.Select(k => _silos[1].Grains.SendAsync(k, new Ask(), CancellationToken.None)));
            return replies.All(r => ((Counted)r).Count.Wakes == 1);
        });
    }
}
