using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <summary>The embedded host on SQLite, and what is its own.</summary>
public sealed class EmbeddedGrainHostTests : EmbeddedGrainHostContract
{
    private protected override StoreUnderTest OpenStore(ManualTimeProvider time) => new SqliteStoreUnderTest(time);

    private protected override IGrainHost Start(
        IGrainStore store, IMachine machine, ICatalogue catalogue, IKeyVault vault, ManualTimeProvider time) =>
        Create(store, catalogue, vault, time, new() { RetryDelays = [TimeSpan.Zero, TimeSpan.Zero], MaxConflicts = 100 });

    [Fact]
    public async Task Refuses_when_more_wait_than_it_takes_and_has_done_nothing()
    {
        var store = new WatchedStore(Store.Grains);
        Gate gate = store.HoldNextCommit();
        await using EmbeddedGrainHost host = Create(
            store, new NoCatalogue(), Vault, TimeProvider.System, new() { QueueCapacity = 2, EnqueueWait = TimeSpan.FromMilliseconds(20) });
        Task<IReply> held = host.SendAsync(One, new Add(1), CancellationToken.None);
        await gate.Entered.Task;
        Task<IReply>[] waiting = [host.SendAsync(One, new Add(1), CancellationToken.None), host.SendAsync(One, new Add(1), CancellationToken.None)];

        await Assert.ThrowsAsync<HostBusyException>(() => host.SendAsync(One, new Add(1), CancellationToken.None));

        gate.Opened.SetResult();
        await held;
        await Task.WhenAll(waiting);
        Assert.Equal(3, ReadCount(await Store.Grains.FindAsync(One)).Value);
    }

    [Fact]
    public async Task Takes_no_more_than_a_batch_together()
    {
        var store = new WatchedStore(Store.Grains);
        GrainKey[] keys = [.. Enumerable.Range(10, 10).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        Gate gate = store.HoldNextCommit();
        await using EmbeddedGrainHost host = Create(store, new NoCatalogue(), Vault, TimeProvider.System, new() { BatchSize = 4 });
        Task<IReply> held = host.SendAsync(One, new Add(1), CancellationToken.None);
        await gate.Entered.Task;
        Task<IReply>[] waiting = [.. keys.Select(k => host.SendAsync(k, new Add(1), CancellationToken.None))];

        gate.Opened.SetResult();
        await held;
        await Task.WhenAll(waiting);

        Assert.Equal([1, 4, 4, 2], store.Commits.Select(c => c.Count));
    }

    [Fact]
    public async Task What_is_being_written_holds_up_its_own_lane_only()
    {
        var store = new WatchedStore(Store.Grains);
        GrainKey[] keys = [.. Enumerable.Range(10, 40).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        Gate gate = store.HoldNextCommit();
        await using EmbeddedGrainHost host = Create(store, new NoCatalogue(), Vault, TimeProvider.System, new() { Lanes = 2 });
        Task<IReply> held = host.SendAsync(One, new Add(1), CancellationToken.None);
        await gate.Entered.Task;

        Task<IReply>[] others = [.. keys.Select(k => host.SendAsync(k, new Add(1), CancellationToken.None))];
        await (await Task.WhenAny(others).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.False(held.IsCompleted);
        gate.Opened.SetResult();
        await held;
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task With_several_lanes_a_grain_takes_its_commands_in_their_order_and_loses_none()
    {
        const int Each = 50;
        GrainKey[] keys = [.. Enumerable.Range(10, 20).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        await using EmbeddedGrainHost host = Create(Store.Grains, new NoCatalogue(), Vault, TimeProvider.System, new() { Lanes = 3, BatchSize = 16 });

        await Task.WhenAll(Enumerable.Range(0, Each).SelectMany(i => keys.Select(k => host.SendAsync(k, new Add(i), CancellationToken.None))));

        IReadOnlyDictionary<GrainKey, StoredGrain> found = await Store.Grains.LoadAsync(keys, CancellationToken.None);
        Assert.Equal(keys.Length, found.Count);
        Assert.All(found.Values, g => Assert.Equal(Enumerable.Range(0, Each), ReadCount(g).Seen));
    }

    [Fact]
    public async Task A_grain_that_others_always_write_first_is_given_up()
    {
        var store = new WatchedStore(Store.Grains);
        long version = 1;
        store.BeforeCommit = async _ => await Store.Grains.CommitAsync(
            [StoreData.Write(One, version++, "{}", null)], CancellationToken.None);
        await using EmbeddedGrainHost host = Create(store, new NoCatalogue(), Vault, TimeProvider.System, new() { MaxConflicts = 3 });

        await Assert.ThrowsAsync<HostBusyException>(() => host.SendAsync(One, new Add(1), CancellationToken.None));

        Assert.Equal(4, store.Commits.Count);
    }

    private static EmbeddedGrainHost Create(
        IGrainStore store, ICatalogue catalogue, IKeyVault vault, TimeProvider time, EmbeddedGrainHostOptions options) =>
        new(store, [new CountingMachine()], catalogue, vault, Options.Create(options), time, new(time, NullLogger<StoreHealth>.Instance), NullLogger<EmbeddedGrainHost>.Instance);
}
