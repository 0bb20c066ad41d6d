using Tsm.Application.Policies;
using Tsm.Application.Ports;

namespace Tsm.Server.Contracts;

/// <summary>A policy as it is declared.</summary>
/// <param name="Id">Its id, for a new one: lower-case letters, digits and hyphens, 2 to 32 characters.</param>
/// <param name="Owner">The provider whose policy it is; absent for the carrier's.</param>
/// <param name="Service">The service it is for; absent for all of its owner's.</param>
/// <param name="Start">The score without any record.</param>
/// <param name="Rules">What records count.</param>
/// <param name="SuspendBelow">A service whose score is below this is suspended.</param>
/// <param name="ResumeAbove">A service that it has suspended is resumed when its score is this or above.</param>
/// <param name="Version">For a change: the version that was read; absent for whichever it is.</param>
public sealed record PolicyBody(
    string? Id,
    string? Owner,
    string? Service,
    decimal? Start,
    IReadOnlyList<PolicyRuleBody>? Rules,
    decimal? SuspendBelow,
    decimal? ResumeAbove,
    long? Version);

/// <summary>What records of a kind count.</summary>
/// <param name="Kind">The kind of record.</param>
/// <param name="Points">The points, negative for what speaks against the user.</param>
/// <param name="Per">record or amount: what the points are multiplied with; absent for record.</param>
/// <param name="WindowDays">How many days a record counts.</param>
public sealed record PolicyRuleBody(string? Kind, decimal? Points, PointsPer? Per, int? WindowDays);

/// <summary>Where a policy stands.</summary>
public enum PolicyState
{
    /// <summary>It does nothing yet.</summary>
    Draft,

    /// <summary>It acts.</summary>
    Active,

    /// <summary>It leaves everything as it is.</summary>
    Paused,
}

/// <summary>A policy with where it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Owner">The provider whose policy it is; absent for the carrier's.</param>
/// <param name="Service">The service it is for; absent for all of its owner's.</param>
/// <param name="State">draft, active or paused.</param>
/// <param name="Start">The score without any record.</param>
/// <param name="Rules">What records count.</param>
/// <param name="SuspendBelow">A service whose score is below this is suspended.</param>
/// <param name="ResumeAbove">A service that it has suspended is resumed when its score is this or above.</param>
/// <param name="Revision">Rises when rules or thresholds change.</param>
/// <param name="Version">Rises with every change.</param>
/// <param name="CreatedAt">When it was declared.</param>
/// <param name="ActiveSince">Since when it acts.</param>
/// <param name="PausedAt">Since when it is paused.</param>
/// <param name="Trial">Its last trial.</param>
public sealed record PolicyDetails(
    string Id,
    string? Owner,
    string? Service,
    PolicyState State,
    decimal Start,
    IReadOnlyList<PolicyRuleBody> Rules,
    decimal SuspendBelow,
    decimal ResumeAbove,
    int Revision,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ActiveSince,
    DateTimeOffset? PausedAt,
    PolicyTrialSummary? Trial)
{
    /// <summary>The policy as the API shows it.</summary>
    public static PolicyDetails From(BookEntry<Policy> entry, PolicyTrial? trial)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Policy policy = entry.Document;
        return new(
            policy.Id,
            policy.Owner,
            policy.Service,
            StateOf(policy),
            policy.Start,
            [.. policy.Rules.Select(r => new PolicyRuleBody(r.Kind, r.Points, r.Per, r.WindowDays))],
            policy.SuspendBelow,
            policy.ResumeAbove,
            policy.Revision,
            entry.Version,
            policy.CreatedAt,
            policy.ActiveSince,
            policy.PausedAt,
            trial is null
                ? null
                : new(trial.Revision, trial.Revision == policy.Revision, trial.At, trial.By, trial.From, trial.To, trial.Records, trial.Cards, trial.Suspensions, trial.Resumptions));
    }

    internal static PolicyState StateOf(Policy policy) =>
        policy.ActiveSince is null ? PolicyState.Draft : policy.PausedAt is null ? PolicyState.Active : PolicyState.Paused;
}

/// <summary>A trial: what a policy would have done.</summary>
/// <param name="Revision">The revision that was tried.</param>
/// <param name="IsCurrent">Whether that is the revision of the policy now.</param>
/// <param name="At">When it was tried.</param>
/// <param name="By">Who tried it.</param>
/// <param name="From">The past it was tried on: from when.</param>
/// <param name="To">Likewise: until when.</param>
/// <param name="Records">On how many records.</param>
/// <param name="Cards">How many services on cards these concern.</param>
/// <param name="Suspensions">How often it would have suspended.</param>
/// <param name="Resumptions">How often it would have resumed.</param>
public sealed record PolicyTrialSummary(
    int Revision,
    bool IsCurrent,
    DateTimeOffset At,
    string By,
    DateTimeOffset From,
    DateTimeOffset To,
    int Records,
    int Cards,
    int Suspensions,
    int Resumptions);

/// <summary>The past to try a policy on.</summary>
/// <param name="From">From when.</param>
/// <param name="To">Until when; absent for now.</param>
public sealed record PolicyTrialBody(DateTimeOffset? From, DateTimeOffset? To);

/// <summary>What a policy would have done; nothing was done.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Trial">The numbers.</param>
/// <param name="Actions">The first thousand of what it would have done, in the order of time.</param>
public sealed record PolicyTrialResult(string Policy, PolicyTrialSummary Trial, IReadOnlyList<TriedActionView> Actions);

/// <summary>One thing that a policy would have done.</summary>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Service">The service.</param>
/// <param name="At">When.</param>
/// <param name="Step">suspend or resume.</param>
/// <param name="Score">At which score.</param>
/// <param name="Records">By which records.</param>
public sealed record TriedActionView(string Card, string Service, DateTimeOffset At, PolicyStep Step, decimal Score, IReadOnlyList<string> Records);

/// <summary>How a policy goes live.</summary>
/// <param name="Force">Whether it does without a trial of this revision; operators only, and recorded.</param>
/// <param name="Reason">Why.</param>
public sealed record PolicyActivation(bool? Force, string? Reason);

/// <summary>Something that a policy has done.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Service">The service.</param>
/// <param name="Number">1 for its first action on this service of this card, then 2, 3, ...</param>
/// <param name="Step">suspend or resume.</param>
/// <param name="Score">The score at which it was decided.</param>
/// <param name="Records">The records by which it was decided.</param>
/// <param name="DecidedAt">When it was decided.</param>
/// <param name="Outcome">decided, taken or refused.</param>
/// <param name="Job">The job that carries it out.</param>
/// <param name="Problem">Why the card has refused it.</param>
public sealed record PolicyActionView(
    string Policy,
    int Revision,
    string Card,
    string Service,
    int Number,
    PolicyStep Step,
    decimal Score,
    IReadOnlyList<string> Records,
    DateTimeOffset DecidedAt,
    PolicyOutcome Outcome,
    string? Job,
    ProblemSummary? Problem)
{
    /// <summary>The action as the API shows it.</summary>
    public static PolicyActionView From(PolicyAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return new(
            action.Policy, action.Revision, action.Iccid, action.Service, action.Number, action.Step, action.Score, [.. action.Records], action.DecidedAt,
            action.Outcome, action.Job, action.Problem is null ? null : ProblemSummary.From(action.Problem));
    }
}

/// <summary>An operator's word that a policy leaves a service on a card alone.</summary>
/// <param name="Card">The card, by ICCID or MSISDN.</param>
/// <param name="Service">The service.</param>
/// <param name="Until">Until when; absent for an open end.</param>
/// <param name="Reason">Why.</param>
public sealed record PolicyOverruleBody(string? Card, string? Service, DateTimeOffset? Until, string? Reason);

/// <summary>An overrule as it stands.</summary>
/// <param name="Policy">The policy that is overruled.</param>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Service">The service.</param>
/// <param name="Until">Until when; absent for an open end.</param>
/// <param name="Holds">Whether it holds now.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who said so.</param>
/// <param name="CreatedAt">When it was said.</param>
public sealed record PolicyOverruleView(
    string Policy, string Card, string Service, DateTimeOffset? Until, bool Holds, string Reason, string By, DateTimeOffset CreatedAt)
{
    /// <summary>The overrule as the API shows it.</summary>
    public static PolicyOverruleView From(PolicyOverrule overrule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(overrule);
        return new(
            overrule.Policy, overrule.Iccid, overrule.Service, overrule.Until, overrule.HoldsAt(now), overrule.Reason, overrule.By, overrule.CreatedAt);
    }
}

/// <summary>How a service on a card stands with each policy.</summary>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Service">The service.</param>
/// <param name="State">What the card last proved of the service; absent when it was never there.</param>
/// <param name="Standings">One for each policy that is for the service.</param>
public sealed record ReputationView(string Card, string Service, Application.Services.InstanceState? State, IReadOnlyList<PolicyStanding> Standings);

/// <summary>The score of a service on a card by one policy, and how it came about.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="State">draft, active or paused.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Score">The start value and the points of all contributions.</param>
/// <param name="Start">The start value.</param>
/// <param name="SuspendBelow">The threshold of suspension.</param>
/// <param name="ResumeAbove">The threshold of resumption.</param>
/// <param name="IsHeld">Whether this policy has suspended the service.</param>
/// <param name="NextChange">When the next record stops counting.</param>
/// <param name="Contributions">What each record counts.</param>
/// <param name="Overrule">The operator's word that holds now.</param>
/// <param name="LastAction">What the policy did last.</param>
public sealed record PolicyStanding(
    string Policy,
    PolicyState State,
    int Revision,
    decimal Score,
    decimal Start,
    decimal SuspendBelow,
    decimal ResumeAbove,
    bool IsHeld,
    DateTimeOffset? NextChange,
    IReadOnlyList<ContributionView> Contributions,
    PolicyOverruleView? Overrule,
    PolicyActionView? LastAction);

/// <summary>What one record counts by one rule.</summary>
/// <param name="Record">The record: server and id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="At">When it was used.</param>
/// <param name="Amount">How much.</param>
/// <param name="Points">What it counts.</param>
/// <param name="Until">Until when it counts.</param>
public sealed record ContributionView(string Record, string Kind, DateTimeOffset At, decimal Amount, decimal Points, DateTimeOffset Until);
