using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Numbers;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Application.Usage;
using Tsm.Storage.Shared;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>Usage records, what policies decide, and the work they cause.</content>
public abstract partial class StoreContract
{
    private static readonly TimeSpan WorkLease = TimeSpan.FromMinutes(1);

    [ContractFact]
    public async Task S1_11_A_usage_record_that_comes_again_counts_once()
    {
        var usage = new UsageRecords(Store.Sql);
        UsageRecord one = Usage("1"), two = Usage("2", amount: 12.3456m);

        UsageIntake first = await usage.AddAsync("acme", [one, one], CancellationToken.None);
        UsageIntake second = await usage.AddAsync("acme", [one with { ReceivedAt = StoreData.Epoch.AddHours(1) }, two], CancellationToken.None);

        Assert.Equal((1, 1, 1, 1), (first.Added, first.Known, second.Added, second.Known));
        Assert.Equal([one, two], await usage.OfCardAsync(one.Card, "lunch", StoreData.Epoch.AddDays(-1), CancellationToken.None));
    }

    [ContractFact]
    public async Task S1_11_A_batch_with_an_id_that_stands_for_another_record_is_not_taken()
    {
        var usage = new UsageRecords(Store.Sql);
        await usage.AddAsync("acme", [Usage("1")], CancellationToken.None);

        UsageIntake refused = await usage.AddAsync("acme", [Usage("2"), Usage("1", amount: 2)], CancellationToken.None);

        Assert.Equal([1], refused.Differing);
        Assert.Single(await usage.OfCardAsync(StoreData.Key("1"), "lunch", StoreData.Epoch.AddDays(-1), CancellationToken.None));
    }

    [ContractFact]
    public async Task S1_11_Of_two_nodes_that_take_the_same_id_at_the_same_time_one_refuses_what_differs()
    {
        using StoreUnderTest second = Store.OpenSecond();
        var theirs = new UsageRecords(second.Sql);
        var usage = new UsageRecords(new MeanwhileSql(Store.Sql, () => theirs.AddAsync("acme", [Usage("1"), Usage("2")], CancellationToken.None)));
        var late = new UsageRecords(new MeanwhileSql(Store.Sql, () => theirs.AddAsync("acme", [Usage("4")], CancellationToken.None)));

        UsageIntake refused = await usage.AddAsync("acme", [Usage("3"), Usage("2", amount: 2)], CancellationToken.None);
        UsageIntake taken = await late.AddAsync("acme", [Usage("4"), Usage("5")], CancellationToken.None);

        Assert.Equal([1], refused.Differing);
        Assert.Equal((1, 1, 0), (taken.Added, taken.Known, taken.Differing.Count));
        Assert.Equal(
            ["1", "2", "4", "5"],
            (await usage.OfCardAsync(StoreData.Key("1"), "lunch", StoreData.Epoch.AddDays(-1), CancellationToken.None)).Select(r => r.Id));
    }

    [ContractFact]
    public async Task Usage_is_listed_by_card_service_and_server_page_by_page()
    {
        var usage = new UsageRecords(Store.Sql);
        await usage.AddAsync(
            "acme",
            [Usage("1"), Usage("2", card: "2"), Usage("3", service: "bus"), Usage("4", server: "other"), Usage("5"), Usage("6")],
            CancellationToken.None);

        Page<UsageRecord> first = await usage.ListAsync("acme", new(StoreData.Key("1"), ["lunch"], "canteen"), null, 2, CancellationToken.None);
        Page<UsageRecord> rest = await usage.ListAsync("acme", new(StoreData.Key("1"), ["lunch"], "canteen"), first.Next, 2, CancellationToken.None);

        Assert.Equal(["6", "5"], first.Items.Select(r => r.Id));
        Assert.Equal(["1"], rest.Items.Select(r => r.Id));
        Assert.Null(rest.Next);
        Assert.Empty((await usage.ListAsync("acme", new(Services: []), null, 10, CancellationToken.None)).Items);
        Assert.Empty((await usage.ListAsync("globex", new(), null, 10, CancellationToken.None)).Items);
        Assert.Equal(
            ["1", "2", "4", "5", "6"],
            (await usage.BetweenAsync("acme", ["lunch"], StoreData.Epoch, StoreData.Epoch.AddDays(1), 10, CancellationToken.None)).Select(r => r.Id).Order(StringComparer.Ordinal));
    }

    [ContractFact]
    public async Task Work_is_claimed_by_one_and_by_another_when_its_lease_has_ended()
    {
        using StoreUnderTest second = Store.OpenSecond();
        DueWork here = new(Store.Sql), there = new(second.Sql);
        await Store.SetClockAsync();
        await here.AskAsync("acme", "test", "a", StoreData.Epoch, CancellationToken.None);
        await here.AskAsync("acme", "test", "later", StoreData.Epoch.AddHours(1), CancellationToken.None);
        await here.AskAsync("acme", "else", "b", StoreData.Epoch, CancellationToken.None);

        IReadOnlyList<WorkItem> mine = await here.ClaimAsync("test", 10, WorkLease, CancellationToken.None);
        IReadOnlyList<WorkItem> none = await there.ClaimAsync("test", 10, WorkLease, CancellationToken.None);
        _time.Advance(WorkLease);
        await Store.SetClockAsync();
        IReadOnlyList<WorkItem> taken = await there.ClaimAsync("test", 10, WorkLease, CancellationToken.None);
        await here.SettleAsync(mine[0], null, CancellationToken.None); // Too late: it is the other's.
        _time.Advance(WorkLease);
        await Store.SetClockAsync();

        Assert.Equal("a", Assert.Single(mine).Item);
        Assert.Empty(none);
        Assert.Equal("a", Assert.Single(taken).Item);
        Assert.Equal("a", Assert.Single(await here.ClaimAsync("test", 10, WorkLease, CancellationToken.None)).Item);
    }

    [ContractFact]
    public async Task What_is_asked_for_while_work_is_done_is_done_after_it()
    {
        var queue = new DueWork(Store.Sql);
        await Store.SetClockAsync();
        await queue.AskAsync("acme", "test", "a", StoreData.Epoch, CancellationToken.None);
        WorkItem first = Assert.Single(await queue.ClaimAsync("test", 10, WorkLease, CancellationToken.None));

        await queue.AskAsync("acme", "test", "a", StoreData.Epoch, CancellationToken.None);
        Assert.Empty(await queue.ClaimAsync("test", 10, WorkLease, CancellationToken.None));
        await queue.SettleAsync(first, null, CancellationToken.None);
        WorkItem second = Assert.Single(await queue.ClaimAsync("test", 10, WorkLease, CancellationToken.None));
        await queue.SettleAsync(second, StoreData.Epoch.AddHours(1), CancellationToken.None);
        Assert.Empty(await queue.ClaimAsync("test", 10, WorkLease, CancellationToken.None));
        _time.Advance(TimeSpan.FromHours(1));
        await Store.SetClockAsync();
        WorkItem third = Assert.Single(await queue.ClaimAsync("test", 10, WorkLease, CancellationToken.None));
        await queue.SettleAsync(third, null, CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(1));
        await Store.SetClockAsync();

        Assert.Empty(await queue.ClaimAsync("test", 10, WorkLease, CancellationToken.None));
    }

    [ContractFact]
    public async Task New_usage_and_a_changed_rule_each_ask_for_a_look()
    {
        var usage = new UsageRecords(Store.Sql);
        var queue = new DueWork(Store.Sql);
        var policies = new PolicyBooks(Store.Sql);
        await Store.SetClockAsync();
        await usage.AddAsync("acme", [Usage("1"), Usage("2"), Usage("3", card: "2"), Usage("4", service: "bus")], CancellationToken.None);

        IReadOnlyList<WorkItem> added = await queue.ClaimAsync(PolicyWork.WorkKind, 10, WorkLease, CancellationToken.None);
        foreach (WorkItem item in added)
        {
            await queue.SettleAsync(item, null, CancellationToken.None);
        }

        bool stale = await policies.SaveAsync("acme", Strict, ["lunch"], 7, StoreData.Audit(), CancellationToken.None);
        IReadOnlyList<WorkItem> none = await queue.ClaimAsync(PolicyWork.WorkKind, 10, WorkLease, CancellationToken.None);
        bool saved = await policies.SaveAsync("acme", Strict, ["lunch"], 0, StoreData.Audit(), CancellationToken.None);

        Assert.Equal((false, true), (stale, saved));
        Assert.Empty(none);
        Assert.Equal(["bus|card/1", "lunch|card/1", "lunch|card/2"], added.Select(i => i.Item).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["lunch|card/1", "lunch|card/2"],
            (await queue.ClaimAsync(PolicyWork.WorkKind, 10, WorkLease, CancellationToken.None)).Select(i => i.Item).Order(StringComparer.Ordinal));
    }

    [ContractFact]
    public async Task S1_12_An_overrule_is_written_and_lifted_each_with_the_look_at_its_card()
    {
        var policies = new PolicyBooks(Store.Sql);
        var books = new Books(Store.Sql);
        await Store.SetClockAsync();
        var overrule = new PolicyOverrule
        {
            Policy = "strict",
            Service = "lunch",
            Card = "1",
            Iccid = StoreData.Iccid(1),
            Reason = "paid in cash",
            By = "tester",
            CreatedAt = StoreData.Epoch,
        };

        bool said = await policies.SaveAsync("acme", overrule, 0, StoreData.Audit(), CancellationToken.None);
        string[] saidFor = await LooksAsync();
        bool stale = await policies.DeleteAsync("acme", overrule, 7, StoreData.Audit(), CancellationToken.None);
        string[] staleFor = await LooksAsync();
        bool lifted = await policies.DeleteAsync("acme", overrule, 1, StoreData.Audit(), CancellationToken.None);
        string[] liftedFor = await LooksAsync();

        Assert.Equal((true, false, true), (said, stale, lifted));
        Assert.Equal(["lunch|card/1"], saidFor);
        Assert.Empty(staleFor);
        Assert.Equal(["lunch|card/1"], liftedFor);
        Assert.Null(await books.FindAsync<PolicyOverrule>("acme", overrule.Id, CancellationToken.None));

        async Task<string[]> LooksAsync()
        {
            var queue = new DueWork(Store.Sql);
            IReadOnlyList<WorkItem> items = await queue.ClaimAsync(PolicyWork.WorkKind, 10, WorkLease, CancellationToken.None);
            foreach (WorkItem item in items)
            {
                await queue.SettleAsync(item, null, CancellationToken.None);
            }

            return [.. items.Select(i => i.Item)];
        }
    }

    [ContractFact]
    public async Task S1_12_A_decision_is_written_once_and_settled_once_with_its_records()
    {
        var actions = new PolicyActions(Store.Sql);
        var events = new Events(Store.Sql);
        PolicyAction decided = Decision(1), settled = decided with { Outcome = PolicyOutcome.Taken, Job = decided.JobId, SettledAt = StoreData.Epoch };

        bool first = await actions.DecideAsync(decided, CancellationToken.None), again = await actions.DecideAsync(decided, CancellationToken.None);
        PolicyAction open = Assert.Single(await actions.LatestAsync(decided.Card, "lunch", CancellationToken.None));
        bool once = await actions.SettleAsync(settled, StoreData.Audit(action: AuditAction.PolicyActed), Happened(EventKind.PolicyActed), CancellationToken.None);
        bool twice = await actions.SettleAsync(settled, StoreData.Audit(action: AuditAction.PolicyActed), Happened(EventKind.PolicyActed), CancellationToken.None);
        await actions.DecideAsync(Decision(2) with { Step = PolicyStep.Resume }, CancellationToken.None);

        Assert.Equal((true, false, true, false), (first, again, once, twice));
        Assert.Equal((PolicyOutcome.Decided, 39.5m), (open.Outcome, open.Score));
        Assert.Equal("canteen/1 canteen/2", string.Join(' ', open.Records));
        Assert.Equal(2, Assert.Single(await actions.LatestAsync(decided.Card, "lunch", CancellationToken.None)).Number);
        PolicyAction[] listed = [.. (await actions.ListAsync("acme", "strict", decided.Card, null, 10, CancellationToken.None)).Items];
        Assert.Equal([(2, PolicyOutcome.Decided), (1, PolicyOutcome.Taken)], listed.Select(a => (a.Number, a.Outcome)));
        Assert.Equal(settled.Job, listed[1].Job);
        Assert.Single((await events.ListAsync("acme", new(), null, 10, CancellationToken.None)).Items);
        Assert.Single((await Store.Trail.ListAsync("acme", new(null, null, null, null), null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task A_swap_is_written_with_its_events_and_asks_for_a_look()
    {
        var swaps = new Swaps(Store.Sql);
        var books = new Books(Store.Sql);
        var queue = new DueWork(Store.Sql);
        await Store.SetClockAsync();
        var swap = new Swap
        {
            Id = "s1",
            Msisdn = StoreData.Msisdn(1),
            OldCard = "1",
            OldIccid = StoreData.Iccid(1),
            NewCard = "2",
            NewIccid = StoreData.Iccid(2),
            By = new(ActorKind.Operator, "tester"),
            CreatedAt = StoreData.Epoch,
            Services = [new() { Service = "lunch", Provider = "canteen", Version = "1.0", Rule = CardSwapRule.Move, Problem = NumberProblems.None("8949") }],
        };

        bool first = await swaps.SaveAsync("acme", swap, 0, [Happened(EventKind.CardSwapped)], [StoreData.Audit()], look: true, CancellationToken.None);
        bool again = await swaps.SaveAsync("acme", swap, 0, [Happened(EventKind.CardSwapped)], [StoreData.Audit()], look: true, CancellationToken.None);

        Assert.Equal((true, false), (first, again));
        BookEntry<Swap> read = (await books.FindAsync<Swap>("acme", "s1", CancellationToken.None))!;
        Assert.Equal((1L, CardSwapRule.Move, "NUMBER_NONE"), (read.Version, read.Document.Services[0].Rule, read.Document.Services[0].Problem!.Code));
        Assert.Equal(swap.By, read.Document.By);
        Assert.Equal("s1", Assert.Single(await queue.ClaimAsync(ISwaps.WorkKind, 10, WorkLease, CancellationToken.None)).Item);
        Assert.Single((await new Events(Store.Sql).ListAsync("acme", new(), null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task A_policy_is_read_as_it_was_written()
    {
        var books = new Books(Store.Sql);
        Policy policy = Strict;

        await books.SaveAsync("acme", policy, 0, StoreData.Audit(), CancellationToken.None);

        Policy read = (await books.ListAsync<Policy>("acme", "canteen", CancellationToken.None)).Single().Document;
        Assert.True(read.IsSameRule(policy));
        Assert.Equal((policy.Id, policy.Owner, policy.CreatedAt, null), (read.Id, read.Owner, read.CreatedAt, read.ActiveSince));
    }

    private static Policy Strict { get; } = new()
    {
        Id = "strict",
        Owner = "canteen",
        Service = "lunch",
        Start = 100,
        SuspendBelow = 49.5m,
        ResumeAbove = 80,
        CreatedAt = StoreData.Epoch,
        Rules = [new("fraud", -60.25m, PointsPer.Amount, 30)],
    };

    private static UsageRecord Usage(string id, string card = "1", string service = "lunch", string server = "canteen", decimal amount = 1) => new(
        server, id, service, StoreData.Key(card), StoreData.Iccid(1), StoreData.Msisdn(1), StoreData.Epoch, "fraud", amount, StoreData.Epoch);

    private static PolicyAction Decision(int number) => new()
    {
        Policy = "strict",
        Revision = 3,
        Card = StoreData.Key("1"),
        Iccid = StoreData.Iccid(1),
        Service = "lunch",
        Number = number,
        Step = PolicyStep.Suspend,
        Score = 39.5m,
        Records = ["canteen/1", "canteen/2"],
        DecidedAt = StoreData.Epoch,
    };

    private static ServiceEvent Happened(string kind) => new(
        StoreData.Epoch, kind, "canteen", "lunch", StoreData.Iccid(1), StoreData.Msisdn(1), null, null, "It happened.",
        System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);
}
