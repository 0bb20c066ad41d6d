using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Requests;

namespace Tsm.Application.Ports;

/// <summary>Requests as they are remembered, and claimed by whichever node goes on with them.</summary>
public interface IRequests
{
    /// <summary>Remembers a request, unless its id is known already; answers what is remembered, and whether it is new.</summary>
    /// <param name="claim">How long the caller keeps others from going on with a new one.</param>
    Task<(ServiceRequest Request, bool IsNew)> AddAsync(
        ServiceRequest request, TimeSpan claim, AuditEntry? audit, CancellationToken cancellationToken);

    /// <summary>One request.</summary>
    Task<ServiceRequest?> FindAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Requests, the newest first. Limit 1..1000.</summary>
    /// <exception cref="FormatException">The cursor is none of this list.</exception>
    Task<Page<ServiceRequest>> ListAsync(
        string tenant, RequestFilter filter, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Claims requests of all tenants that are to be looked at, the longest waiting first. The claim ends by itself; until then
    /// nobody else gets them. A request that waits for a job is to be looked at as soon as the end of the job is written.
    /// </summary>
    Task<IReadOnlyList<ServiceRequest>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Finds what waits for a job that has ended without anybody noticing, and has it looked at.</summary>
    Task WakeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes what has changed, with an event and an entry of the audit trail; false, and nothing is written, when somebody else
    /// has written since.
    /// </summary>
    /// <param name="hold">How long the caller goes on with it; zero gives it back.</param>
    Task<bool> SaveAsync(
        ServiceRequest request, ServiceEvent? raised, AuditEntry? audit, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a request that was found eligible, as long as there is room under its contract: of several at the same time only as many
    /// as fit. False, and nothing is written, when there is none, or when somebody else has written since.
    /// </summary>
    /// <param name="room">The most instances under the contract, with the one that the request brings.</param>
    Task<bool> GrantAsync(ServiceRequest request, int room, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>How many instances under a contract were granted and are on no card's list yet.</summary>
    Task<int> CountGrantedAsync(string tenant, string contract, CancellationToken cancellationToken);

    /// <summary>
    /// Notes that a request is called off; false when it has ended or is not there. Who has claimed it keeps it, and finds it called
    /// off when it writes.
    /// </summary>
    Task<bool> CancelAsync(string tenant, string id, AuditEntry audit, CancellationToken cancellationToken);
}

/// <summary>Which requests; null for all.</summary>
/// <param name="Provider">Those of services of a provider, and those it has asked for.</param>
/// <param name="Requester">Who has asked.</param>
/// <param name="Live">Those only that have not ended.</param>
public sealed record RequestFilter(
    string? Provider = null, string? Requester = null, RequestOrigin? Origin = null, RequestStatus? Status = null, string? Service = null, GrainKey? Card = null,
    string? Contract = null, bool Live = false);

/// <summary>What is known of numbers, over time.</summary>
public interface INumbers
{
    /// <summary>Whether a number was in service at a time, or ever was, and which card had it then.</summary>
    Task<(NumberStanding Standing, GrainKey? Holder)> FindAsync(string tenant, string msisdn, DateTimeOffset at, CancellationToken cancellationToken);
}
