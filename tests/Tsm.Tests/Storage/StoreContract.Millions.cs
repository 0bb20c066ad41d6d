using Tsm.Application.Ports;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>What a store owes when very much waits.</content>
public abstract partial class StoreContract
{
    private const int Million = 1_000_000;

    [ContractFact]
    public async Task Of_a_million_packets_as_many_are_taken_as_were_asked_for_the_longest_waiting_first()
    {
        Store.QueueMany("smsc", Million);

        IReadOnlyList<OutboxPacket> first = await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None);
        IReadOnlyList<OutboxPacket> next = await Store.Outbox.ClaimAsync("smsc", 3, TimeSpan.FromMinutes(1), CancellationToken.None);

        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], first.Select(p => p.PacketId));
        Assert.Equal(["11", "12", "13"], next.Select(p => p.PacketId));
    }

    [ContractFact]
    public async Task Of_a_million_deadlines_a_slice_is_given_the_earliest_first()
    {
        Store.WakeMany(Million);

        IReadOnlyList<Tsm.Application.Hosting.GrainKey> due = await Store.Grains.DueAsync(StoreData.Epoch.AddDays(1), 1_024, CancellationToken.None);

        Assert.Equal(Enumerable.Range(1, 1_024).Select(i => $"{i}"), due.Select(k => k.Id));
    }
}
