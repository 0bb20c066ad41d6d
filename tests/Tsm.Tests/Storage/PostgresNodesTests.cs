using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>What several nodes on one PostgreSQL owe each other.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresNodesTests(PrivatePostgres postgres) : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();
    private PostgresStoreUnderTest? _opened;

    private PostgresStoreUnderTest A => _opened ??= new(postgres, _time);

    public void Dispose() => _opened?.Dispose();

    [ContractFact]
    public async Task Nodes_that_claim_at_once_get_different_packets_and_together_all()
    {
        const int Packets = 400;
        await QueueAsync(Packets);
        PostgresStoreUnderTest[] nodes = [A, A.OpenNode("b"), A.OpenNode("c"), A.OpenNode("d")];

        string[][] claimed = await Task.WhenAll(nodes.Select(n => Task.Run(async () =>
        {
            List<string> mine = [];
            for (IReadOnlyList<OutboxPacket> some; (some = await ClaimAsync(n, 7)).Count > 0;)
            {
                mine.AddRange(some.Select(p => p.PacketId));
            }

            return mine.ToArray();
        })));

        Array.ForEach(nodes[1..], n => n.Dispose());
        List<string> all = [.. claimed.SelectMany(c => c)];
        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());

        // Who skipped a row that another was looking at may have left early; nothing is lost by that.
        all.AddRange((await ClaimAsync(A, Packets)).Select(p => p.PacketId));
        Assert.Equal(Packets, all.Distinct(StringComparer.Ordinal).Count());
    }

    [ContractFact]
    public async Task A_node_that_starts_leaves_the_claims_of_others_alone()
    {
        await QueueAsync(1);
        await ClaimAsync(A, 1);
        using PostgresStoreUnderTest b = A.OpenNode("b");

        await b.Outbox.ExpireClaimsAsync(CancellationToken.None);

        Assert.Empty(await b.Outbox.AbandonedAsync(10, CancellationToken.None));
        Assert.Empty(await ClaimAsync(b, 1));
    }

    [ContractFact]
    public async Task What_a_node_that_died_had_claimed_is_found_by_another_after_the_lease()
    {
        await QueueAsync(2);
        PostgresStoreUnderTest dying = A.OpenNode("b");
        OutboxPacket claimed = Assert.Single(await ClaimAsync(dying, 1));
        dying.Dispose();

        _time.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await A.Outbox.AbandonedAsync(10, CancellationToken.None));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        OutboxPacket abandoned = Assert.Single(await A.Outbox.AbandonedAsync(10, CancellationToken.None));
        Assert.Equal((claimed.Grain, claimed.PacketId), (abandoned.Grain, abandoned.PacketId));
        Assert.NotEqual(claimed.PacketId, Assert.Single(await ClaimAsync(A, 10)).PacketId);
    }

    [ContractFact]
    public async Task A_node_gives_back_only_what_it_still_holds_itself()
    {
        await QueueAsync(1);
        using PostgresStoreUnderTest b = A.OpenNode("b");
        IReadOnlyList<OutboxPacket> first = await ClaimAsync(A, 1);
        await A.Grains.CommitAsync([StoreData.Write(first[0].Grain, 1, "2", null, StoreData.Packet(first[0].PacketId))], CancellationToken.None);
        Assert.Single(await ClaimAsync(b, 1)); // The same packet, queued again.

        await A.Outbox.ReleaseAsync(first, CancellationToken.None);

        Assert.Empty(await ClaimAsync(A, 1));
    }

    [ContractFact]
    public async Task A_due_grain_is_given_to_one_node_until_its_lease_ends()
    {
        GrainKey key = StoreData.Key("1");
        await A.Grains.CommitAsync([StoreData.Write(key, 0, "1", StoreData.Epoch)], CancellationToken.None);
        using PostgresStoreUnderTest b = A.OpenNode("b");

        Assert.Equal([key], await DueAsync(A));
        Assert.Empty(await DueAsync(b));
        Assert.Equal([key], await DueAsync(A));

        _time.Advance(TimeSpan.FromMinutes(1));
        await A.SetClockAsync();
        Assert.Equal([key], await DueAsync(b));
        Assert.Empty(await DueAsync(A));
    }

    [ContractFact]
    public async Task A_due_time_that_a_turn_has_moved_is_anybodys_again()
    {
        GrainKey key = StoreData.Key("1");
        await A.Grains.CommitAsync([StoreData.Write(key, 0, "1", StoreData.Epoch.AddSeconds(-2))], CancellationToken.None);
        using PostgresStoreUnderTest b = A.OpenNode("b");
        Assert.Single(await DueAsync(A));

        await A.Grains.CommitAsync([StoreData.Write(key, 1, "1", StoreData.Epoch.AddSeconds(-1))], CancellationToken.None);

        Assert.Equal([key], await DueAsync(b));
    }

    [ContractFact]
    public async Task Due_grains_of_many_nodes_are_disjoint()
    {
        // More than all of them take together.
        GrainKey[] keys = [.. Enumerable.Range(0, 400).Select(i => StoreData.Key($"{i}"))];
        await A.Grains.CommitAsync([.. keys.Select(k => StoreData.Write(k, 0, "1", StoreData.Epoch))], CancellationToken.None);
        PostgresStoreUnderTest[] nodes = [A, A.OpenNode("b"), A.OpenNode("c")];

        IReadOnlyList<GrainKey>[] due = await Task.WhenAll(nodes.Select(n => n.Grains.DueAsync(StoreData.Epoch, 120, CancellationToken.None)));

        Array.ForEach(nodes[1..], n => n.Dispose());
        Assert.Equal(due.Sum(d => d.Count), due.SelectMany(d => d).Distinct().Count());
        Assert.Contains(due, d => d.Count == 120);
    }

    [ContractFact]
    public async Task Of_many_writers_of_the_same_grains_in_any_order_each_version_has_one_winner()
    {
        GrainKey[] keys = [.. Enumerable.Range(0, 20).Select(i => StoreData.Key($"{i}"))];
        await A.Grains.CreateAsync(keys);
        PostgresStoreUnderTest[] nodes = [A, A.OpenNode("b"), A.OpenNode("c")];
        int won = 0;

        await Task.WhenAll(nodes.SelectMany(n => Enumerable.Range(0, 2).Select(seed => Task.Run(async () =>
        {
            for (int round = 0; round < 20; round++)
            {
                IReadOnlyDictionary<GrainKey, StoredGrain> loaded = await n.Grains.LoadAsync(keys, CancellationToken.None);
                IEnumerable<GrainKey> order = (round + seed) % 2 == 0 ? keys : keys.Reverse();
                IReadOnlySet<GrainKey> written = await n.Grains.CommitAsync(
                    [.. order.Select(k => StoreData.Write(k, loaded[k].Version, "2", null, new AppendHistory([StoreData.Line("won")])))],
                    CancellationToken.None);
                Interlocked.Add(ref won, written.Count);
            }
        }))));

        Array.ForEach(nodes[1..], n => n.Dispose());
        IReadOnlyDictionary<GrainKey, StoredGrain> found = await A.Grains.LoadAsync(keys, CancellationToken.None);
        Assert.Equal(won, found.Values.Sum(g => g.Version - 1));
        int lines = 0;
        foreach (GrainKey key in keys)
        {
            lines += (await A.Cards.HistoryAsync(key, null, null, 1000, CancellationToken.None)).Items.Count;
        }

        Assert.Equal(won, lines);
    }

    [ContractFact]
    public async Task A_node_sees_models_and_applications_that_another_has_written()
    {
        using PostgresStoreUnderTest b = A.OpenNode("b");
        var ours = new Catalogue(A.Catalogue, _ => []);
        var theirs = new Catalogue(b.Catalogue, _ => [], TimeSpan.FromSeconds(2), _time);
        CatalogueApplication application = StoreContract.Application("0011223344556677", "Applet");
        await ours.SaveModelAsync("acme", Model(5), StoreData.Audit(), CancellationToken.None);
        await theirs.PrepareAsync("acme", [application.Id], CancellationToken.None);

        await ours.SaveModelAsync("acme", Model(2), StoreData.Audit(), CancellationToken.None);
        await ours.AddApplicationAsync("acme", application, StoreData.Audit(), CancellationToken.None);
        await theirs.PrepareAsync("acme", [application.Id], CancellationToken.None);

        Assert.True(theirs.TryGetApplication("acme", application.Id, out _));
        Assert.Equal(5, Segments(theirs));
        _time.Advance(TimeSpan.FromSeconds(2));
        await theirs.PrepareAsync("acme", [], CancellationToken.None);
        Assert.Equal(2, Segments(theirs));

        static CardModel Model(int segments) => new() { Name = "uicc", Algorithm = KeyAlgorithm.Aes, MaxSegments = segments };
        static int Segments(Catalogue catalogue) => catalogue.TryGetModel("acme", "uicc", out CardModel? model) ? model.MaxSegments : 0;
    }

    [ContractFact]
    public async Task Two_imports_of_the_same_cards_at_once_leave_one()
    {
        using PostgresStoreUnderTest b = A.OpenNode("b");
        ImportedCard[] cards = [.. Enumerable.Range(1, 500).Select(i => StoreData.Card(i, StoreData.Keys(1)))];

        Task[] imports =
        [
            Task.Run(() => A.Import.ImportAsync("acme", cards, StoreData.Epoch, StoreData.Audit(), CancellationToken.None)),
            Task.Run(() => b.Import.ImportAsync("acme", [.. cards.Reverse()], StoreData.Epoch, StoreData.Audit(), CancellationToken.None)),
        ];
        await Assert.ThrowsAsync<DuplicateAliasException>(() => Task.WhenAll(imports));

        Assert.Equal(1, imports.Count(i => i.IsCompletedSuccessfully));
        Assert.Equal(500, (await A.Cards.ListAsync("acme", null, null, null, 1000, CancellationToken.None)).Items.Count);
    }

    private async Task QueueAsync(int packets)
    {
        IReadOnlySet<GrainKey> written = await A.Grains.CommitAsync(
            [.. Enumerable.Range(0, packets).Select(i => StoreData.Write(StoreData.Key($"{i}"), 0, "1", null, StoreData.Packet($"p{i}")))],
            CancellationToken.None);
        Assert.Equal(packets, written.Count);
    }

    private static Task<IReadOnlyList<OutboxPacket>> ClaimAsync(PostgresStoreUnderTest node, int limit) =>
        node.Outbox.ClaimAsync("smsc", limit, Lease, CancellationToken.None);

    private static Task<IReadOnlyList<GrainKey>> DueAsync(PostgresStoreUnderTest node) =>
        node.Grains.DueAsync(StoreData.Epoch, 10, CancellationToken.None);
}
