using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Application.Requests;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of requests.</summary>
internal sealed class StoredRequest
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        seq AS Seq, tenant AS Tenant, id AS Id, origin AS Origin, requester AS Requester, actor AS Actor, content AS Content,
        identifier AS Identifier, operation AS Operation, msisdn AS Msisdn, sender AS Sender, iccid AS Iccid, card AS Card,
        service AS Service, version AS Version, provider AS Provider, contract AS Contract, plan AS Plan, status AS Status,
        cancel AS Cancel, grade AS Grade, problem AS Problem, jobs AS Jobs, audits AS Audits, attempts AS Attempts,
        eligibility AS Eligibility, created_at AS CreatedAt, updated_at AS UpdatedAt, ended_at AS EndedAt, due AS Due, watch AS Watch,
        revision AS Revision
        """;

    /// <summary>Adds one, unless its id is taken.</summary>
    public const string AddSql =
        """
        INSERT INTO requests (
            tenant, id, origin, requester, actor, content, identifier, operation, msisdn, sender, iccid, card, service, version, provider,
            contract, plan, status, cancel, grade, problem, jobs, audits, attempts, eligibility, created_at, updated_at, ended_at, due, watch,
            revision, lease)
        VALUES (
            @tenant, @id, @origin, @requester, @actor, @content, @identifier, @operation, @msisdn, @sender, @iccid, @card, @service, @version,
            @provider, @contract, @plan, @status, @cancel, @grade, @problem, @jobs, @audits, @attempts, @eligibility, @created, @updated,
            @ended, @due, @watch, 1, @lease)
        ON CONFLICT (tenant, id) DO NOTHING
        """;

    /// <summary>Writes what steps change, if nobody else has written since.</summary>
    public const string SaveSql =
        """
        UPDATE requests SET
            iccid = @iccid, card = @card, service = @service, version = @version, provider = @provider, contract = @contract, plan = @plan,
            status = @status, cancel = @cancel, grade = @grade, problem = @problem, jobs = @jobs, audits = @audits, attempts = @attempts,
            eligibility = @eligibility, updated_at = @updated, ended_at = @ended, due = @due, watch = @watch, revision = revision + 1, lease = @lease
        WHERE tenant = @tenant AND id = @id AND revision = @revision
        """;

    // What a document leaves out is at the default of its type; fields are added, never repurposed.
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public long Seq { get; init; }

    public string Tenant { get; init; } = "";

    public string Id { get; init; } = "";

    public string Origin { get; init; } = "";

    public string Requester { get; init; } = "";

    public string Actor { get; init; } = "";

    public string Content { get; init; } = "";

    public string Identifier { get; init; } = "";

    public string Operation { get; init; } = "";

    public string? Msisdn { get; init; }

    public string? Sender { get; init; }

    public string? Iccid { get; init; }

    public string? Card { get; init; }

    public string? Service { get; init; }

    public string? Version { get; init; }

    public string? Provider { get; init; }

    public string? Contract { get; init; }

    public string? Plan { get; init; }

    public string Status { get; init; } = "";

    public long Cancel { get; init; }

    public string? Grade { get; init; }

    public string? Problem { get; init; }

    public string Jobs { get; init; } = "[]";

    public long Audits { get; init; }

    public long Attempts { get; init; }

    public string? Eligibility { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long? EndedAt { get; init; }

    public long? Due { get; init; }

    public string? Watch { get; init; }

    public long Revision { get; init; }

    public static object Values(ServiceRequest request, long lease) => new
    {
        tenant = request.Tenant,
        id = request.Id,
        origin = request.Origin.ToString(),
        requester = request.Requester,
        actor = JsonSerializer.Serialize(request.Actor, Json),
        content = request.Content,
        identifier = request.Identifier,
        operation = request.OperationGiven,
        msisdn = request.Msisdn,
        sender = request.Sender,
        iccid = request.Iccid,
        card = request.Card is { } card ? StoredValues.Grain(card) : null,
        service = request.Service,
        version = request.Version,
        provider = request.Provider,
        contract = request.Contract,
        plan = Text(request.Plan),
        status = request.Status.ToString(),
        cancel = request.CancelRequested ? 1L : 0L,
        grade = request.Grade?.ToString(),
        problem = Text(request.Problem),
        jobs = JsonSerializer.Serialize(request.Jobs, Json),
        audits = (long)request.Audits,
        attempts = (long)request.Attempts,
        eligibility = Text(request.Eligibility),
        created = StoredValues.Milliseconds(request.CreatedAt),
        updated = StoredValues.Milliseconds(request.UpdatedAt),
        ended = StoredValues.Milliseconds(request.EndedAt),
        due = StoredValues.MillisecondsUp(request.Due),
        watch = request.Watch,
        revision = request.Revision,
        lease,
    };

    public ServiceRequest ToRequest() => new()
    {
        Id = Id,
        Tenant = Tenant,
        Origin = Enum.Parse<RequestOrigin>(Origin),
        Requester = Requester,
        Actor = JsonSerializer.Deserialize<Actor>(Actor, Json) ?? throw new JsonException("Somebody always acts."),
        Content = Content,
        Identifier = Identifier,
        OperationGiven = Operation,
        Operation = OperationRules.Read(Operation),
        Msisdn = Msisdn,
        Sender = Sender,
        Iccid = Iccid,
        Card = Card is null ? null : StoredValues.Key(Tenant, Card),
        Service = Service,
        Version = Version,
        Provider = Provider,
        Contract = Contract,
        Plan = Value<RequestPlan>(Plan),
        Status = Enum.Parse<RequestStatus>(Status),
        CancelRequested = Cancel != 0,
        Grade = Grade is null ? null : Enum.Parse<Grade>(Grade),
        Problem = Value<Problem>(Problem),
        Jobs = JsonSerializer.Deserialize<ImmutableArray<string>>(Jobs, Json),
        Audits = (int)Audits,
        Attempts = (int)Attempts,
        Eligibility = Value<EligibilityReport>(Eligibility),
        CreatedAt = StoredValues.Time(CreatedAt),
        UpdatedAt = StoredValues.Time(UpdatedAt),
        EndedAt = StoredValues.Time(EndedAt),
        Due = StoredValues.Time(Due),
        Watch = Watch,
        Revision = Revision,
    };

    private static string? Text<T>(T? value) where T : class => value is null ? null : JsonSerializer.Serialize(value, Json);

    private static T? Value<T>(string? text) where T : class => text is null ? null : JsonSerializer.Deserialize<T>(text, Json);
}
