using Tsm.Application.Hosting;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>What a store owes after it has gone back in time.</content>
public abstract partial class StoreContract
{
    [ContractFact]
    public async Task A_state_of_an_earlier_epoch_says_so_until_it_is_written_again()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CreateAsync(key);
        StoredGrain before = (await Store.Grains.FindAsync(key))!;

        Store.BeginEpoch();

        StoredGrain after = (await Store.Grains.FindAsync(key))!;
        Assert.False(before.WentBack);
        Assert.True(after.WentBack);
        Assert.Equal(before.Epoch + 1, after.Epoch);
        GrainWrite write = StoreData.Write(key, after.Version) with { Epoch = after.Epoch };
        Assert.Single(await Store.Grains.CommitAsync([write], CancellationToken.None));
        Assert.False((await Store.Grains.FindAsync(key))!.WentBack);
    }

    [ContractFact]
    public async Task A_turn_that_was_loaded_before_the_database_went_back_loses()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CreateAsync(key);
        StoredGrain before = (await Store.Grains.FindAsync(key))!;

        Store.BeginEpoch();
        GrainWrite stale = StoreData.Write(key, before.Version, "\"stale\"", null, StoreData.Packet("p")) with { Epoch = before.Epoch };

        Assert.Empty(await Store.Grains.CommitAsync([stale], CancellationToken.None));
        Assert.Equal("{}", (await Store.Grains.FindAsync(key)).Text());
        Assert.Empty(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task What_was_ready_to_leave_before_the_database_went_back_does_not_leave()
    {
        GrainKey waiting = StoreData.Key("1"), claimed = StoreData.Key("2");
        await Store.Grains.CommitAsync([StoreData.Write(claimed, 0, "1", null, StoreData.Packet("b"))], CancellationToken.None);
        await Store.Outbox.ClaimAsync("smsc", 1, TimeSpan.FromHours(1), CancellationToken.None);
        await Store.Grains.CommitAsync([StoreData.Write(waiting, 0, "1", null, StoreData.Packet("a"))], CancellationToken.None);

        Store.BeginEpoch();

        Assert.Empty(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(2, (await Store.Outbox.AbandonedAsync(10, CancellationToken.None)).Count);
    }

    [ContractFact]
    public async Task Cards_that_are_imported_in_a_later_epoch_belong_to_it()
    {
        Store.BeginEpoch();

        await Store.Import.ImportAsync(StoreData.Tenant, [StoreData.Card(1)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        Assert.False((await Store.Grains.FindAsync(StoreData.Card(1).Grain))!.WentBack);
    }
}
