using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using ServiceRequest = Tsm.Application.Requests.ServiceRequest;

namespace Tsm.Server.Api;

/// <summary>What requests look like on their way in and out, the same for all sides.</summary>
internal static class RequestForms
{
    private const int MaxIdentifier = 64;

    /// <summary>What is wrong with the form of a request; null when nothing is.</summary>
    public static Problem? Fault(ServiceRequestBody body, string? key)
    {
        string? meaning =
            !IsWord(body.Service) ? $"service is missing, or has more than {MaxIdentifier} characters."
            : !IsWord(body.Operation) ? $"operation is missing, or has more than {MaxIdentifier} characters."
            : body.Msisdn is null && body.Card is null ? "msisdn and card are missing: name one of them."
            : body.Version is not null && !IsWord(body.Version) ? $"version has more than {MaxIdentifier} characters."
            : KeyFault(key) ?? NumberFault(body.Msisdn);
        meaning ??= body.Card is not null && !Iccid.TryParse(body.Card, out _, out string problem) ? $"card: {problem}" : null;
        return meaning is null ? null : ApiProblems.RequestInvalid(meaning, "Correct the request; nothing was done.");
    }

    /// <summary>What is wrong with a key; null when nothing is.</summary>
    public static string? KeyFault(string? key) => key is { Length: 0 or > ServiceRequest.MaxKeyLength }
        ? $"Idempotency-Key takes 1 to {ServiceRequest.MaxKeyLength} characters."
        : null;

    /// <summary>What is wrong with a number; null when nothing is.</summary>
    public static string? NumberFault(string? msisdn) =>
        msisdn is not null && !Msisdn.TryParse(msisdn, out _, out string problem) ? $"msisdn: {problem}" : null;

    /// <summary>Whether a text may be an identifier or a word.</summary>
    public static bool IsWord(string? text) => text is { Length: > 0 and <= MaxIdentifier } && !text.Any(char.IsControl);

    /// <summary>A request as it was asked for.</summary>
    public static Asked Asked(ServiceRequestBody body, string? key, Caller caller) => new(
        caller.Tenant,
        Origin(caller),
        caller.Provider ?? caller.Actor.Name,
        caller.Actor,
        key,
        body.Service!,
        body.Operation!,
        body.Msisdn,
        body.Card,
        body.Version);

    /// <summary>The answer to whoever has asked: that it was taken, or why not.</summary>
    public static IResult Answer(ServiceRequest request, Audience audience, string path) =>
        request is { HasEnded: true, Status: RequestStatus.Refused or RequestStatus.Failed } && RequestViews.ProblemFor(request, audience) is { } problem
            ? ApiProblems.Result(problem with { Evidence = [.. problem.Evidence.IsDefault ? [] : problem.Evidence, $"request {request.Id}"] }, Faults(request, audience))
            : Results.Accepted($"{path}/{request.Id}", RequestDetails.From(request, audience));

    /// <summary>As whom a caller sees requests.</summary>
    public static Audience AudienceOf(Caller caller) => caller.Role switch
    {
        Role.Provider => Audience.Provider,
        Role.Phone => Audience.Phone,
        _ => Audience.Operator,
    };

    /// <summary>A request that the caller may see; what is another's is as if it were not there.</summary>
    public static async Task<ServiceRequest?> FindOwnAsync(this IRequests requests, Caller caller, string id, CancellationToken cancellationToken)
    {
        ServiceRequest? request = await requests.FindAsync(caller.Tenant, id, cancellationToken);
        bool isOwn = caller.Role switch
        {
            Role.Operator or Role.CustomerService => true,
            Role.Provider => request is { Origin: RequestOrigin.Provider } && request.Requester == caller.Provider,
            Role.Phone => request is { Origin: RequestOrigin.Phone } && request.Requester == caller.Scope,
            _ => false,
        };
        return isOwn ? request : null;
    }

    private static RequestOrigin Origin(Caller caller) => caller.Role switch
    {
        Role.Provider => RequestOrigin.Provider,
        Role.CustomerService => RequestOrigin.CustomerService,
        Role.Phone => RequestOrigin.Phone,
        _ => RequestOrigin.Operator,
    };

    private static ApiFault[]? Faults(ServiceRequest request, Audience audience) =>
        request.Eligibility is { Eligible: false } report
            ? [.. report.For(audience).Checks.Where(c => c.Problem is not null).Select(c => new ApiFault(null, c.Name, c.Problem!.Code, c.Problem.Meaning, c.Problem.Next))]
            : null;
}
