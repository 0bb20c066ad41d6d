using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Requests;

/// <summary>What somebody asks for.</summary>
/// <param name="Origin">From which side.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Key">His key of the request; null for none, and then a repetition is another request.</param>
/// <param name="Identifier">The service: its id, an AID, or a code of the private table.</param>
/// <param name="Operation">What is to be done with it.</param>
/// <param name="Msisdn">The user's number; null when <paramref name="Iccid"/> names the card.</param>
/// <param name="Iccid">The card; null when it is that of the number.</param>
/// <param name="Version">The version; null for the newest that is approved.</param>
/// <param name="Sender">The number a message came from.</param>
public sealed record Asked(
    string Tenant,
    RequestOrigin Origin,
    string Requester,
    Actor Actor,
    string? Key,
    string Identifier,
    string Operation,
    string? Msisdn,
    string? Iccid,
    string? Version = null,
    string? Sender = null,
    GrainKey? Card = null);

/// <summary>Takes requests from every side: remembers them, checks them at once, and leaves what follows to the worker.</summary>
public sealed class RequestDesk(
    IRequests requests, RequestSteps steps, EligibilityDesk eligibility, RequestSignal signal, IOptions<RequestOptions> options, TimeProvider time)
{
    /// <summary>Takes a request and checks it; the same key again gives the same request.</summary>
    /// <returns>The request, which may have ended already; or the problem that its key stands for another.</returns>
    public async Task<(ServiceRequest? Request, Problem? Problem)> TakeAsync(Asked asked, CancellationToken cancellationToken)
    {
        ServiceRequest received = Receive(asked);
        (ServiceRequest request, bool isNew) = await requests.AddAsync(received, options.Value.Lease, RequestEnds.Asked(received), cancellationToken);
        if (!isNew)
        {
            return request.Content == received.Content ? (request, null) : (null, RequestProblems.IdReused(request.Id));
        }

        request = await steps.StepAsync(request, cancellationToken);
        signal.Set();
        return (request, null);
    }

    /// <summary>Remembers a request and nothing more: what follows is the worker's.</summary>
    public async Task<(ServiceRequest? Request, Problem? Problem)> KeepAsync(Asked asked, CancellationToken cancellationToken)
    {
        ServiceRequest received = Receive(asked);
        (ServiceRequest request, bool isNew) = await requests.AddAsync(received, TimeSpan.Zero, RequestEnds.Asked(received), cancellationToken);
        signal.Set();
        return isNew || request.Content == received.Content ? (request, null) : (null, RequestProblems.IdReused(request.Id));
    }

    /// <summary>Says whether a request would be granted, and does nothing.</summary>
    public Task<ServiceRequest> WouldAsync(Asked asked, CancellationToken cancellationToken) =>
        eligibility.CheckAsync(Receive(asked), time.GetUtcNow(), cancellationToken);

    /// <summary>Calls a request off.</summary>
    /// <returns>The request; or the problem that it has ended.</returns>
    public async Task<(ServiceRequest Request, Problem? Problem)> CancelAsync(ServiceRequest request, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool taken = await requests.CancelAsync(
            request.Tenant, request.Id, RequestEnds.Cancelled(request, by, time.GetUtcNow()), cancellationToken);
        signal.Set();
        ServiceRequest now = await requests.FindAsync(request.Tenant, request.Id, cancellationToken) ?? request;
        return (now, taken || !now.HasEnded || now.Status == RequestStatus.Cancelled ? null : RequestProblems.Ended(now));
    }

    private ServiceRequest Receive(Asked asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        DateTimeOffset now = time.GetUtcNow();
        ServiceOperation? operation = OperationRules.Read(asked.Operation);
        string word = operation is { } known ? OperationRules.Word(known) : asked.Operation;
        string? number = asked.Msisdn is { } given && Msisdn.TryParse(given, out Msisdn msisdn, out _) ? msisdn.Digits : asked.Msisdn;
        string? card = asked.Iccid is { } named && Iccid.TryParse(named, out Iccid iccid, out _) ? iccid.Digits : asked.Iccid;
        return new()
        {
            Id = RequestIds.Of(asked.Origin, asked.Requester, asked.Key),
            Tenant = asked.Tenant,
            Origin = asked.Origin,
            Requester = asked.Requester,
            Actor = asked.Actor,
            Identifier = asked.Identifier,
            OperationGiven = word,
            Operation = operation,
            Msisdn = number,
            Iccid = card,
            Card = asked.Card,
            Version = asked.Version,
            Content = Convert.ToHexString(SHA256.HashData(AllocationContract.Join(
                asked.Identifier.ToUpperInvariant(), word, number ?? "", card ?? "", asked.Version ?? ""))),
            Sender = asked.Sender,
            Status = RequestStatus.Received,
            CreatedAt = now,
            UpdatedAt = now,
            Due = now,
        };
    }
}
