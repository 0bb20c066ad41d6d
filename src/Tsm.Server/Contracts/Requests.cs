using Tsm.Application.Jobs;
using Tsm.Application.Requests;
using Request = Tsm.Application.Requests.ServiceRequest;

namespace Tsm.Server.Contracts;

/// <summary>Asks for something to be done with a service on a card.</summary>
/// <param name="Service">Its id, a registered AID, or two hexadecimal digits of the private table.</param>
/// <param name="Operation">download, personalise, activate, suspend, resume, terminate, deploy, upgrade or rotateKeys.</param>
/// <param name="Msisdn">The user's number.</param>
/// <param name="Card">The card's ICCID; beside the number, both must belong together.</param>
/// <param name="Version">The version; the newest that is approved when absent.</param>
public sealed record ServiceRequestBody(string? Service, string? Operation, string? Msisdn, string? Card, string? Version);

/// <summary>A request.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Origin">From which side it came.</param>
/// <param name="Requester">Who has asked.</param>
/// <param name="Identifier">The service as it was named.</param>
/// <param name="Operation">What was asked for.</param>
/// <param name="Service">The service that was found.</param>
/// <param name="Version">Its version.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Contract">The contract under which it is done.</param>
/// <param name="Msisdn">The user's number as it was given.</param>
/// <param name="Card">The ICCID of the card.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Grade">How well its outcome is proven.</param>
/// <param name="Problem">Why it was refused or did not succeed, or for what it waits.</param>
/// <param name="Jobs">Its jobs.</param>
/// <param name="CreatedAt">When it was received.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record RequestDetails(
    string Id,
    RequestOrigin Origin,
    string Requester,
    string Identifier,
    string Operation,
    string? Service,
    string? Version,
    string? Provider,
    string? Contract,
    string? Msisdn,
    string? Card,
    RequestStatus Status,
    Grade? Grade,
    ProblemSummary? Problem,
    IReadOnlyList<string> Jobs,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? EndedAt)
{
    /// <summary>The request as an audience may see it.</summary>
    public static RequestDetails From(Request request, Audience audience)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool isHidden = audience == Audience.Provider && request.Provider is { } owner && owner != request.Requester;
        Problem? problem = RequestViews.ProblemFor(request, audience);
        return new(
            request.Id,
            request.Origin,
            request.Requester,
            request.Identifier,
            request.OperationGiven,
            isHidden ? null : request.Service,
            isHidden ? null : request.Version,
            isHidden ? null : request.Provider,
            isHidden || audience == Audience.Phone ? null : request.Contract,
            request.Msisdn,
            RequestViews.CardFor(request, audience),
            request.Status,
            request.Grade,
            problem is null ? null : ProblemSummary.From(problem),
            request.Jobs,
            request.CreatedAt,
            request.UpdatedAt,
            request.EndedAt);
    }
}

/// <summary>Whether a request can be granted: every check, in the order in which they count.</summary>
/// <param name="Eligible">Whether all have passed.</param>
/// <param name="Checks">The checks.</param>
public sealed record EligibilityDetails(bool Eligible, IReadOnlyList<EligibilityCheckDetails> Checks)
{
    /// <summary>The report as an audience may see it.</summary>
    public static EligibilityDetails From(EligibilityReport report, Audience audience)
    {
        ArgumentNullException.ThrowIfNull(report);
        EligibilityReport seen = report.For(audience);
        return new(seen.Eligible, [.. seen.Checks.Select(c => new EligibilityCheckDetails(
            c.Name, c.Expected, c.Found, c.Outcome, c.Fixer, c.Problem is null ? null : ProblemSummary.From(c.Problem)))]);
    }
}

/// <summary>One check.</summary>
/// <param name="Name">What was checked: number, identifier, operation, contract, version, compatibility, memory, card-keys, domain, application-server.</param>
/// <param name="Expected">What must be so.</param>
/// <param name="Found">What was found.</param>
/// <param name="Outcome">Whether it has passed.</param>
/// <param name="Fixer">Who can mend it.</param>
/// <param name="Problem">Why it has failed, and what to do next.</param>
public sealed record EligibilityCheckDetails(
    string Name, string Expected, string Found, CheckOutcome Outcome, Fixer Fixer, ProblemSummary? Problem);

/// <summary>Reports a card as lost.</summary>
/// <param name="Msisdn">The user's number.</param>
public sealed record LossReportBody(string? Msisdn);

/// <summary>What a loss report has set going.</summary>
/// <param name="Msisdn">The number.</param>
/// <param name="Card">The ICCID of its card.</param>
/// <param name="Requests">One request for each service in use, also for what others have suspended; one that was refused says why.</param>
/// <param name="CalledOff">The requests that would have made a service active, and are called off.</param>
public sealed record LossReportDetails(
    string Msisdn, string Card, IReadOnlyList<RequestDetails> Requests, IReadOnlyList<RequestDetails> CalledOff);
