using Tsm.Application.Jobs;

namespace Tsm.Application.Policies;

/// <summary>The refusals around usage records, policies and their overrules.</summary>
public static class PolicyProblems
{
    private const string Layer = "policy";

    /// <summary>There is no such policy, or it is another's.</summary>
    public static Problem Unknown(string policy) => new(
        Layer, "POLICY_UNKNOWN", "Policy unknown", $"No policy is called {policy}.", "The id is mistyped.", "Look it up with GET /api/v1/policies.", []);

    /// <summary>A policy's values make no sense.</summary>
    public static Problem Invalid(string meaning) => new(
        Layer, "POLICY_INVALID", "Policy invalid", meaning, "A value is missing or outside of its range.", "Correct it and send the policy again.", []);

    /// <summary>The id is taken.</summary>
    public static Problem Exists(string policy) => new(
        Layer, "POLICY_EXISTS", "Policy exists", $"There is a policy {policy} already.", "Ids are unique in a tenant.", "Take another id, or change that one with PUT.", []);

    /// <summary>Somebody else has changed it.</summary>
    public static Problem Changed(string policy) => new(
        Layer, "POLICY_CHANGED", "Policy changed meanwhile", $"Policy {policy} is not what you have seen.", "Somebody else has changed it.", "Read it again, then decide.", []);

    /// <summary>It was not tried in this revision.</summary>
    public static Problem NotTried(Policy policy, int? tried)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(
            Layer,
            "POLICY_NOT_TRIED",
            "Policy not tried",
            tried is { } revision
                ? $"Revision {policy.Revision} of policy {policy.Id} was not tried; the last trial was of revision {revision}."
                : $"Policy {policy.Id} was never tried.",
            "What a rule would have done in the past is to be seen before it acts.",
            $"Try it with POST /api/v1/policies/{policy.Id}/trial, then activate it; an operator may force it, which is recorded.",
            []);
    }

    /// <summary>More records than one trial reads.</summary>
    public static Problem TrialTooLarge(int limit) => new(
        Layer, "TRIAL_TOO_LARGE", "Trial too large", $"The time holds more than {limit} usage records.", "It is long, or usage is high.", "Try a shorter time.", []);

    /// <summary>There is no such overrule.</summary>
    public static Problem OverruleUnknown(string card, string service) => new(
        Layer, "OVERRULE_UNKNOWN", "Overrule unknown", $"Nobody has overruled the policy for service {service} on card {card}.", "It was lifted, or its time is over.", "List them with GET /api/v1/policies/{id}/overrules.", []);

    /// <summary>A service that does not exist, or is none of the caller's: nobody learns which.</summary>
    public static Problem ServiceUnknown(string service) => new(
        Layer, "SERVICE_UNKNOWN", "Service unknown", $"No service is called {service}.", "The id is mistyped.", "List the services with GET /api/v1/services.", []);

    /// <summary>A batch of usage records has faults.</summary>
    public static Problem RecordsInvalid(int faults) => new(
        Layer,
        "USAGE_RECORDS_INVALID",
        "Usage records invalid",
        $"{faults} of the records {(faults == 1 ? "is" : "are")} wrong; none was taken.",
        "A value is missing or outside of its range, or a record is of another's service.",
        "Correct what errors names and send the whole batch again; what was taken before counts once.",
        []);
}
