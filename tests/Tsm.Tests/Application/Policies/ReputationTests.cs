using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tsm.Application.Policies;
using Tsm.Application.Services;
using Tsm.Application.Usage;

namespace Tsm.Tests.Application.Policies;

/// <summary>From records to a score, from a score to a step: what holds for any policy and any records.</summary>
public sealed class ReputationTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
    private static readonly bool[] Either = [false, true];
    private static readonly string[] Kinds = ["paid", "refused", "fraud"];

    /// <summary>A policy, records of the last days and of the next, and a number to do something with.</summary>
    public sealed record Scenario(Policy Policy, UsageRecord[] Records, int Seed)
    {
        public override string ToString() =>
            $"{string.Join("; ", Policy.Rules)} start {Policy.Start}, {Policy.SuspendBelow}..{Policy.ResumeAbove}\n{string.Join('\n', Records.Select(r => $"{r.Id} {r.Kind} {r.Amount} {r.At:O}"))} seed {Seed}";
    }

    [Fact]
    public void S1_11_The_order_of_records_does_not_matter() => Check(s =>
    {
        UsageRecord[] other = [.. s.Records];
        new Random(s.Seed).Shuffle(other);
        ReputationScore one = Reputation.Score(s.Policy, s.Records, Now), two = Reputation.Score(s.Policy, other, Now);
        return one.Value == two.Value && one.Contributions.SequenceEqual(two.Contributions) && one.NextChange == two.NextChange;
    });

    [Fact]
    public void S1_11_A_record_that_stands_twice_counts_once() => Check(s =>
    {
        IEnumerable<UsageRecord> twice = s.Records.Concat(s.Records.Where((_, i) => (s.Seed >> (i % 16) & 1) == 1));
        return Reputation.Score(s.Policy, twice, Now).Value == Reputation.Score(s.Policy, s.Records, Now).Value;
    });

    [Fact]
    public void S1_11_The_score_is_the_start_and_what_each_named_record_counts() => Check(s =>
    {
        ReputationScore score = Reputation.Score(s.Policy, s.Records, Now);
        return score.Value == s.Policy.Start + score.Contributions.Sum(c => c.Points)
            && score.Contributions.All(c => s.Records.Contains(c.Record) && c.Record.At <= Now && c.Until > Now)
            && score.Records.SequenceEqual(score.Contributions.Select(c => $"{c.Record.Server}/{c.Record.Id}").Distinct());
    });

    [Fact]
    public void S1_11_More_points_of_a_rule_never_lower_a_score() => Check(s =>
    {
        int at = (int)((uint)s.Seed % s.Policy.Rules.Length);
        PolicyRule rule = s.Policy.Rules[at];
        Policy kinder = s.Policy with { Rules = s.Policy.Rules.SetItem(at, rule with { Points = rule.Points + 1 }) };
        return Reputation.Score(kinder, s.Records, Now).Value >= Reputation.Score(s.Policy, s.Records, Now).Value;
    });

    [Fact]
    public void S1_11_Between_two_looks_nothing_changes_before_the_next_change() => Check(s =>
    {
        UsageRecord[] past = [.. s.Records.Where(r => r.At <= Now)];
        ReputationScore score = Reputation.Score(s.Policy, past, Now);
        return score.NextChange is not { } next
            ? Reputation.Score(s.Policy, past, Now.AddDays(400)).Value == score.Value
            : next > Now && Reputation.Score(s.Policy, past, next.AddTicks(-1)).Value == score.Value;
    });

    [Fact]
    public void S1_12_A_score_that_stays_leads_to_one_step_at_most() => Check(s =>
    {
        decimal score = Reputation.Score(s.Policy, s.Records, Now).Value;
        foreach (bool held in Either)
        {
            PolicyStep first = Reputation.Step(s.Policy, score, held);
            bool then = first switch { PolicyStep.Suspend => true, PolicyStep.Resume => false, _ => held };
            if (Reputation.Step(s.Policy, score, then) != PolicyStep.None)
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public void S1_12_Between_the_thresholds_nothing_is_done() => Check(s =>
    {
        decimal middle = (s.Policy.SuspendBelow + s.Policy.ResumeAbove) / 2;
        return Reputation.Step(s.Policy, middle, isHeld: true) == PolicyStep.None && Reputation.Step(s.Policy, middle, isHeld: false) == PolicyStep.None;
    });

    [Fact]
    public void S1_12_A_policy_resumes_only_what_it_has_suspended_itself() => Check(s =>
    {
        var score = new ReputationScore(s.Policy.ResumeAbove, [], null);
        return Enum.GetValues<InstanceState>().All(state =>
            Reputation.Decide(s.Policy, score, new(state)) == PolicyStep.None
            && Reputation.Decide(s.Policy, score, new(state, IsHeld: true)) == PolicyStep.Resume
            && Reputation.Decide(s.Policy, score, new(state, IsHeld: true, IsWantedByOthers: true)) == PolicyStep.None
            && Reputation.Decide(s.Policy, score, new(state, IsHeld: true, IsOverruled: true)) == PolicyStep.None);
    });

    [Fact]
    public void S1_12_Only_what_is_active_is_suspended_and_not_where_an_operator_has_overruled() => Check(s =>
    {
        var score = new ReputationScore(s.Policy.SuspendBelow - 1, [], null);
        return Enum.GetValues<InstanceState>().All(state =>
            Reputation.Decide(s.Policy, score, new(state)) == (state == InstanceState.Active ? PolicyStep.Suspend : PolicyStep.None)
            && Reputation.Decide(s.Policy, score, new(state, IsOverruled: true)) == PolicyStep.None)
            && Reputation.Decide(s.Policy, score, new(null)) == PolicyStep.None;
    });

    [Fact]
    public void S1_12_What_somebody_has_undone_is_done_again_only_for_a_record_against_the_user_that_came_after()
    {
        Policy policy = Strict with { Rules = [new("fraud", -60, PointsPer.Record, 30), new("paid", 1, PointsPer.Record, 30)] };
        UsageRecord bad = Record("1", "fraud", Now.AddDays(-2));
        DateTimeOffset undone = bad.ReceivedAt.AddHours(1);
        UsageRecord later = Record("2", "fraud", Now.AddDays(-1)), good = Record("3", "paid", Now.AddDays(-1));
        PolicySituation resumed = new(InstanceState.Active, JudgedAt: undone);

        PolicyStep same = Reputation.Decide(policy, Reputation.Score(policy, [bad], Now), resumed);
        PolicyStep kind = Reputation.Decide(policy, Reputation.Score(policy, [bad, good], Now), resumed);
        PolicyStep again = Reputation.Decide(policy, Reputation.Score(policy, [bad, later], Now), resumed);

        Assert.Equal((PolicyStep.None, PolicyStep.None, PolicyStep.Suspend), (same, kind, again));
    }

    [Fact]
    public void S1_12_A_trial_does_what_looking_at_every_moment_would_have_done() => Check(s =>
    {
        DateTimeOffset from = Now.AddDays(-20);
        ImmutableArray<TriedAction> tried = PolicyTrials.Run(s.Policy, s.Records, from, Now);
        DateTimeOffset[] moments = [.. s.Records
            .SelectMany(r => s.Policy.Rules.Select(p => r.At.AddDays(p.WindowDays)).Append(r.At))
            .Append(from)
            .Where(t => t >= from && t <= Now)
            .Distinct()
            .Order()];
        List<(DateTimeOffset, PolicyStep, decimal)> looked = [];
        bool held = false;
        foreach (DateTimeOffset moment in moments)
        {
            decimal score = Reputation.Score(s.Policy, s.Records, moment).Value;
            PolicyStep step = Reputation.Step(s.Policy, score, held);
            held = step == PolicyStep.None ? held : step == PolicyStep.Suspend;
            if (step != PolicyStep.None)
            {
                looked.Add((moment, step, score));
            }
        }

        // A card without any record is in no trial.
        return s.Records.Length == 0 ? tried.IsEmpty : tried.Select(a => (a.At, a.Step, a.Score)).SequenceEqual(looked);
    });

    [Fact]
    public void S1_12_A_trial_names_the_card_the_time_and_the_records()
    {
        UsageRecord[] records = [Record("1", "paid", Now.AddDays(-9)), Record("2", "fraud", Now.AddDays(-5)), Record("3", "fraud", Now.AddDays(-5), card: "2")];

        ImmutableArray<TriedAction> tried = PolicyTrials.Run(Strict with { Rules = [new("fraud", -60, PointsPer.Record, 3)] }, records, Now.AddDays(-10), Now);

        Assert.Equal(
            [("1", PolicyStep.Suspend, Now.AddDays(-5)), ("2", PolicyStep.Suspend, Now.AddDays(-5)), ("1", PolicyStep.Resume, Now.AddDays(-2)), ("2", PolicyStep.Resume, Now.AddDays(-2))],
            tried.Select(a => (a.Card.Id, a.Step, a.At)));
        Assert.Equal("canteen/2", Assert.Single(tried[0].Records));
        Assert.Equal(40, tried[0].Score);
    }

    private static Policy Strict { get; } = new()
    {
        Id = "strict",
        Start = 100,
        SuspendBelow = 50,
        ResumeAbove = 80,
        CreatedAt = Now,
        Rules = [new("fraud", -60, PointsPer.Record, 30)],
    };

    private static UsageRecord Record(string id, string kind, DateTimeOffset at, decimal amount = 1, string card = "1") => new(
        "canteen", id, "lunch", new("acme", "card", card), $"894900000000000000{card}", "491700000001", at, kind, amount, at.AddMinutes(1));

    private static void Check(Func<Scenario, bool> law) => Prop.ForAll(Arb.From(Scenarios), law).QuickCheckThrowOnFailure();

    private static Gen<Scenario> Scenarios =>
        from start in Gen.Choose(0, 1000)
        from below in Gen.Choose(-500, 1000)
        from gap in Gen.Choose(1, 400)
        from rules in Gen.NonEmptyListOf(Rules)
        from records in Gen.ListOf(Records)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Scenario(
            new()
            {
                Id = "any",
                Start = start / 10m,
                SuspendBelow = below / 10m,
                ResumeAbove = (below + gap) / 10m,
                CreatedAt = Now,
                Rules = [.. rules.Take(4)],
            },
            [.. records.DistinctBy(r => r.Id)],
            seed);

    private static Gen<PolicyRule> Rules =>
        from kind in Gen.Elements(Kinds)
        from points in Gen.Choose(-50_0000, 50_0000)
        from per in Gen.Elements(Enum.GetValues<PointsPer>())
        from days in Gen.Choose(1, 30)
        select new PolicyRule(kind, points / 10_000m, per, days);

    private static Gen<UsageRecord> Records =>
        from id in Gen.Choose(0, 40)
        from kind in Gen.Elements(Kinds)
        from hours in Gen.Choose(-40 * 24, 2 * 24)
        from amount in Gen.Choose(0, 100_0000)
        select Record($"{id}", kind, Now.AddHours(hours), amount / 10_000m);
}
