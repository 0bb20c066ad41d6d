using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <summary>The embedded host on any store: besides what every host owes, that it takes commands together and that this harms none of them.</summary>
public abstract class EmbeddedGrainHostContract : GrainHostContract
{
    private readonly List<StoreUnderTest> _others = [];
    private WatchedStore? _watched;
    private Func<Task>? _beforeEachWrite;

    private protected WatchedStore Watched => _watched!;

    private protected override int Writes => Watched.Commits.Count;

    private protected override int DuePolls => Watched.DueCalls;

    private protected abstract IGrainHost Start(
        IGrainStore store, IMachine machine, ICatalogue catalogue, IKeyVault vault, ManualTimeProvider time);

    private protected override Task<IGrainHost> StartAsync(ICatalogue catalogue)
    {
        _watched = new(Store.Grains);
        BeforeEachWrite(_beforeEachWrite);
        return Task.FromResult(Start(_watched, new CountingMachine(), catalogue, Vault, Time));
    }

    private protected override Task<IGrainHost> StartOtherAsync()
    {
        StoreUnderTest second = Store.OpenSecond();
        _others.Add(second);
        return Task.FromResult(Start(second.Grains, new CountingMachine(), new NoCatalogue(), Vault, Time));
    }

    private protected override async Task StopAsync(IGrainHost host)
    {
        await ((IAsyncDisposable)host).DisposeAsync();
        _others.ForEach(o => o.Dispose());
        _others.Clear();
    }

    private protected override async Task<StoredGrain?> FindAsync(GrainKey key)
    {
        using StoreUnderTest found = Store.OpenAfterDeath();
        return await found.Grains.FindAsync(key);
    }

    private protected override async Task OverwriteAsync(GrainKey key, byte[] state)
    {
        using StoreUnderTest second = Store.OpenSecond();
        StoredGrain there = (await second.Grains.FindAsync(key))!;
        await second.Grains.CommitAsync([new GrainWrite(key, there.Version, there.Schema, state, [], there.Due)], CancellationToken.None);
    }

    private protected override void BeforeEachWrite(Func<Task>? action)
    {
        _beforeEachWrite = action;
        if (_watched is not null)
        {
            _watched.BeforeCommit = _ => action?.Invoke() ?? Task.CompletedTask;
        }
    }

    [ContractFact]
    public async Task Several_commands_of_a_grain_are_one_write_and_each_sees_the_one_before()
    {
        Gate gate = HoldNextWrite();
        Task first = SendAsync(Two, new Add(1));
        await gate.Entered.Task;
        Watched.Commits.Clear();
        Task<Count>[] batch = [.. Enumerable.Range(1, 10).Select(i => CountAsync(One, new Add(i)))];

        gate.Opened.SetResult();
        Count[] counts = await Task.WhenAll(batch);
        await first;

        Assert.Equal([1, 3, 6, 10, 15, 21, 28, 36, 45, 55], counts.Select(c => c.Value));
        Assert.Equal(Enumerable.Range(1, 10), counts[^1].Seen);
        GrainWrite write = Assert.Single(Assert.Single(Watched.Commits));
        Assert.Equal((One, 1L), (write.Key, write.Expected));
        Assert.Equal(2, (await Store.Grains.FindAsync(One))!.Version);
    }

    [ContractFact]
    public async Task Effects_of_all_commands_are_written_with_the_state()
    {
        await Task.WhenAll(
            SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("a")]))),
            SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("b")]), StoreData.Packet("p"))));

        Page<StoredHistoryEntry> history = await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None);
        Assert.Equal(["b", "a"], history.Items.Select(e => e.Entry.Text), StringComparer.Ordinal);
        Assert.Single(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task A_turn_that_throws_changes_nothing_and_touches_no_other()
    {
        Gate gate = HoldNextWrite();
        Task held = SendAsync(Two, new Add(1));
        await gate.Entered.Task;
        Task<Count> before = CountAsync(One, new Add(1));
        Task<IReply> poison = SendAsync(One, new Throw());
        Task<Count> after = CountAsync(One, new Add(2));
        Task<Count> other = CountAsync(Two, new Add(1));

        gate.Opened.SetResult();
        await held;

        Assert.Contains("Poison.", Assert.IsType<TurnFailed>(await poison).Problem, StringComparison.Ordinal);
        Assert.Equal((1, 3, 2), ((await before).Value, (await after).Value, (await other).Value));
        Assert.Equal(3, ReadCount(await Store.Grains.FindAsync(One)).Value);
    }

    [ContractFact]
    public async Task A_turn_that_cannot_be_written_is_found_and_the_others_of_the_batch_are_written()
    {
        GrainKey[] keys = [.. Enumerable.Range(10, 30).Select(i => StoreData.Card(i).Grain)];
        await Store.Grains.CreateAsync(keys);
        Gate gate = HoldNextWrite();
        Task held = SendAsync(Two, new Add(1));
        await gate.Entered.Task;
        Task<Count>[] good = [.. keys.Select(k => CountAsync(k, new Add(1, new AppendHistory([StoreData.Line("good")]))))];
        Task<IReply> poison = SendAsync(keys[17], new Add(100, new UnwritableEffect()));
        Task<Count> after = CountAsync(keys[17], new Add(10));

        gate.Opened.SetResult();
        await held;

        Assert.IsType<TurnFailed>(await poison);
        Assert.All(await Task.WhenAll(good), c => Assert.Equal(1, c.Value));
        Assert.Equal(11, (await after).Value);
        Assert.Equal(11, ReadCount(await Store.Grains.FindAsync(keys[17])).Value);
        foreach (GrainKey key in keys)
        {
            Assert.Single((await Store.Cards.HistoryAsync(key, null, null, 10, CancellationToken.None)).Items);
        }
    }

    [ContractFact]
    public async Task A_command_whose_caller_gave_up_while_it_waited_is_not_run()
    {
        Gate gate = HoldNextWrite();
        Task held = SendAsync(Two, new Add(1));
        await gate.Entered.Task;
        using var cancelled = new CancellationTokenSource();
        Task<IReply> given = Host.SendAsync(One, new Add(1), cancelled.Token);

        await cancelled.CancelAsync();
        gate.Opened.SetResult();
        await held;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(0, (await CountAsync(One, new Ask())).Value);
    }

    [ContractFact]
    public async Task A_turn_that_was_loaded_before_the_database_went_back_is_run_again()
    {
        BeforeEachWrite(() =>
        {
            BeforeEachWrite(null);
            Store.BeginEpoch();
            return Task.CompletedTask;
        });

        Count count = await CountAsync(One, new Add(1));

        Assert.Equal((1, 1), (count.Value, count.Returns));
    }
}
