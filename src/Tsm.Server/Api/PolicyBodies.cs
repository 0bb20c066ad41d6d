using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Tsm.Application.Policies;
using Tsm.Application.Usage;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Reads policies as they are declared, with every fault.</summary>
internal static partial class PolicyBodies
{
    private const decimal MaxScore = 1_000_000m;

    /// <summary>The policy, or its faults.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="id">Its id.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="now">When it is declared.</param>
    public static (Policy? Policy, IReadOnlyList<ApiFault> Faults) Read(PolicyBody body, string? id, string? owner, DateTimeOffset now)
    {
        List<ApiFault> faults = [];
        void Fault(string column, string problem) => faults.Add(new(null, column, "POLICY_INVALID", problem, "Correct the value."));
        if (id is null || !IdPattern().IsMatch(id))
        {
            Fault("id", "id takes lower-case letters, digits and hyphens, 2 to 32 characters.");
        }

        decimal Number(string column, decimal? value)
        {
            if (value is not { } number || Math.Abs(number) > MaxScore || decimal.Round(number, UsageRecord.Decimals) != number)
            {
                Fault(column, $"{column} takes a number from -{MaxScore:0} to {MaxScore:0} with up to {UsageRecord.Decimals} decimals.");
            }

            return value ?? 0;
        }

        decimal start = Number("start", body.Start), below = Number("suspendBelow", body.SuspendBelow), above = Number("resumeAbove", body.ResumeAbove);
        if (below >= above)
        {
            Fault("resumeAbove", "resumeAbove must be higher than suspendBelow: between the two everything stays as it is, or services would go on and off.");
        }

        if (start < below)
        {
            Fault("start", "start must not be below suspendBelow: a card without any record would be suspended.");
        }

        if (body.Rules is not { Count: >= 1 and <= Policy.MaxRules })
        {
            Fault("rules", $"rules takes 1 to {Policy.MaxRules} rules.");
        }

        ImmutableArray<PolicyRule> rules = [.. (body.Rules ?? []).Select((r, i) => Rule(r, $"rules[{i}]", Fault))];
        return faults.Count > 0
            ? (null, faults)
            : (new()
            {
                Id = id!,
                Owner = owner,
                Service = body.Service,
                Start = start,
                Rules = rules,
                SuspendBelow = below,
                ResumeAbove = above,
                CreatedAt = now,
            }, []);
    }

    private static PolicyRule Rule(PolicyRuleBody? body, string name, Action<string, string> fault)
    {
        if (body?.Kind is null || !UsageIntakes.KindPattern().IsMatch(body.Kind))
        {
            fault($"{name}.kind", "kind takes lower-case letters, digits and hyphens, 1 to 32 characters.");
        }

        decimal points = body?.Points ?? 0;
        if (points == 0 || Math.Abs(points) > Policy.MaxPoints || decimal.Round(points, UsageRecord.Decimals) != points)
        {
            fault($"{name}.points", $"points takes a number other than 0 from -{Policy.MaxPoints:0} to {Policy.MaxPoints:0} with up to {UsageRecord.Decimals} decimals.");
        }

        if (body?.WindowDays is not (>= 1 and <= Policy.MaxWindowDays))
        {
            fault($"{name}.windowDays", $"windowDays takes 1 to {Policy.MaxWindowDays}.");
        }

        return new(body?.Kind ?? "", points, body?.Per ?? PointsPer.Record, body?.WindowDays ?? 1);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,31}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}
