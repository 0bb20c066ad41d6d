using Tsm.Application.Delivery;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>What a store owes those who watch roads.</content>
public abstract partial class StoreContract
{
    [ContractFact]
    public async Task A_road_that_nobody_was_ever_bound_to_is_neither_alive_nor_down()
    {
        RoadLife life = await Store.RoadLives.ReadAsync("smsc", CancellationToken.None);

        Assert.Null(life.AliveUntil);
        Assert.Equal(TimeSpan.Zero, life.Down(StoreData.Epoch, StoreData.Epoch.AddDays(1)));
    }

    [ContractFact]
    public async Task A_gap_between_beats_is_an_outage_and_late_beats_are_none()
    {
        await BeatAsync(Store);
        _time.Advance(RoadLife.Tolerance);
        await BeatAsync(Store);
        DateTimeOffset from = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromHours(1));

        RoadLife open = await Store.RoadLives.ReadAsync("smsc", CancellationToken.None);
        RoadLife life = await BeatAsync(Store);

        Assert.Equal((from, TimeSpan.FromHours(1)), (open.AliveUntil, open.Down(StoreData.Epoch, _time.GetUtcNow())));
        Assert.Equal(new Outage(from, _time.GetUtcNow()), Assert.Single(life.Outages));
        Assert.Equal(_time.GetUtcNow(), life.AliveUntil);
        Assert.Empty((await Store.RoadLives.ReadAsync("another", CancellationToken.None)).Outages);
    }

    [ContractFact]
    public async Task As_long_as_one_node_is_bound_the_road_is_alive()
    {
        using StoreUnderTest second = Store.OpenSecond();
        await BeatAsync(Store);
        for (int i = 0; i < 10; i++)
        {
            _time.Advance(RoadLife.Beat);
            await BeatAsync(second);
        }

        RoadLife life = await BeatAsync(Store);

        Assert.Empty(life.Outages);
        Assert.Equal(_time.GetUtcNow(), life.AliveUntil);
    }

    [ContractFact]
    public async Task Outages_that_no_deadline_looks_back_to_are_forgotten()
    {
        await BeatAsync(Store);
        _time.Advance(TimeSpan.FromHours(1));
        await BeatAsync(Store);
        _time.Advance(RoadLife.Memory + TimeSpan.FromMinutes(1));

        RoadLife life = await BeatAsync(Store);

        Assert.Single(life.Outages);
    }

    private static Task<RoadLife> BeatAsync(StoreUnderTest store) => store.RoadLives.BeatAsync("smsc", CancellationToken.None);
}
