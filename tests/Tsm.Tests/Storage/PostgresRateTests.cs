using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Application.Delivery;
using Tsm.Application.Ports;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Storage.Postgres;
using Tsm.Testing;
using Tsm.Tests.Application.Delivery;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>The rate of a road holds over all nodes together, whatever becomes of each of them.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresRateTests(PrivatePostgres postgres) : IDisposable
{
    private const string Road = "smsc";
    private const int Rate = 100;

    // What a bucket holds: a slice's worth.
    private static readonly int Burst = (int)(Rate * RateLease.Slice.TotalSeconds);

    private readonly ManualTimeProvider _time = new();
    private PostgresStoreUnderTest? _opened;

    private PostgresStoreUnderTest A => _opened ??= new(postgres, _time);

    public void Dispose() => _opened?.Dispose();

    [ContractFact]
    public async Task Nodes_that_ask_at_once_get_together_what_the_rate_gives_and_not_more()
    {
        const int Steps = 100;
        var step = TimeSpan.FromMilliseconds(10);
        using PostgresStoreUnderTest b = A.OpenNode("b");
        using PostgresStoreUnderTest c = A.OpenNode("c");
        PostgresRateLeases[] nodes = [.. new[] { A, b, c }.Select(n => new PostgresRateLeases(n.Database))];
        await nodes[0].DeclareAsync(Road, Rate, CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        int granted = 0;

        for (int i = 1; i <= Steps; i++)
        {
            await AdvanceAsync(step);
            RateLease[] leases = await Task.WhenAll(nodes.SelectMany(n => new[] { n, n }).Select(n => n.LeaseAsync(Road, CancellationToken.None)));
            granted += leases.Sum(l => l.Credits!.Value);
            double elapsed = (i * step).TotalSeconds;
            Assert.InRange(granted, 0, Rate * elapsed + Burst);
        }

        // Who asks all the time gets all of it; less than half a slice may still be in the bucket.
        Assert.InRange(granted, Rate + Burst / 2, Rate + Burst);
    }

    [ContractFact]
    public async Task A_rate_below_one_a_slice_gives_one_at_a_time()
    {
        var leases = new PostgresRateLeases(A.Database);
        await leases.DeclareAsync(Road, 2, CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await leases.LeaseAsync(Road, CancellationToken.None)).Credits);
        RateLease refused = await leases.LeaseAsync(Road, CancellationToken.None);

        Assert.Equal((0, TimeSpan.FromMilliseconds(500)), (refused.Credits, refused.RetryAfter));
        await AdvanceAsync(TimeSpan.FromMilliseconds(499));
        Assert.Equal(0, (await leases.LeaseAsync(Road, CancellationToken.None)).Credits);
        await AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (await leases.LeaseAsync(Road, CancellationToken.None)).Credits);
    }

    [ContractFact]
    public async Task A_node_that_dies_with_credits_blocks_nobody_and_gives_nobody_more()
    {
        await new PostgresRateLeases(A.Database).DeclareAsync(Road, Rate, CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        PostgresStoreUnderTest dying = A.OpenNode("b");
        Assert.Equal(Burst, (await new PostgresRateLeases(dying.Database).LeaseAsync(Road, CancellationToken.None)).Credits);
        dying.Dispose();
        var leases = new PostgresRateLeases(A.Database);

        RateLease refused = await leases.LeaseAsync(Road, CancellationToken.None);
        Assert.Equal(0, refused.Credits);
        await AdvanceAsync(refused.RetryAfter);

        Assert.Equal(Burst / 2, (await leases.LeaseAsync(Road, CancellationToken.None)).Credits);
    }

    [ContractFact]
    public async Task What_is_given_back_can_be_leased_again_and_never_more_than_a_slice()
    {
        var leases = new PostgresRateLeases(A.Database);
        await leases.DeclareAsync(Road, Rate, CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        await leases.LeaseAsync(Road, CancellationToken.None);

        await leases.ReturnAsync(Road, 15, CancellationToken.None);
        Assert.Equal(15, (await leases.LeaseAsync(Road, CancellationToken.None)).Credits);
        await leases.ReturnAsync(Road, 10 * Burst, CancellationToken.None);
        Assert.Equal(Burst, (await leases.LeaseAsync(Road, CancellationToken.None)).Credits);
    }

    [ContractFact]
    public async Task A_rate_that_changes_holds_at_once_on_all_nodes()
    {
        using PostgresStoreUnderTest b = A.OpenNode("b");
        var ours = new PostgresRateLeases(A.Database);
        var theirs = new PostgresRateLeases(b.Database);

        Assert.Null((await theirs.LeaseAsync(Road, CancellationToken.None)).Credits);
        await ours.DeclareAsync(Road, Rate, CancellationToken.None);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Burst, (await theirs.LeaseAsync(Road, CancellationToken.None)).Credits);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        await ours.DeclareAsync(Road, 10, CancellationToken.None);
        Assert.Equal(2, (await theirs.LeaseAsync(Road, CancellationToken.None)).Credits);
        await ours.DeclareAsync(Road, null, CancellationToken.None);
        Assert.Null((await theirs.LeaseAsync(Road, CancellationToken.None)).Credits);
    }

    [ContractFact]
    public async Task Two_senders_on_one_database_together_keep_the_rate()
    {
        const int Packets = 120;
        using PostgresStoreUnderTest b = A.OpenNode("b");
        await new PostgresRateLeases(A.Database).DeclareAsync(Road, Rate, CancellationToken.None);
        await A.Grains.CommitAsync(
            [.. Enumerable.Range(0, Packets).Select(i => StoreData.Write(StoreData.Key($"{i}"), 0, "1", null, StoreData.Packet($"p{i}")))],
            CancellationToken.None);
        var left = new ConcurrentQueue<(string Node, TimeSpan At)>();
        DateTimeOffset start = _time.GetUtcNow();
        Node[] nodes = [.. new[] { ("a", A), ("b", b) }.Select(n => new Node(
            n.Item2, _time, () => left.Enqueue((n.Item1, _time.GetUtcNow() - start))))];
        foreach (Node node in nodes)
        {
            await node.Sender.StartAsync(CancellationToken.None);
        }

        // Each packet has two segments.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (left.Count < 2 * Packets)
        {
            await AdvanceAsync(TimeSpan.FromMilliseconds(5));
            await Task.Delay(2, patience.Token);
        }

        foreach (Node node in nodes)
        {
            await node.Sender.StopAsync(CancellationToken.None);
            node.Dispose();
        }

        (string Node, TimeSpan At)[] all = [.. left.OrderBy(l => l.At)];
        Assert.Equal(2, all.Select(l => l.Node).Distinct().Count());
        for (int from = 0; from < all.Length; from++)
        {
            for (int to = from; to < all.Length; to++)
            {
                // What was leased in a slice may leave until its end.
                double window = (all[to].At - all[from].At + RateLease.Slice).TotalSeconds;
                Assert.InRange(to - from + 1, 1, Rate * window + Burst);
            }
        }
    }

    private async Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        await A.SetClockAsync();
    }

    /// <summary>A sender on its own store, on a road that takes everything at once.</summary>
    private sealed class Node : ISmsRoad, IDisposable
    {
        private readonly Action _left;
        private readonly RoadCredits _credits;

        public Node(PostgresStoreUnderTest store, TimeProvider time, Action left)
        {
            _left = left;
            _credits = new(Road, new PostgresRateLeases(store.Database), time);
            Sender = new(this, _credits, store.Outbox, new ListedHost(), time, NullLogger<SmsSender>.Instance);
        }

        public SmsSender Sender { get; }

        public string Name => Road;

        public int Window => 10;

        public int FreeWindow => 10;

        public Task<bool> WaitForRoomAsync(CancellationToken cancellationToken) => Task.FromResult(true);

        public async Task<SegmentOutcome> SubmitAsync(string destination, Octets userData, CancellationToken cancellationToken)
        {
            await _credits.TakeAsync(cancellationToken);
            _left();
            return new(SegmentResult.Accepted, CommandStatus.Ok);
        }

        public void Dispose()
        {
            Sender.Dispose();
            _credits.Dispose();
        }
    }
}
