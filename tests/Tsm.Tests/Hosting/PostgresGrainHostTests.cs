using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Storage;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <summary>The embedded host on PostgreSQL, alone and beside another.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresGrainHostTests(PrivatePostgres postgres) : EmbeddedGrainHostContract
{
    // They outlast a database that stops in order and starts again on a busy disk.
    private static readonly TimeSpan[] Pauses = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 1200)];

    private protected override StoreUnderTest OpenStore(ManualTimeProvider time) => new PostgresStoreUnderTest(postgres, time);

    private protected override IGrainHost Start(
        IGrainStore store, IMachine machine, ICatalogue catalogue, IKeyVault vault, ManualTimeProvider time) =>
        Create(store, machine, catalogue, vault, time, [TimeSpan.Zero, TimeSpan.Zero]);

    [ContractFact]
    public async Task Two_nodes_and_ten_thousand_contended_turns_on_ten_cards_lose_none_and_show_nothing_of_losers()
    {
        const int Callers = 40, TurnsEach = 250, Turns = Callers * TurnsEach;
        GrainKey[] keys = [.. Enumerable.Range(10, 10).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        using StoreUnderTest second = Store.OpenSecond();
        var watched = new WatchedStore(second.Grains);
        await using EmbeddedGrainHost other = Create(watched, new CountingMachine(), new NoCatalogue(), Vault, TimeProvider.System, Pauses);

        Watched.Commits.Clear();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (int i = 0; i < TurnsEach; i++)
            {
                int turn = caller * TurnsEach + i;
                await (caller % 2 == 0 ? Host : other).SendAsync(
                    keys[turn % keys.Length], new Add(turn, new AppendHistory([StoreData.Line($"{turn}")])), CancellationToken.None);
            }
        }));

        IReadOnlyDictionary<GrainKey, StoredGrain> found = await Store.Grains.LoadAsync(keys, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, Turns), found.Values.SelectMany(g => ReadCount(g).Seen).Order());
        foreach (GrainKey key in keys)
        {
            // Each turn's effect once and in the order of the turns: nothing of a turn that had to run again.
            Page<StoredHistoryEntry> history = await Store.Cards.HistoryAsync(key, null, null, Turns / keys.Length, CancellationToken.None);
            Assert.Null(history.Next);
            Assert.Equal(ReadCount(found[key]).Seen.Select(s => $"{s}"), history.Items.Reverse().Select(e => e.Entry.Text), StringComparer.Ordinal);
        }

        // More was tried than was written: the nodes have been in each other's way.
        Assert.True(Watched.Commits.Concat(watched.Commits).Sum(c => c.Count) > found.Values.Sum(g => g.Version - 1), "The nodes never met.");
    }

    [ContractFact]
    public async Task A_grain_that_is_due_is_woken_by_one_of_two_nodes()
    {
        using StoreUnderTest second = Store.OpenSecond();
        await using EmbeddedGrainHost other = Create(second.Grains, new CountingMachine(), new NoCatalogue(), Vault, Time, Pauses);
        GrainKey[] keys = [.. Enumerable.Range(10, 50).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        await Task.WhenAll(keys.Select(k => SendAsync(k, new WakeAt(Time.GetUtcNow().AddSeconds(1)))));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await WakesAsync()).Any(w => w == 0))
        {
            Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(1, patience.Token);
        }

        Assert.All(await WakesAsync(), w => Assert.Equal(1, w));

        async Task<IReadOnlyList<int>> WakesAsync() =>
            [.. (await Store.Grains.LoadAsync(keys, CancellationToken.None)).Values.Select(g => ReadCount(g).Wakes)];
    }

    [ContractFact]
    public async Task Commands_go_on_over_restarts_of_the_database_and_none_is_done_twice()
    {
        const int Commands = 600;
        await using EmbeddedGrainHost host = Create(
            Store.Grains, new CountingMachine(), new NoCatalogue(), Vault, TimeProvider.System, Pauses);
        GrainKey[] keys = [.. Enumerable.Range(10, 10).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        int answered = 0;
        using var under = new SemaphoreSlim(0);

        Task work = Task.WhenAll(keys.Select(async key =>
        {
            for (int i = 0; i < Commands / keys.Length; i++)
            {
                IReply reply = await host.SendAsync(key, new Add(1, new AppendHistory([StoreData.Line("done")])), CancellationToken.None);
                Assert.IsNotType<TurnFailed>(reply);
                if (Interlocked.Increment(ref answered) is Commands / 4 or Commands / 2)
                {
                    under.Release();
                }
            }
        }));
        await under.WaitAsync();
        postgres.Stop();
        postgres.Start();
        await under.WaitAsync();
        postgres.Crash();
        postgres.Start();
        await work;

        IReadOnlyDictionary<GrainKey, StoredGrain> found = await Store.Grains.LoadAsync(keys, CancellationToken.None);
        foreach (GrainKey key in keys)
        {
            Assert.Equal(Commands / keys.Length, ReadCount(found[key]).Value);
            Assert.Equal(Commands / keys.Length, (await Store.Cards.HistoryAsync(key, null, null, 1000, CancellationToken.None)).Items.Count);
        }
    }

    private static EmbeddedGrainHost Create(
        IGrainStore store, IMachine machine, ICatalogue catalogue, IKeyVault vault, TimeProvider time, IReadOnlyList<TimeSpan> pauses) =>
        new(store, [machine], catalogue, vault,
            Options.Create(new EmbeddedGrainHostOptions { RetryDelays = pauses, MaxConflicts = 100 }),
            time, new(time, NullLogger<StoreHealth>.Instance), NullLogger<EmbeddedGrainHost>.Instance);
}
