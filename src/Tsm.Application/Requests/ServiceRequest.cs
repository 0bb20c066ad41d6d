using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Something that somebody asks for a service on a card, from its receipt to its end.</summary>
public sealed record ServiceRequest
{
    /// <summary>The longest key that a requester may give, in characters.</summary>
    public const int MaxKeyLength = 200;

    /// <summary>Unique in the tenant; made from the requester and his key, so that nobody meets the ids of another.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>From which side it came.</summary>
    public required RequestOrigin Origin { get; init; }

    /// <summary>Who asks: the id of a provider, the number of a phone, the card that has sent it, the name of an operator or rule.</summary>
    public required string Requester { get; init; }

    /// <summary>On whose behalf jobs are done, for the audit trail.</summary>
    public required Actor Actor { get; init; }

    /// <summary>The service as it was named: its id, an AID, or a code of the private table.</summary>
    public required string Identifier { get; init; }

    /// <summary>The operation as it was named.</summary>
    public required string OperationGiven { get; init; }

    /// <summary>The operation; null when nobody knows it.</summary>
    public ServiceOperation? Operation { get; init; }

    /// <summary>The user's number as it was given; null when the card was named by its ICCID alone.</summary>
    public string? Msisdn { get; init; }

    /// <summary>The number a message came from; null where none did.</summary>
    public string? Sender { get; init; }

    /// <summary>The ICCID as it was given, or of the card that was found.</summary>
    public string? Iccid { get; init; }

    /// <summary>The card, once it is found.</summary>
    public GrainKey? Card { get; init; }

    /// <summary>The service, once it is found.</summary>
    public string? Service { get; init; }

    /// <summary>The version that is asked for, given or found.</summary>
    public string? Version { get; init; }

    /// <summary>The provider of the service, once it is found.</summary>
    public string? Provider { get; init; }

    /// <summary>The contract under which it is done, once it is found.</summary>
    public string? Contract { get; init; }

    /// <summary>What was decided when it was found eligible: the same whenever its jobs are made.</summary>
    public RequestPlan? Plan { get; init; }

    /// <summary>Where it stands.</summary>
    public RequestStatus Status { get; init; }

    /// <summary>Whether somebody has called it off.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>How well its outcome is proven; null before its end.</summary>
    public Grade? Grade { get; init; }

    /// <summary>Why it was refused or did not succeed, or for what it waits.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Its jobs in the order in which the card does them.</summary>
    public ImmutableArray<string> Jobs { get; init; } = [];

    /// <summary>The audits that were asked for because an outcome was unknown.</summary>
    public int Audits { get; init; }

    /// <summary>How often the present step was put off.</summary>
    public int Attempts { get; init; }

    /// <summary>What was checked, and what was found.</summary>
    public EligibilityReport? Eligibility { get; init; }

    /// <summary>When it was received.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it ended; null for one that is under way.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it is to be looked at; null for one that has ended, or that waits for a job only.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The job for whose end it waits.</summary>
    public string? Watch { get; init; }

    /// <summary>Rises by one with every write; 0 for one that is not written yet.</summary>
    public long Revision { get; init; }

    /// <summary>Whether nothing more will come of it.</summary>
    public bool HasEnded => Status >= RequestStatus.Done;

    /// <summary>What is asked for, as a digest: another request under the same key has another.</summary>
    public required string Content { get; init; }
}

/// <summary>What was decided when a request was found eligible.</summary>
/// <param name="Allocates">Whether the application server allocates for it.</param>
/// <param name="Personalises">Whether data go to the instance.</param>
/// <param name="Selectable">Whether an installation ends selectable.</param>
/// <param name="Replaces">For an upgrade: the version that is on the card.</param>
/// <param name="Room">The most instances under its contract, with the one that it brings; null when that does not matter.</param>
public sealed record RequestPlan(bool Allocates, bool Personalises, bool Selectable, string? Replaces, int? Room = null)
{
    /// <summary>For an upgrade: whether the data of the version on the card stay.</summary>
    public bool KeepsData { get; init; }

    /// <summary>For an upgrade: libraries that are not needed any more, importers before what they import.</summary>
    public ImmutableArray<string> Removes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <inheritdoc/>
    public bool Equals(RequestPlan? other) => other is not null
        && (Allocates, Personalises, Selectable, Replaces, Room, KeepsData)
            == (other.Allocates, other.Personalises, other.Selectable, other.Replaces, other.Room, other.KeepsData)
        && Removes.SequenceEqual(other.Removes, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Allocates, Personalises, Selectable, Replaces);
}

/// <summary>The sides from which requests come.</summary>
public enum RequestOrigin
{
    /// <summary>The card itself, by short message.</summary>
    Card,

    /// <summary>The client on a phone.</summary>
    Phone,

    /// <summary>An application provider.</summary>
    Provider,

    /// <summary>An operator of the carrier.</summary>
    Operator,

    /// <summary>Customer service of the carrier.</summary>
    CustomerService,

    /// <summary>A rule.</summary>
    Policy,
}

/// <summary>Where a request stands. What comes after <see cref="PendingConfirmation"/> is an end.</summary>
public enum RequestStatus
{
    /// <summary>It is remembered.</summary>
    Received,

    /// <summary>It is being checked.</summary>
    Checking,

    /// <summary>The application server is asked for what the operation needs.</summary>
    Allocating,

    /// <summary>Its jobs go to the card.</summary>
    Queued,

    /// <summary>The card's jobs are under way, or wait until the card is reachable.</summary>
    Running,

    /// <summary>The outcome is unknown: the card is asked what is on it.</summary>
    PendingConfirmation,

    /// <summary>The card has done it; the grade says how well that is proven.</summary>
    Done,

    /// <summary>It was not eligible, or the card has said no.</summary>
    Refused,

    /// <summary>Something of ours or on the way has failed; nothing has changed.</summary>
    Failed,

    /// <summary>Somebody has called it off.</summary>
    Cancelled,
}
