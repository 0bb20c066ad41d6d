using System.Collections.Immutable;
using Tsm.Application.Hosting;

namespace Tsm.Application.Events;

/// <summary>Something that has happened, for whoever has subscribed to it. It is written with what it tells of.</summary>
/// <param name="Kind">What, one of <see cref="EventKind"/>.</param>
/// <param name="Provider">The provider whom it concerns; null where it concerns the carrier only.</param>
/// <param name="Service">The service it is about.</param>
/// <param name="Iccid">The card it is about.</param>
/// <param name="Msisdn">The number of that card at that time.</param>
/// <param name="Job">The job that led to it.</param>
/// <param name="Request">The request that led to it.</param>
/// <param name="Text">The same in one sentence.</param>
/// <param name="Details">The particulars for programs; never a key.</param>
public sealed record ServiceEvent(
    DateTimeOffset At,
    string Kind,
    string? Provider,
    string? Service,
    string? Iccid,
    string? Msisdn,
    string? Job,
    string? Request,
    string Text,
    ImmutableSortedDictionary<string, string> Details);

/// <summary>Raises an event of the grain's tenant.</summary>
public sealed record RaiseEvent(ServiceEvent Event) : Effect;

/// <summary>The kinds of events. Names are never reused for something else.</summary>
public static class EventKind
{
    /// <summary>The card has proven that the instance is there.</summary>
    public const string Downloaded = "service.downloaded";

    /// <summary>The card has taken the instance's data.</summary>
    public const string Personalised = "service.personalised";

    /// <summary>The instance is selectable.</summary>
    public const string Activated = "service.activated";

    /// <summary>The instance is locked.</summary>
    public const string Suspended = "service.suspended";

    /// <summary>The instance is unlocked.</summary>
    public const string Resumed = "service.resumed";

    /// <summary>The instance is gone.</summary>
    public const string Terminated = "service.terminated";

    /// <summary>The outcome of an operation is unknown: the card will be audited.</summary>
    public const string Pending = "service.pending-confirmation";

    /// <summary>The provider's security domain is on the card and has keys of its own.</summary>
    public const string DomainCreated = "domain.created";

    /// <summary>The keys of the provider's security domain were replaced, and the new ones are proven.</summary>
    public const string DomainKeysReplaced = "domain.keys-replaced";

    /// <summary>The provider's security domain is gone.</summary>
    public const string DomainRemoved = "domain.removed";

    /// <summary>A card has little memory left.</summary>
    public const string MemoryLow = "card.memory-low";

    /// <summary>A subscription has moved to another card.</summary>
    public const string CardSwapped = "card.swapped";

    /// <summary>A card has another number.</summary>
    public const string NumberChanged = "card.number-changed";

    /// <summary>A service stays on a card that its subscriber no longer has.</summary>
    public const string Orphaned = "service.orphaned";

    /// <summary>A request was refused.</summary>
    public const string RequestRefused = "request.refused";

    /// <summary>A request has ended, well or not.</summary>
    public const string RequestEnded = "request.ended";

    /// <summary>A contract has ended.</summary>
    public const string ContractEnded = "contract.ended";

    /// <summary>A rule has changed the state of a service by itself.</summary>
    public const string PolicyActed = "policy.acted";
}
