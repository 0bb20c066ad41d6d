using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage;
using Tsm.Storage.Migrations;
using Tsm.Storage.Postgres;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>Effects of grains whose states are kept elsewhere: once, in order, and not forgotten.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresProjectionsTests : IDisposable
{
    private static readonly GrainKey One = StoreData.Key("1");
    private static readonly GrainKey Two = StoreData.Key("2");

    private readonly ManualTimeProvider _time = new();
    private readonly PostgresStoreUnderTest _store;
    private readonly PostgresProjections _projections;

    public PostgresProjectionsTests(PrivatePostgres postgres)
    {
        _store = new(postgres, _time);
        _projections = new(_store.Database, new OutboxSignal());
    }

    public void Dispose() => _store.Dispose();

    [ContractFact]
    public async Task A_turn_is_written_once_however_often_it_comes()
    {
        Projection turn = Turn(One, 1, "a");

        await ProjectAsync(turn, turn);
        await ProjectAsync(turn);

        Assert.Equal(["a"], await HistoryAsync(One), StringComparer.Ordinal);
    }

    [ContractFact]
    public async Task A_turn_that_comes_after_a_later_one_writes_nothing()
    {
        await ProjectAsync(Turn(One, 2, "b"));

        await ProjectAsync(Turn(One, 1, "a"), Turn(Two, 1, "other"));

        Assert.Equal(["b"], await HistoryAsync(One), StringComparer.Ordinal);
        Assert.Equal(["other"], await HistoryAsync(Two), StringComparer.Ordinal);
    }

    [ContractFact]
    public async Task Two_turns_of_a_grain_are_written_in_their_order()
    {
        await ProjectAsync(Turn(One, 2, "b"), Turn(Two, 1, "other"), Turn(One, 1, "a"));

        Assert.Equal(["a", "b"], await HistoryAsync(One), StringComparer.Ordinal);
    }

    [ContractFact]
    public async Task An_intent_stays_until_its_own_turn_is_written()
    {
        await _projections.IntendAsync([new(One, 2), new(Two, 1)], CancellationToken.None);

        await ProjectAsync(Turn(One, 1, "a"));
        Assert.Equal([One, Two], (await IntendedAsync(TimeSpan.Zero)).Select(i => i.Key).OrderBy(k => k.Id, StringComparer.Ordinal));
        await ProjectAsync(Turn(One, 2, "b"), Turn(Two, 1, "other"));
        Assert.Empty(await IntendedAsync(TimeSpan.Zero));
    }

    [ContractFact]
    public async Task Only_what_has_waited_long_enough_is_given_as_left_behind()
    {
        await _projections.IntendAsync([new(One, 1)], CancellationToken.None);
        Assert.Empty(await IntendedAsync(TimeSpan.FromSeconds(10)));

        _time.Advance(TimeSpan.FromSeconds(10));
        await _store.SetClockAsync();

        Assert.Single(await IntendedAsync(TimeSpan.FromSeconds(10)));
    }

    [ContractFact]
    public async Task Who_forgets_an_intent_takes_none_away_that_replaced_it()
    {
        await _projections.IntendAsync([new(One, 1)], CancellationToken.None);
        Intent first = Assert.Single(await IntendedAsync(TimeSpan.Zero));
        await _projections.IntendAsync([new(One, 1)], CancellationToken.None);

        await _projections.ForgetAsync(first, CancellationToken.None);
        Intent second = Assert.Single(await IntendedAsync(TimeSpan.Zero));
        await _projections.ForgetAsync(second, CancellationToken.None);

        Assert.Empty(await IntendedAsync(TimeSpan.Zero));
    }

    [ContractFact]
    public async Task Every_grain_that_is_due_is_in_one_bucket()
    {
        GrainKey[] keys = [.. Enumerable.Range(0, 200).Select(i => StoreData.Card(i).Grain)];
        await ProjectAsync([.. keys.Select(k => new Projection(k, 1, [], IsDueMoved: true, _time.GetUtcNow()))]);
        await ProjectAsync(new Projection(keys[7], 2, [], IsDueMoved: true, null), new Projection(keys[8], 2, [], IsDueMoved: true, _time.GetUtcNow().AddHours(1)));

        List<GrainKey> due = [];
        for (int number = 0; number < 8; number++)
        {
            IReadOnlyList<GrainKey> part = await _projections.DueAsync(new(number, 8), _time.GetUtcNow(), 1000, CancellationToken.None);
            Assert.NotEmpty(part);
            due.AddRange(part);
        }

        Assert.Equal(keys.Where((_, i) => i is not (7 or 8)), due.OrderBy(k => k.Id, StringComparer.Ordinal));
    }

    [ContractFact]
    public void Refuses_what_it_could_not_write_before_anything_is_written()
    {
        NotSupportedException refused = Assert.Throws<NotSupportedException>(
            () => _projections.Check(One, [new AppendHistory([StoreData.Line("a\0b")])]));

        Assert.Contains("NUL", refused.Message, StringComparison.Ordinal);
        _projections.Check(One, [new AppendHistory([StoreData.Line("ab")]), StoreData.Packet("p"), new WithdrawPacket()]);
    }

    [ContractFact]
    public void The_embedded_host_leaves_a_database_alone_whose_grains_live_on_Orleans()
    {
        var hosting = new PostgresHosting(_store.Database);
        hosting.RequireEmbedded();

        hosting.Claim(PostgresHosting.Orleans);
        hosting.Claim(PostgresHosting.Orleans);

        MigrationException refused = Assert.Throws<MigrationException>(hosting.RequireEmbedded);
        Assert.Contains("--host orleans", refused.Message, StringComparison.Ordinal);
    }

    private static Projection Turn(GrainKey key, long sequence, string line) =>
        new(key, sequence, [new AppendHistory([StoreData.Line(line)])], IsDueMoved: false, null);

    private Task ProjectAsync(params Projection[] turns) => _projections.ProjectAsync(turns, CancellationToken.None);

    private Task<IReadOnlyList<Intent>> IntendedAsync(TimeSpan age) => _projections.IntendedAsync(new(0, 1), age, 100, CancellationToken.None);

    private async Task<IEnumerable<string>> HistoryAsync(GrainKey key) =>
        (await _store.Cards.HistoryAsync(key, null, null, 100, CancellationToken.None)).Items.Reverse().Select(e => e.Entry.Text);
}
