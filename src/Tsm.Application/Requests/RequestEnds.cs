using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Jobs;

namespace Tsm.Application.Requests;

/// <summary>How a request ends: its last state, and what others are told of it.</summary>
public static class RequestEnds
{
    /// <summary>Something was asked for: the action of the audit trail.</summary>
    public const string AskedAction = "request.asked";

    /// <summary>A request was refused.</summary>
    public const string RefusedAction = "request.refused";

    /// <summary>A request was called off.</summary>
    public const string CancelledAction = "request.cancelled";

    /// <summary>The kind of subject: a request, by its id.</summary>
    public const string Subject = "request";

    /// <summary>The request in its last state.</summary>
    public static ServiceRequest End(ServiceRequest request, RequestStatus status, Grade grade, Problem? problem, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request with { Status = status, Grade = grade, Problem = problem, EndedAt = now, UpdatedAt = now, Due = null, Watch = null };
    }

    /// <summary>The event that tells of its end.</summary>
    public static ServiceEvent Event(ServiceRequest ended)
    {
        ArgumentNullException.ThrowIfNull(ended);
        string operation = ended.OperationGiven;
        string service = ended.Service ?? ended.Identifier;
        string? provider = ended.Provider ?? (ended.Origin == RequestOrigin.Provider ? ended.Requester : null);

        // Its provider gets the event: it says no more than the request shows it.
        Audience audience = provider is null ? Audience.Operator : Audience.Provider;
        Problem? problem = RequestViews.ProblemFor(ended, audience);
        var details = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        details["operation"] = operation;
        details["origin"] = ended.Origin.ToString();
        details["status"] = ended.Status.ToString();
        if (ended.Grade is { } grade)
        {
            details["grade"] = grade.ToString();
        }

        if (problem is not null)
        {
            details["code"] = problem.Code;
        }

        return new(
            ended.EndedAt ?? ended.UpdatedAt,
            ended.Status == RequestStatus.Refused ? EventKind.RequestRefused : EventKind.RequestEnded,
            provider,
            ended.Service,
            RequestViews.CardFor(ended, audience),
            ended.Msisdn,
            ended.Jobs is [.., var last] ? last : null,
            ended.Id,
            $"The request to {operation} {service} has ended as {ended.Status.ToString().ToLowerInvariant()}"
                + (problem is null ? "." : $": {problem.Meaning}"),
            details.ToImmutable());
    }

    /// <summary>The entry of the audit trail for a request that came in.</summary>
    public static AuditEntry Asked(ServiceRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Entry(request, request.CreatedAt, request.Actor, AskedAction, $"{request.OperationGiven} of {request.Identifier} was asked for.", null);
    }

    /// <summary>The entry of the audit trail for a refusal.</summary>
    public static AuditEntry Refused(ServiceRequest request, Problem problem)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(problem);
        return Entry(request, request.UpdatedAt, request.Actor, RefusedAction, $"{request.OperationGiven} of {request.Identifier} was refused: {problem.Meaning}", problem.Code);
    }

    /// <summary>The entry of the audit trail for calling one off.</summary>
    public static AuditEntry Cancelled(ServiceRequest request, Actor by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Entry(request, now, by, CancelledAction, $"{request.OperationGiven} of {request.Identifier} was called off.", null);
    }

    private static AuditEntry Entry(ServiceRequest request, DateTimeOffset at, Actor actor, string action, string text, string? code)
    {
        var details = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        details["identifier"] = request.Identifier;
        details["operation"] = request.OperationGiven;
        details["origin"] = request.Origin.ToString();
        details["requester"] = request.Requester;
        if (request.Msisdn is { } msisdn)
        {
            details["msisdn"] = msisdn;
        }

        if (request.Iccid is { } iccid)
        {
            details["iccid"] = iccid;
        }

        if (code is not null)
        {
            details["code"] = code;
        }

        return new(at, actor, action, Subject, request.Id, null, text, details.ToImmutable());
    }
}
