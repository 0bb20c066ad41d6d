using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>What every store owes its ports; each database has a class that runs it.</summary>
public abstract partial class StoreContract : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private StoreUnderTest? _opened;

    private protected abstract StoreUnderTest Open(ManualTimeProvider time);

    private StoreUnderTest Store => _opened ??= Open(_time);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _opened?.Dispose();

    [ContractFact]
    public async Task Loads_what_was_written_and_only_grains_that_exist()
    {
        GrainKey one = StoreData.Key("1"), two = StoreData.Key("2"), none = StoreData.Key("3");
        DateTimeOffset due = StoreData.Epoch.AddMinutes(1);
        await Store.Grains.CommitAsync(
            [StoreData.Write(one, 0, "{\"a\":1}", due), StoreData.Write(two, 0, "{\"b\":2}")], CancellationToken.None);

        IReadOnlyDictionary<GrainKey, StoredGrain> loaded = await Store.Grains.LoadAsync([one, two, none], CancellationToken.None);

        Assert.Equal(2, loaded.Count);
        Assert.Equal(("{\"a\":1}", 1L, 1, due), (loaded[one].Text(), loaded[one].Version, loaded[one].Schema, loaded[one].Due));
        Assert.Equal(("{\"b\":2}", null), (loaded[two].Text(), loaded[two].Due));
    }

    [ContractFact]
    public async Task The_same_id_of_two_tenants_is_two_grains()
    {
        GrainKey ours = StoreData.Key("1"), theirs = StoreData.Key("1", "globex");
        await Store.Grains.CommitAsync(
            [StoreData.Write(ours, 0, "1"), StoreData.Write(theirs, 0, "2")], CancellationToken.None);

        Assert.Equal("1", (await Store.Grains.FindAsync(ours)).Text());
        Assert.Equal("2", (await Store.Grains.FindAsync(theirs)).Text());
    }

    [ContractFact]
    public async Task Who_expects_another_version_writes_nothing_and_the_others_are_written()
    {
        GrainKey loser = StoreData.Key("1"), winner = StoreData.Key("2");
        await Store.Grains.CreateAsync(loser, winner);

        IReadOnlySet<GrainKey> written = await Store.Grains.CommitAsync(
            [
                StoreData.Write(loser, 7, "\"lost\"", StoreData.Epoch, new AppendHistory([StoreData.Line("lost")]), StoreData.Packet("p")),
                StoreData.Write(winner, 1, "\"won\""),
            ],
            CancellationToken.None);

        Assert.Equal([winner], written);
        Assert.Equal(("{}", 1L, null), Parts(await Store.Grains.FindAsync(loser)));
        Assert.Equal(("\"won\"", 2L, null), Parts(await Store.Grains.FindAsync(winner)));
        Assert.Empty((await Store.Cards.HistoryAsync(loser, null, null, 10, CancellationToken.None)).Items);
        Assert.Empty(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task A_grain_is_created_once()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CreateAsync(key);

        IReadOnlySet<GrainKey> written = await Store.Grains.CommitAsync([StoreData.Write(key, 0, "2")], CancellationToken.None);

        Assert.Empty(written);
        Assert.Equal("{}", (await Store.Grains.FindAsync(key)).Text());
    }

    [ContractFact]
    public async Task A_write_without_a_state_keeps_the_state_and_writes_due_time_and_effects()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CommitAsync([StoreData.Write(key, 0, "\"kept\"")], CancellationToken.None);
        DateTimeOffset due = StoreData.Epoch.AddHours(1);

        await Store.Grains.CommitAsync(
            [StoreData.Write(key, 1, state: null, due, StoreData.Packet("p"))], CancellationToken.None);

        Assert.Equal(("\"kept\"", 2L, due), Parts(await Store.Grains.FindAsync(key)));
        Assert.Single(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task An_effect_it_does_not_know_throws_and_nothing_of_the_batch_is_written()
    {
        GrainKey good = StoreData.Key("1"), bad = StoreData.Key("2");
        await Store.Grains.CreateAsync(good, bad);

        await Assert.ThrowsAsync<NotSupportedException>(() => Store.Grains.CommitAsync(
            [StoreData.Write(good, 1, "1"), StoreData.Write(bad, 1, "2", null, new StrangeEffect())], CancellationToken.None));

        Assert.Equal(("{}", 1L, null), Parts(await Store.Grains.FindAsync(good)));
        await Store.Grains.CommitAsync([StoreData.Write(good, 1, "3")], CancellationToken.None);
        Assert.Equal("3", (await Store.Grains.FindAsync(good)).Text());
    }

    [ContractFact]
    public async Task Gives_due_grains_the_earliest_first_and_never_early()
    {
        GrainKey late = StoreData.Key("late"), early = StoreData.Key("early"), later = StoreData.Key("later"), never = StoreData.Key("never");
        DateTimeOffset now = StoreData.Epoch;
        await Store.Grains.CommitAsync(
            [
                StoreData.Write(late, 0, "1", now),
                StoreData.Write(early, 0, "1", now.AddSeconds(-1)),
                StoreData.Write(later, 0, "1", now.AddTicks(1)),
                StoreData.Write(never, 0, "1"),
            ],
            CancellationToken.None);

        Assert.Equal([early, late], await Store.Grains.DueAsync(now, 10, CancellationToken.None));
        Assert.Equal([early], await Store.Grains.DueAsync(now, 1, CancellationToken.None));
        Assert.Equal([early, late, later], await Store.Grains.DueAsync(now.AddMilliseconds(1), 10, CancellationToken.None));
    }

    [ContractFact]
    public async Task A_due_time_that_is_taken_back_does_not_come()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CommitAsync([StoreData.Write(key, 0, "1", StoreData.Epoch)], CancellationToken.None);

        await Store.Grains.CommitAsync([StoreData.Write(key, 1, "2")], CancellationToken.None);

        Assert.Empty(await Store.Grains.DueAsync(StoreData.Epoch.AddDays(1), 10, CancellationToken.None));
    }

    [ContractFact]
    public async Task What_was_committed_is_there_after_the_process_died()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CommitAsync([StoreData.Write(key, 0, "\"durable\"", null, StoreData.Packet("p"))], CancellationToken.None);

        using StoreUnderTest found = Store.OpenAfterDeath();

        Assert.Equal("\"durable\"", (await found.Grains.FindAsync(key)).Text());
        Assert.Single(await found.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    private static (string State, long Version, DateTimeOffset? Due) Parts(StoredGrain? grain) => (grain.Text(), grain!.Version, grain.Due);

    private sealed record StrangeEffect : Effect;
}
