using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <content>Turns that fail, stores that are down, and states that are too new.</content>
public abstract partial class GrainHostContract
{
    [ContractFact]
    public async Task A_turn_that_throws_changes_nothing()
    {
        await SendAsync(One, new Add(1));
        IReply poison = await SendAsync(One, new Throw());
        Count after = await CountAsync(One, new Add(2));

        Assert.Contains("Poison.", Assert.IsType<TurnFailed>(poison).Problem, StringComparison.Ordinal);
        Assert.Equal(3, after.Value);
        Assert.Equal(3, ReadCount(await FindAsync(One)).Value);
    }

    [ContractFact]
    public async Task A_turn_whose_effect_cannot_be_written_changes_nothing()
    {
        Assert.IsType<TurnFailed>(await SendAsync(One, new Add(100, new UnwritableEffect())));

        Assert.Equal(0, ReadCount(await FindAsync(One)).Value);
        Assert.Equal(1, (await CountAsync(One, new Add(1, new AppendHistory([StoreData.Line("good")])))).Value);
        Assert.Single((await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task A_state_that_grows_beyond_the_limit_fails_the_turn()
    {
        Assert.IsType<TurnFailed>(await SendAsync(One, new Grow(32 * 1024)));
        Assert.IsType<Counted>(await SendAsync(One, new Grow(15 * 1024)));
        Assert.Equal(15 * 1024, ReadCount(await FindAsync(One)).Padding.Length);
    }

    [ContractFact]
    public async Task A_state_of_a_newer_schema_is_left_alone()
    {
        await Store.Grains.CommitAsync([new GrainWrite(One, 1, 3, "{\"New\":1}"u8.ToArray(), [], null)], CancellationToken.None);

        TurnFailed reply = Assert.IsType<TurnFailed>(await SendAsync(One, new Add(1)));

        Assert.Contains("schema 3", reply.Problem, StringComparison.Ordinal);
        StoredGrain? found = await FindAsync(One);
        Assert.Equal((2L, 3, "{\"New\":1}"), (found!.Version, found.Schema, found.Text()));
    }

    [ContractFact]
    public async Task A_state_of_an_older_schema_is_written_with_the_new_one()
    {
        await SendAsync(One, new Add(1));

        Assert.Equal(2, (await FindAsync(One))!.Schema);
    }

    [ContractFact]
    public async Task A_state_that_cannot_be_read_fails_the_turn_and_stays()
    {
        await Store.Grains.CommitAsync([new GrainWrite(One, 1, 1, "nonsense"u8.ToArray(), [], null)], CancellationToken.None);

        Assert.IsType<TurnFailed>(await SendAsync(One, new Add(1)));
        Assert.Equal("nonsense", (await FindAsync(One)).Text());
    }

    [ContractFact]
    public async Task A_store_that_is_down_for_a_moment_is_tried_again()
    {
        await SendAsync(One, new Add(1));
        int failures = 2, before = Writes;
        BeforeEachWrite(() => failures-- > 0 ? throw new StoreUnavailableException("Down.", inner: null) : Task.CompletedTask);

        Assert.Equal(2, (await CountAsync(One, new Add(1))).Value);
        Assert.Equal(before + 3, Writes);
    }

    [ContractFact]
    public async Task When_the_store_stays_down_the_caller_hears_it_and_the_host_goes_on_afterwards()
    {
        BeforeEachWrite(() => throw new StoreUnavailableException("Down.", inner: null));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => SendAsync(One, new Add(1)));

        BeforeEachWrite(null);
        Assert.Equal(1, (await CountAsync(One, new Add(1))).Value);
    }
}
