using System.Globalization;
using System.Text.Json;
using Tsm.Application.Policies;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of what policies have decided.</summary>
internal sealed class StoredPolicyAction
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        seq AS Seq, policy AS Policy, card AS Card, service AS Service, number AS Number, iccid AS Iccid, step AS Step, revision AS Revision,
        score AS Score, records AS Records, decided_at AS DecidedAt, outcome AS Outcome, job AS Job, problem AS Problem, settled_at AS SettledAt
        """;

    /// <summary>Adds one, unless its number is taken.</summary>
    public const string AddSql =
        """
        INSERT INTO policy_actions (tenant, policy, card, service, number, iccid, step, revision, score, records, decided_at, outcome)
        VALUES (@tenant, @policy, @card, @service, @number, @iccid, @step, @revision, @score, @records, @decidedAt, @outcome)
        ON CONFLICT (tenant, policy, card, service, number) DO NOTHING
        """;

    /// <summary>Says what became of one that is only decided.</summary>
    public const string SettleSql =
        """
        UPDATE policy_actions SET outcome = @outcome, job = @job, problem = @problem, settled_at = @settledAt
        WHERE tenant = @tenant AND policy = @policy AND card = @card AND service = @service AND number = @number AND outcome = 'Decided'
        """;

    public long Seq { get; init; }

    public string Policy { get; init; } = "";

    public string Card { get; init; } = "";

    public string Service { get; init; } = "";

    public long Number { get; init; }

    public string Iccid { get; init; } = "";

    public string Step { get; init; } = "";

    public long Revision { get; init; }

    public string Score { get; init; } = "";

    public string Records { get; init; } = "[]";

    public long DecidedAt { get; init; }

    public string Outcome { get; init; } = "";

    public string? Job { get; init; }

    public string? Problem { get; init; }

    public long? SettledAt { get; init; }

    public static object Values(PolicyAction action) => new
    {
        tenant = action.Card.Tenant,
        policy = action.Policy,
        card = StoredValues.Grain(action.Card),
        service = action.Service,
        number = (long)action.Number,
        iccid = action.Iccid,
        step = action.Step.ToString(),
        revision = (long)action.Revision,
        score = action.Score.ToString(CultureInfo.InvariantCulture),
        records = JsonSerializer.Serialize([.. action.Records], StorageJson.Default.StringArray),
        decidedAt = StoredValues.Milliseconds(action.DecidedAt),
        outcome = action.Outcome.ToString(),
        job = action.Job,
        problem = action.Problem is { } problem ? JsonSerializer.Serialize(problem, StorageJson.Default.Problem) : null,
        settledAt = StoredValues.Milliseconds(action.SettledAt),
    };

    public PolicyAction ToAction(string tenant) => new()
    {
        Policy = Policy,
        Revision = checked((int)Revision),
        Card = StoredValues.Key(tenant, Card),
        Iccid = Iccid,
        Service = Service,
        Number = checked((int)Number),
        Step = Enum.Parse<PolicyStep>(Step),
        Score = decimal.Parse(Score, CultureInfo.InvariantCulture),
        Records = [.. JsonSerializer.Deserialize(Records, StorageJson.Default.StringArray)!],
        DecidedAt = StoredValues.Time(DecidedAt),
        Outcome = Enum.Parse<PolicyOutcome>(Outcome),
        Job = Job,
        Problem = Problem is null ? null : JsonSerializer.Deserialize(Problem, StorageJson.Default.Problem),
        SettledAt = StoredValues.Time(SettledAt),
    };
}
