using System.Collections.Concurrent;
using System.Globalization;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage;
using Tsm.Storage.Vault;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <summary>What every host owes a grain; each host and database has a class that runs it.</summary>
#pragma warning disable CA1001 // IAsyncLifetime disposes of it.
public abstract partial class GrainHostContract : IAsyncLifetime
#pragma warning restore CA1001
{
    private protected static readonly GrainKey One = StoreData.Key("1");
    private protected static readonly GrainKey Two = StoreData.Key("2");

    private readonly ManualTimeProvider _time = new();
    private StoreUnderTest? _opened;
    private WatchedStore? _watched;
    private KeyVault? _vault;
    private IGrainHost? _host;

    private protected StoreUnderTest Store => _opened!;

    private protected WatchedStore Watched => _watched!;

    private protected IGrainHost Host => _host!;

    private protected ManualTimeProvider Time => _time;

    private protected KeyVault Vault => _vault!;

    private protected abstract StoreUnderTest OpenStore(ManualTimeProvider time);

    private protected abstract IGrainHost Start(IGrainStore store, IMachine machine, ICatalogue catalogue, IKeyVault vault, ManualTimeProvider time);

    public async Task InitializeAsync()
    {
        _opened = OpenStore(_time);
        _vault = new(VaultKey.From(new byte[32]), _opened.Vault);
        await _opened.Grains.CreateAsync(One, Two);
        StartHost();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        _vault!.Dispose();
        _opened!.Dispose();
    }

    [ContractFact]
    public async Task Answers_with_what_the_machine_decided_and_the_store_remembers_it()
    {
        Assert.Equal(5, (await CountAsync(One, new Add(5))).Value);
        Assert.Equal(7, (await CountAsync(One, new Add(2))).Value);

        using StoreUnderTest second = Store.OpenSecond();
        Assert.Equal([5, 2], ReadCount(await second.Grains.FindAsync(One)).Seen);
        Assert.Equal(0, (await CountAsync(Two, new Ask())).Value);
    }

    [ContractFact]
    public async Task A_grain_that_does_not_exist_is_unknown()
    {
        GrainKey none = StoreData.Key("none");

        Assert.Equal(new UnknownGrain(none), await SendAsync(none, new Add(1)));
        Assert.Null(await Store.Grains.FindAsync(none));
    }

    [ContractFact]
    public async Task Nobody_is_answered_before_the_turn_is_durable()
    {
        WatchedStore.Gate gate = Watched.HoldNextCommit();
        Task<IReply> reply = SendAsync(One, new Add(1));
        await gate.Entered.Task;

        using (StoreUnderTest found = Store.OpenAfterDeath())
        {
            Assert.Equal(0, ReadCount(await found.Grains.FindAsync(One)).Value);
        }

        Assert.False(reply.IsCompleted);
        gate.Opened.SetResult();
        await reply;
        using StoreUnderTest after = Store.OpenAfterDeath();
        Assert.Equal(1, ReadCount(await after.Grains.FindAsync(One)).Value);
    }

    [ContractFact]
    public async Task Whoever_was_answered_before_the_process_died_finds_his_turn_done()
    {
        GrainKey[] keys = [.. Enumerable.Range(100, 20).Select(i => StoreData.Key(i.ToString(CultureInfo.InvariantCulture)))];
        await Store.Grains.CreateAsync(keys);
        var answered = new ConcurrentDictionary<GrainKey, int>();
        int deaths = 0;
        Watched.BeforeCommit = async _ =>
        {
            // Everything that was answered up to here must be found, whatever dies now.
            Dictionary<GrainKey, int> promised = answered.ToDictionary();
            using StoreUnderTest found = Store.OpenAfterDeath();
            IReadOnlyDictionary<GrainKey, StoredGrain> grains = await found.Grains.LoadAsync(keys, CancellationToken.None);
            Assert.All(promised, p => Assert.True(ReadCount(grains[p.Key]).Value >= p.Value));
            deaths++;
        };

        await Task.WhenAll(keys.Select(async key =>
        {
            for (int i = 1; i <= 5; i++)
            {
                Assert.Equal(i, (await CountAsync(key, new Add(1))).Value);
                answered[key] = i;
            }
        }));

        Assert.True(deaths >= 5);
    }

    [ContractFact]
    public async Task Several_commands_of_a_grain_are_one_write_and_each_sees_the_one_before()
    {
        WatchedStore.Gate gate = Watched.HoldNextCommit();
        Task first = SendAsync(Two, new Add(1));
        await gate.Entered.Task;
        Watched.Commits.Clear();
        Task<Count>[] batch = [.. Enumerable.Range(1, 10).Select(i => CountAsync(One, new Add(i)))];

        gate.Opened.SetResult();
        Count[] counts = await Task.WhenAll(batch);
        await first;

        Assert.Equal([1, 3, 6, 10, 15, 21, 28, 36, 45, 55], counts.Select(c => c.Value));
        Assert.Equal(Enumerable.Range(1, 10), counts[^1].Seen);
        GrainWrite write = Assert.Single(Assert.Single(Watched.Commits));
        Assert.Equal((One, 1L), (write.Key, write.Expected));
        Assert.Equal(2, (await Store.Grains.FindAsync(One))!.Version);
    }

    [ContractFact]
    public async Task Effects_of_all_commands_are_written_with_the_state()
    {
        await Task.WhenAll(
            SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("a")]))),
            SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("b")]), StoreData.Packet("p"))));

        Page<StoredHistoryEntry> history = await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None);
        Assert.Equal(["b", "a"], history.Items.Select(e => e.Entry.Text), StringComparer.Ordinal);
        Assert.Single(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task A_turn_that_changes_nothing_writes_nothing()
    {
        await SendAsync(One, new Ask());
        await SendAsync(One, new Ask());

        Assert.Empty(Watched.Commits);
        Assert.Equal(1, (await Store.Grains.FindAsync(One))!.Version);
    }

    [ContractFact]
    public async Task Who_lost_against_another_writer_runs_again_on_the_new_state()
    {
        Watched.BeforeCommit = async _ =>
        {
            Watched.BeforeCommit = _ => Task.CompletedTask;
            using StoreUnderTest second = Store.OpenSecond();
            Count theirs = new() { Value = 100 };
            await second.Grains.CommitAsync(
                [new GrainWrite(One, 1, 2, new CountingMachine().Serialize(theirs), [], null)], CancellationToken.None);
        };

        Task<Count> ours = CountAsync(One, new Add(5, new AppendHistory([StoreData.Line("once")])));
        Task<Count> other = CountAsync(Two, new Add(1));

        Assert.Equal(105, (await ours).Value);
        Assert.Equal(1, (await other).Value);
        Assert.Equal((3L, 105), ((await Store.Grains.FindAsync(One))!.Version, ReadCount(await Store.Grains.FindAsync(One)).Value));
        Assert.Single((await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task Two_hosts_on_one_database_lose_no_turn()
    {
        using StoreUnderTest second = Store.OpenSecond();
        IGrainHost other = Start(second.Grains, new CountingMachine(), new NoCatalogue(), Vault, Time);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? Host : other).SendAsync(One, new Add(1), CancellationToken.None)));

        await ((IAsyncDisposable)other).DisposeAsync();
        Assert.Equal(100, (await CountAsync(One, new Ask())).Value);
    }

    [ContractFact]
    public async Task Opens_the_keys_of_the_card_for_the_turn_and_closes_them_after_it()
    {
        byte[] octets = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        using var keys = new KeySet(
            3, KeyMaterial.From(octets, KeyAlgorithm.Aes), KeyMaterial.From(octets, KeyAlgorithm.Aes), dek: null);
        ImportedCard card = StoreData.Card(9);
        await Store.Import.ImportAsync("acme", [card with { Keys = [Vault.Wrap(card.Grain, keys)] }], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        Assert.Equal(new KeysUsed(keys.Kic.CheckValue.ToString()), await SendAsync(card.Grain, new UseKeys(3)));
        KeySet opened = CountingMachine.LastOpened.Value!;
        Assert.Equal("disposed key", opened.Kic.ToString());
        Assert.Equal(new KeysUsed(null), await SendAsync(card.Grain, new UseKeys(4)));
    }

    [ContractFact]
    public async Task Has_at_hand_what_a_turn_needs()
    {
        await Store.Catalogue.AddApplicationAsync("acme", StoreContract.Application("0011223344556677", "Applet"), StoreData.Audit(), CancellationToken.None);
        await StopAsync();
        StartHost(new Catalogue(Store.Catalogue, _ => []));

        IReply[] replies = await Task.WhenAll(
            SendAsync(One, new LookUp("unknown")), SendAsync(One, new LookUp("0011223344556677")), SendAsync(Two, new LookUp("0011223344556677")));

        Assert.Equal([new Found(false), new Found(true), new Found(true)], replies);
    }

    [ContractFact]
    public async Task What_was_accepted_before_it_stops_is_done()
    {
        Task<Count>[] sent = [.. Enumerable.Range(0, 50).Select(_ => CountAsync(One, new Add(1)))];

        await StopAsync();

        Assert.All(await Task.WhenAll(sent), c => Assert.InRange(c.Value, 1, 50));
        Assert.Equal(50, ReadCount(await Store.Grains.FindAsync(One)).Value);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => SendAsync(One, new Add(1)));
    }

    private protected Task<IReply> SendAsync(GrainKey key, IGrainCommand command) =>
        Host.SendAsync(key, command, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

    private protected async Task<Count> CountAsync(GrainKey key, IGrainCommand command) =>
        Assert.IsType<Counted>(await SendAsync(key, command)).Count;

    private protected static Count ReadCount(StoredGrain? grain) =>
        (Count)new CountingMachine().Deserialize(grain!.State.Span);

    private protected void StartHost(ICatalogue? catalogue = null)
    {
        _watched = new(Store.Grains);
        _host = Start(_watched, new CountingMachine(), catalogue ?? new NoCatalogue(), Vault, Time);
    }

    private protected async Task StopAsync()
    {
        Watched.BeforeCommit = _ => Task.CompletedTask;
        await ((IAsyncDisposable)Host).DisposeAsync();
    }
}
