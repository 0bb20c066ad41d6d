using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Numbers;
using Tsm.Application.Ports;
using Tsm.Storage.Shared;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>Numbers that move with the turns of cards.</content>
public abstract partial class StoreContract
{
    private static readonly GrainKey First = StoreData.Card(1).Grain;
    private static readonly GrainKey Second = StoreData.Card(2).Grain;
    private static readonly string Number = StoreData.Msisdn(1);
    private static readonly DateTimeOffset Later = StoreData.Epoch.AddDays(1);

    [ContractFact]
    public async Task A_number_moves_with_the_turn_of_the_card_that_gets_it()
    {
        await ImportTwoAsync();

        await TurnAsync(Second, new MoveAlias("msisdn", Number, Later), new EndAlias("msisdn", StoreData.Msisdn(2), Later));

        Assert.Equal(First, await HolderAsync(Number, Later.AddMilliseconds(-1)));
        Assert.Equal(Second, await HolderAsync(Number, Later));
        Assert.Equal(Second, await HolderAsync(StoreData.Msisdn(2), Later.AddMilliseconds(-1)));
        Assert.Null(await HolderAsync(StoreData.Msisdn(2), Later));
        Assert.Equal([First], await FormerAsync(Number, StoreData.Epoch));
        Assert.Empty(await FormerAsync(Number, Later));
    }

    [ContractFact]
    public async Task Who_loses_a_number_is_told_by_work_that_is_written_with_the_move()
    {
        await ImportTwoAsync();
        _time.Advance(Later - _time.GetUtcNow());
        await Store.SetClockAsync();

        await TurnAsync(Second, new MoveAlias("msisdn", Number, Later));
        await TurnAsync(Second, new MoveAlias("msisdn", Number, Later.AddSeconds(1)));

        WorkItem told = Assert.Single(await new DueWork(Store.Sql).ClaimAsync(NumberChanges.WorkKind, 10, WorkLease, CancellationToken.None));
        Assert.Equal(("acme", $"card/{First.Id}|{Number}"), (told.Tenant, told.Item));
    }

    [ContractFact]
    public async Task A_number_that_moves_twice_in_a_millisecond_is_the_last_ones()
    {
        await ImportTwoAsync();
        GrainKey third = StoreData.Key("third");
        await Store.Grains.CreateAsync(third);

        await TurnAsync(Second, new MoveAlias("msisdn", Number, Later));
        await TurnAsync(third, new MoveAlias("msisdn", Number, Later));
        await TurnAsync(third, new MoveAlias("msisdn", Number, Later));
        await TurnAsync(First, new MoveAlias("msisdn", Number, Later));

        Assert.Equal(First, await HolderAsync(Number, Later.AddMilliseconds(10)));
        Assert.Equal(First, await HolderAsync(Number, StoreData.Epoch));
        Assert.Equal([third, Second, First], await FormerAsync(Number, StoreData.Epoch));
    }

    [ContractFact]
    public async Task A_number_is_taken_only_from_who_has_it()
    {
        await ImportTwoAsync();

        await TurnAsync(Second, new EndAlias("msisdn", Number, Later));
        GrainKey? kept = await HolderAsync(Number, Later);
        await TurnAsync(First, new EndAlias("msisdn", Number, Later));
        await TurnAsync(First, new EndAlias("msisdn", Number, Later.AddDays(1)));

        Assert.Equal(First, kept);
        Assert.Null(await HolderAsync(Number, Later));
        Assert.Equal(First, await HolderAsync(Number, StoreData.Epoch));
    }

    [ContractFact]
    public async Task A_number_that_many_cards_take_at_once_is_one_cards()
    {
        await ImportTwoAsync();
        GrainKey[] cards = [.. Enumerable.Range(0, 16).Select(i => StoreData.Key($"c{i}"))];
        await Store.Grains.CreateAsync(cards);
        using StoreUnderTest other = Store.OpenSecond();

        await Task.WhenAll(cards.Select((card, i) => Task.Run(() => (i % 2 == 0 ? Store : other).Grains.CommitAsync(
            [StoreData.Write(card, 1, "{}", null, new MoveAlias("msisdn", Number, Later.AddMilliseconds(i % 3)))], CancellationToken.None))));

        GrainKey? holder = await HolderAsync(Number, Later.AddDays(1));
        Assert.Contains(holder!.Value, cards);
        IReadOnlyList<WorkItem> told = await ClaimAllAsync();
        Assert.Equal(cards.Length - 1, told.Count(t => cards.Any(c => t.Item.StartsWith($"card/{c.Id}|", StringComparison.Ordinal))));
        Assert.DoesNotContain(told, t => t.Item.StartsWith($"card/{holder.Value.Id}|", StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<WorkItem>> ClaimAllAsync()
    {
        _time.Advance(TimeSpan.FromDays(2));
        await Store.SetClockAsync();
        return await new DueWork(Store.Sql).ClaimAsync(NumberChanges.WorkKind, 100, WorkLease, CancellationToken.None);
    }

    private Task ImportTwoAsync() => Store.Import.ImportAsync(
        "acme", [StoreData.Card(1), StoreData.Card(2)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

    private async Task TurnAsync(GrainKey key, params Effect[] effects)
    {
        StoredGrain grain = (await Store.Grains.FindAsync(key))!;
        Assert.Single(await Store.Grains.CommitAsync([StoreData.Write(key, grain.Version, "{}", null, [.. effects])], CancellationToken.None));
    }

    private Task<GrainKey?> HolderAsync(string number, DateTimeOffset at) => Store.Aliases.FindAsync("acme", "msisdn", number, at, CancellationToken.None);

    private Task<IReadOnlyList<GrainKey>> FormerAsync(string number, DateTimeOffset since) =>
        Store.Aliases.FormerAsync("acme", "msisdn", number, since, 10, CancellationToken.None);
}
