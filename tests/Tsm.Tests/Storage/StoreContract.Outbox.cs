using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>Packets ready to leave, and what fits nobody.</content>
public abstract partial class StoreContract
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [ContractFact]
    public async Task Claims_the_longest_waiting_packets_of_a_road_once()
    {
        await QueueAsync("b", StoreData.Packet("1"));
        await QueueAsync("a", StoreData.Packet("2"));
        await QueueAsync("c", StoreData.Packet("3", road: "other"));
        await QueueAsync("d", StoreData.Packet("4"));

        IReadOnlyList<OutboxPacket> first = await ClaimAsync(limit: 2);
        IReadOnlyList<OutboxPacket> second = await ClaimAsync();

        Assert.Equal(["1", "2"], first.Select(p => p.PacketId), StringComparer.Ordinal);
        Assert.Equal(["4"], second.Select(p => p.PacketId), StringComparer.Ordinal);
        Assert.Empty(await ClaimAsync());
    }

    [ContractFact]
    public async Task Of_a_road_that_is_paused_nothing_is_claimed_until_it_goes_on()
    {
        await QueueAsync("a", StoreData.Packet("1"));
        await QueueAsync("b", StoreData.Packet("2", road: "other"));
        using StoreUnderTest second = Store.OpenSecond();

        await second.Switches.SetPausedAsync("smsc", paused: true, CancellationToken.None);

        Assert.Equal(["smsc"], await Store.Switches.PausedAsync(CancellationToken.None));
        Assert.Empty(await ClaimAsync());
        Assert.Single(await Store.Outbox.ClaimAsync("other", 10, Lease, CancellationToken.None));

        await second.Switches.SetPausedAsync("smsc", paused: false, CancellationToken.None);

        Assert.Empty(await Store.Switches.PausedAsync(CancellationToken.None));
        Assert.Single(await ClaimAsync());
    }

    [ContractFact]
    public async Task A_claimed_packet_says_all_that_was_queued()
    {
        GrainKey key = await QueueAsync("1", StoreData.Packet("p", attempt: 3));

        OutboxPacket packet = Assert.Single(await ClaimAsync());

        Assert.Equal((key, "smsc", "p", 3, "491701234567"), (packet.Grain, packet.Road, packet.PacketId, packet.Attempt, packet.Destination));
        Assert.Equal([Octets.Parse("027000AABB"), Octets.Parse("CC")], packet.Segments.AsEnumerable());
    }

    [ContractFact]
    public async Task A_packet_replaces_the_one_before_even_when_that_is_claimed()
    {
        GrainKey key = await QueueAsync("1", StoreData.Packet("p"));
        OutboxPacket old = Assert.Single(await ClaimAsync());

        await Store.Grains.CommitAsync([StoreData.Write(key, 1, "2", null, StoreData.Packet("p", attempt: 2))], CancellationToken.None);
        await Store.Outbox.ReleaseAsync([old], CancellationToken.None);

        Assert.Equal(2, Assert.Single(await ClaimAsync()).Attempt);
        Assert.Empty(await ClaimAsync());
    }

    [ContractFact]
    public async Task A_withdrawn_packet_is_gone()
    {
        GrainKey key = await QueueAsync("1", StoreData.Packet("p"));

        await Store.Grains.CommitAsync([StoreData.Write(key, 1, "2", null, new WithdrawPacket())], CancellationToken.None);

        Assert.Empty(await ClaimAsync());
    }

    [ContractFact]
    public async Task Effects_are_written_in_their_order()
    {
        await QueueAsync("1", StoreData.Packet("p"), new WithdrawPacket(), StoreData.Packet("q"));

        Assert.Equal("q", Assert.Single(await ClaimAsync()).PacketId);
    }

    [ContractFact]
    public async Task A_released_packet_can_be_claimed_again()
    {
        await QueueAsync("1", StoreData.Packet("p"));
        IReadOnlyList<OutboxPacket> claimed = await ClaimAsync();

        await Store.Outbox.ReleaseAsync(claimed, CancellationToken.None);

        Assert.Single(await ClaimAsync());
    }

    [ContractFact]
    public async Task A_claim_that_ran_out_is_abandoned_and_is_never_claimed_again()
    {
        GrainKey key = await QueueAsync("1", StoreData.Packet("p"));
        await ClaimAsync();
        _time.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await Store.Outbox.AbandonedAsync(10, CancellationToken.None));

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(key, Assert.Single(await Store.Outbox.AbandonedAsync(10, CancellationToken.None)).Grain);
        Assert.Empty(await ClaimAsync());
        await Store.Grains.CommitAsync([StoreData.Write(key, 1, "2", null, new WithdrawPacket())], CancellationToken.None);
        Assert.Empty(await Store.Outbox.AbandonedAsync(10, CancellationToken.None));
    }

    [ContractFact]
    public async Task Claims_of_a_process_that_is_gone_are_expired_at_start_and_what_waits_still_waits()
    {
        await QueueAsync("1", StoreData.Packet("claimed"));
        await ClaimAsync();
        await QueueAsync("2", StoreData.Packet("waiting"));
        using StoreUnderTest next = Store.OpenAfterDeath();

        await next.Outbox.ExpireClaimsAsync(CancellationToken.None);

        Assert.Equal("claimed", Assert.Single(await next.Outbox.AbandonedAsync(10, CancellationToken.None)).PacketId);
        Assert.Equal("waiting", Assert.Single(await next.Outbox.ClaimAsync("smsc", 10, Lease, CancellationToken.None)).PacketId);
    }

    [ContractFact]
    public async Task Waiting_ends_when_a_packet_is_queued_on_the_road_and_not_for_another_road()
    {
        Task waiting = Store.Outbox.WaitAsync("smsc", CancellationToken.None);

        await QueueAsync("1", StoreData.Packet("p", road: "other"));
        Assert.False(waiting.IsCompleted);
        await QueueAsync("2", StoreData.Packet("p"));

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [ContractFact]
    public async Task A_packet_queued_before_the_wait_ends_it_at_once()
    {
        await QueueAsync("1", StoreData.Packet("p"));

        await Store.Outbox.WaitAsync("smsc", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [ContractFact]
    public async Task Waiting_can_be_cancelled_and_ends_by_itself_after_a_while()
    {
        using var cancelled = new CancellationTokenSource();
        Task first = Store.Outbox.WaitAsync("smsc", cancelled.Token);
        Task second = Store.Outbox.WaitAsync("smsc", CancellationToken.None);

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        await second.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [ContractFact]
    public async Task Quarantine_counts_by_tenant()
    {
        await Store.Quarantine.KeepAsync("acme", "smsc", "49170", "1234", Octets.Parse("0271"), "nobody", CancellationToken.None);
        await Store.Quarantine.KeepAsync("acme", "smsc", "49171", "1234", Octets.Empty, "nobody", CancellationToken.None);
        await Store.Quarantine.KeepAsync("globex", "smsc", "49172", "1234", Octets.Empty, "nobody", CancellationToken.None);

        Assert.Equal(2, await Store.Quarantine.CountAsync("acme", CancellationToken.None));
        Assert.Equal(0, await Store.Quarantine.CountAsync("nobody", CancellationToken.None));
    }

    private async Task<GrainKey> QueueAsync(string id, params Effect[] effects)
    {
        GrainKey key = StoreData.Key(id);
        await Store.Grains.CommitAsync([StoreData.Write(key, 0, "1", null, [.. effects])], CancellationToken.None);
        return key;
    }

    private Task<IReadOnlyList<OutboxPacket>> ClaimAsync(int limit = 10) =>
        Store.Outbox.ClaimAsync("smsc", limit, Lease, CancellationToken.None);
}
