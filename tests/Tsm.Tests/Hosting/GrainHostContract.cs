using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
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
    private KeyVault? _vault;
    private IGrainHost? _host;

    private protected StoreUnderTest Store => _opened!;

    private protected IGrainHost Host => _host!;

    private protected ManualTimeProvider Time => _time;

    private protected KeyVault Vault => _vault!;

    /// <summary>How often the host has set out to write states since it was started.</summary>
    private protected abstract int Writes { get; }

    /// <summary>How often the host has asked for all grains that are due.</summary>
    private protected abstract int DuePolls { get; }

    private protected abstract StoreUnderTest OpenStore(ManualTimeProvider time);

    /// <summary>Starts the host that is tested.</summary>
    private protected abstract Task<IGrainHost> StartAsync(ICatalogue catalogue);

    /// <summary>Starts another that shares nothing with it but the database, and so may have the same grains in hand.</summary>
    private protected abstract Task<IGrainHost> StartOtherAsync();

    /// <summary>Ends the host that is tested, when what it has accepted is done.</summary>
    private protected abstract Task StopAsync(IGrainHost host);

    /// <summary>What another program would find of a grain now.</summary>
    private protected abstract Task<StoredGrain?> FindAsync(GrainKey key);

    /// <summary>Writes a grain's state behind the host's back.</summary>
    private protected abstract Task OverwriteAsync(GrainKey key, byte[] state);

    /// <summary>What happens before each write of states; what it throws is what the host sees.</summary>
    private protected abstract void BeforeEachWrite(Func<Task>? action);

    public async Task InitializeAsync()
    {
        _opened = OpenStore(_time);
        _vault = new(VaultKey.From(new byte[32]), _opened.Vault);
        await _opened.Grains.CreateAsync(One, Two);
        await StartHostAsync();
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

        Assert.Equal([5, 2], ReadCount(await FindAsync(One)).Seen);
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
    public async Task Nobody_is_answered_and_nothing_is_seen_before_the_turn_is_durable()
    {
        Gate gate = HoldNextWrite();
        Task<IReply> reply = SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("a")]), StoreData.Packet("p")));
        await gate.Entered.Task;

        Assert.Equal(0, ReadCount(await FindAsync(One)).Value);
        Assert.Empty(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Empty((await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None)).Items);
        Assert.False(reply.IsCompleted);
        gate.Opened.SetResult();
        await reply;
        Assert.Equal(1, ReadCount(await FindAsync(One)).Value);
    }

    [ContractFact]
    public async Task Whoever_was_answered_before_the_process_died_finds_his_turn_done()
    {
        GrainKey[] keys = [.. Enumerable.Range(100, 20).Select(i => StoreData.Key(i.ToString(CultureInfo.InvariantCulture)))];
        await Store.Grains.CreateAsync(keys);
        var answered = new ConcurrentDictionary<GrainKey, int>();
        int deaths = 0;
        BeforeEachWrite(async () =>
        {
            // Everything that was answered up to here must be found, whatever dies now.
            foreach ((GrainKey key, int promised) in answered.ToDictionary())
            {
                Assert.True(ReadCount(await FindAsync(key)).Value >= promised);
            }

            Interlocked.Increment(ref deaths);
        });

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
    public async Task Effects_are_written_with_the_turn_and_in_the_order_of_the_turns()
    {
        await SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("a")])));
        await SendAsync(One, new Add(1, new AppendHistory([StoreData.Line("b")]), StoreData.Packet("p")));

        Page<StoredHistoryEntry> history = await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None);
        Assert.Equal(["b", "a"], history.Items.Select(e => e.Entry.Text), StringComparer.Ordinal);
        Assert.Single(await Store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task A_turn_that_changes_nothing_writes_nothing()
    {
        await SendAsync(One, new Add(1));
        (int writes, long version) = (Writes, (await FindAsync(One))!.Version);

        await SendAsync(One, new Ask());
        await SendAsync(One, new Ask());

        Assert.Equal((writes, version), (Writes, (await FindAsync(One))!.Version));
    }

    [ContractFact]
    public async Task Who_lost_against_another_writer_runs_again_on_the_new_state()
    {
        await SendAsync(One, new Add(1));
        BeforeEachWrite(async () =>
        {
            BeforeEachWrite(null);
            await OverwriteAsync(One, new CountingMachine().Serialize(new Count { Value = 100 }));
        });

        Task<Count> ours = CountAsync(One, new Add(5, new AppendHistory([StoreData.Line("once")])));

        Assert.Equal(105, (await ours).Value);
        Assert.Equal(105, ReadCount(await FindAsync(One)).Value);
        Assert.Single((await Store.Cards.HistoryAsync(One, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task Two_hosts_on_one_database_lose_no_turn_and_show_nothing_of_losers()
    {
        IGrainHost other = await StartOtherAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            (i % 2 == 0 ? Host : other).SendAsync(One, new Add(i, new AppendHistory([StoreData.Line($"{i}")])), CancellationToken.None)));

        await StopAsync(other);
        IEnumerable<int> seen = ReadCount(await FindAsync(One)).Seen;
        Assert.Equal(Enumerable.Range(0, 100), seen.Order());
        Page<StoredHistoryEntry> history = await Store.Cards.HistoryAsync(One, null, null, 1000, CancellationToken.None);
        Assert.Equal(seen.Select(s => $"{s}"), history.Items.Reverse().Select(e => e.Entry.Text), StringComparer.Ordinal);
    }

    [ContractFact]
    public async Task Opens_the_keys_of_the_card_for_the_turn_and_closes_them_after_it()
    {
        byte[] octets = RandomNumberGenerator.GetBytes(16);
        using var keys = new KeySet(
            3, KeyMaterial.From(octets, KeyAlgorithm.Aes), KeyMaterial.From(octets, KeyAlgorithm.Aes), dek: null);
        ImportedCard card = StoreData.Card(9);
        await Store.Import.ImportAsync("acme", [card with { Keys = [Vault.Wrap(card.Grain, keys)] }], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        Assert.Equal(new KeysUsed(keys.Kic.CheckValue.ToString()), await SendAsync(card.Grain, new UseKeys(3)));
        KeySet opened = CountingMachine.Opened[keys.Kic.CheckValue.ToString()];
        Assert.Equal("disposed key", opened.Kic.ToString());
        Assert.Equal(new KeysUsed(null), await SendAsync(card.Grain, new UseKeys(4)));
    }

    [ContractFact]
    public async Task Has_at_hand_what_a_turn_needs()
    {
        await Store.Catalogue.AddApplicationAsync("acme", StoreContract.Application("0011223344556677", "Applet"), StoreData.Audit(), CancellationToken.None);
        await StopAsync();
        await StartHostAsync(new Catalogue(Store.Catalogue, _ => []));

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
        Assert.Equal(50, ReadCount(await FindAsync(One)).Value);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => SendAsync(One, new Add(1)));
    }

    private protected Task<IReply> SendAsync(GrainKey key, IGrainCommand command) =>
        Host.SendAsync(key, command, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

    private protected async Task<Count> CountAsync(GrainKey key, IGrainCommand command) =>
        Assert.IsType<Counted>(await SendAsync(key, command)).Count;

    private protected static Count ReadCount(StoredGrain? grain) =>
        (Count)new CountingMachine().Deserialize(grain!.State.Span);

    private protected async Task StartHostAsync(ICatalogue? catalogue = null)
    {
        BeforeEachWrite(null);
        _host = await StartAsync(catalogue ?? new NoCatalogue());
    }

    private protected async Task StopAsync()
    {
        BeforeEachWrite(null);
        await StopAsync(Host);
    }

    /// <summary>Stops the next write until it is let go.</summary>
    private protected Gate HoldNextWrite()
    {
        var gate = new Gate();
        BeforeEachWrite(async () =>
        {
            BeforeEachWrite(null);
            gate.Entered.SetResult();
            await gate.Opened.Task;
        });
        return gate;
    }
}
