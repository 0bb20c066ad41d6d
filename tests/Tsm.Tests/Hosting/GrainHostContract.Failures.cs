using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <content>Turns that fail, stores that are down, and states that are too new.</content>
public abstract partial class GrainHostContract
{
    [ContractFact]
    public async Task A_turn_that_throws_changes_nothing_and_touches_no_other()
    {
        WatchedStore.Gate gate = Watched.HoldNextCommit();
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
        WatchedStore.Gate gate = Watched.HoldNextCommit();
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
    public async Task A_state_that_grows_beyond_the_limit_fails_the_turn()
    {
        Assert.IsType<TurnFailed>(await SendAsync(One, new Grow(16 * 1024)));
        Assert.IsType<Counted>(await SendAsync(One, new Grow(15 * 1024)));
        Assert.Equal(15 * 1024, ReadCount(await Store.Grains.FindAsync(One)).Padding.Length);
    }

    [ContractFact]
    public async Task A_state_of_a_newer_schema_is_left_alone()
    {
        await Store.Grains.CommitAsync([new GrainWrite(One, 1, 3, "{\"New\":1}"u8.ToArray(), [], null)], CancellationToken.None);

        TurnFailed reply = Assert.IsType<TurnFailed>(await SendAsync(One, new Add(1)));

        Assert.Contains("schema 3", reply.Problem, StringComparison.Ordinal);
        StoredGrain? found = await Store.Grains.FindAsync(One);
        Assert.Equal((2L, 3, "{\"New\":1}"), (found!.Version, found.Schema, found.Text()));
    }

    [ContractFact]
    public async Task A_state_of_an_older_schema_is_written_with_the_new_one()
    {
        await SendAsync(One, new Add(1));

        Assert.Equal(2, (await Store.Grains.FindAsync(One))!.Schema);
    }

    [ContractFact]
    public async Task A_state_that_cannot_be_read_fails_the_turn_and_stays()
    {
        await Store.Grains.CommitAsync([new GrainWrite(One, 1, 1, "nonsense"u8.ToArray(), [], null)], CancellationToken.None);

        Assert.IsType<TurnFailed>(await SendAsync(One, new Add(1)));
        Assert.Equal("nonsense", (await Store.Grains.FindAsync(One)).Text());
    }

    [ContractFact]
    public async Task A_store_that_is_down_for_a_moment_is_tried_again()
    {
        int failures = 2;
        Watched.BeforeCommit = _ => failures-- > 0 ? throw new StoreUnavailableException("Down.", inner: null) : Task.CompletedTask;

        Assert.Equal(1, (await CountAsync(One, new Add(1))).Value);
        Assert.Equal(3, Watched.Commits.Count);
    }

    [ContractFact]
    public async Task When_the_store_stays_down_the_caller_hears_it_and_the_host_goes_on_afterwards()
    {
        Watched.BeforeCommit = _ => throw new StoreUnavailableException("Down.", inner: null);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => SendAsync(One, new Add(1)));

        Watched.BeforeCommit = _ => Task.CompletedTask;
        Assert.Equal(1, (await CountAsync(One, new Add(1))).Value);
    }

    [ContractFact]
    public async Task A_command_whose_caller_gave_up_while_it_waited_is_not_run()
    {
        WatchedStore.Gate gate = Watched.HoldNextCommit();
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
}
