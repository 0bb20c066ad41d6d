using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Testing;
using Tsm.Tests.Hosting;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Orleans.Tests;

/// <summary>What every host owes a grain, on two silos of one cluster; the other host is a cluster of its own, which has every grain a second time.</summary>
[Collection(OrleansCollection.Name), NeedsPostgres, NeedsOrleansScripts]
public sealed class OrleansGrainHostTests(PrivatePostgres postgres) : GrainHostContract
{
    private readonly Dictionary<IGrainHost, IReadOnlyList<TestSilo>> _silos = [];
    private WriteWatch _writes = new();
    private ProjectionWatch _projections = new();
    private OrleansRows? _rows;

    private protected override int Writes => _writes.Count;

    private protected override int DuePolls => _projections.Polls;

    /// <summary>Sweepers keep the machine's time.</summary>
    private protected override TimeSpan PollStep => TimeSpan.Zero;

    private protected override StoreUnderTest OpenStore(ManualTimeProvider time)
    {
        var store = new PostgresStoreUnderTest(postgres, time);
        _rows = new(store.ConnectionString);
        return store;
    }

    private protected override async Task<IGrainHost> StartAsync(ICatalogue catalogue)
    {
        Func<Task>? before = _writes.Before;
        (_writes, _projections) = (new() { Before = before }, new());
        return await StartAsync(Setting(catalogue, "one", _writes, _projections));
    }

    private protected override Task<IGrainHost> StartOtherAsync() => StartAsync(Setting(new NoCatalogue(), "other", new(), new()));

    private protected override async Task StopAsync(IGrainHost host)
    {
        if (_silos.Remove(host, out IReadOnlyList<TestSilo>? silos))
        {
            // The host first, for what it has taken may have its grain on the other silo.
            await ((IAsyncDisposable)host).DisposeAsync();
            await Task.WhenAll(silos.Select(s => s.DisposeAsync().AsTask()));
        }
    }

    private protected override async Task<StoredGrain?> FindAsync(GrainKey key) => await _rows!.FindAsync(key) ?? await Store.Grains.FindAsync(key);

    private protected override Task OverwriteAsync(GrainKey key, byte[] state) => _rows!.OverwriteAsync(key, state);

    private protected override void BeforeEachWrite(Func<Task>? action) => _writes.Before = action;

    [ContractFact]
    public async Task A_row_that_cannot_be_read_fails_the_turn_and_stays()
    {
        await SendAsync(One, new Add(1));
        await SendAsync(Two, new Add(1));
        byte[] nonsense = "{\"Schema\":"u8.ToArray();
        await _rows!.WriteAsync(One, nonsense);
        await StopAsync();
        await StartHostAsync();

        Assert.IsType<TurnFailed>(await SendAsync(One, new Add(1)));
        Assert.Equal(nonsense, await _rows.PayloadAsync(One));
        Assert.Equal(2, (await CountAsync(Two, new Add(1))).Value);
    }

    [ContractFact]
    public async Task A_grain_is_one_on_both_silos()
    {
        IReadOnlyList<TestSilo> silos = _silos[Host];
        GrainKey[] keys = [.. Enumerable.Range(10, 20).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);

        await Task.WhenAll(keys.SelectMany(k => Enumerable.Range(0, 10).Select(i => silos[i % 2].Grains.SendAsync(k, new Add(i), CancellationToken.None))));

        foreach (GrainKey key in keys)
        {
            Assert.Equal(Enumerable.Range(0, 10), ReadCount(await FindAsync(key)).Seen.Order());
            Assert.Equal(10, (await FindAsync(key))!.Version);
        }
    }

    [ContractFact]
    public async Task A_first_turn_in_two_activations_makes_one_row()
    {
        IGrainHost other = await StartOtherAsync();
        GrainKey[] keys = [.. Enumerable.Range(10, 30).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);

        await Task.WhenAll(keys.SelectMany(k => new[] { Host, other }.Select(h => h.SendAsync(k, new Add(1), CancellationToken.None))));

        await StopAsync(other);
        Assert.Equal(keys.Length, await _rows!.CountAsync("orleansstorage"));
        foreach (GrainKey key in keys)
        {
            Assert.Equal(2, ReadCount(await FindAsync(key)).Value);
        }
    }

    [ContractFact]
    public async Task Intents_do_not_pile_up()
    {
        await SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("a")])));
        await SendAsync(Two, new WakeAt(Time.GetUtcNow().AddHours(1)));

        Assert.Equal(0, await _rows!.CountAsync("intents"));
    }

    private SiloSetting Setting(ICatalogue catalogue, string cluster, WriteWatch writes, ProjectionWatch projections) =>
        new((PostgresStoreUnderTest)Store, Time, catalogue, Vault, cluster, writes, projections);

    private async Task<IGrainHost> StartAsync(SiloSetting setting)
    {
        IReadOnlyList<TestSilo> silos = await TestSilo.StartTwoAsync(setting);
        _silos[silos[0].Grains] = silos;
        return silos[0].Grains;
    }
}
