using Tsm.Application.Numbers;
using Tsm.Application.Services;

namespace Tsm.Server.Contracts;

/// <summary>The number that a card gets.</summary>
/// <param name="Msisdn">In international form.</param>
public sealed record NumberBody(string? Msisdn);

/// <summary>The number of a card.</summary>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Msisdn">Its number now; absent for none.</param>
/// <param name="Before">Its number before; absent for none.</param>
public sealed record NumberView(string Card, string? Msisdn, string? Before);

/// <summary>A subscription that moves.</summary>
/// <param name="Msisdn">Its number.</param>
/// <param name="NewCard">The card it moves to, by ICCID or by the number it has now.</param>
public sealed record SwapBody(string? Msisdn, string? NewCard);

/// <summary>Which services of a swap are meant.</summary>
/// <param name="Service">One of them; absent for all that can be.</param>
/// <param name="Reason">Why.</param>
public sealed record SwapServiceBody(string? Service, string? Reason);

/// <summary>A swap with where its services stand.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Msisdn">The number that moves.</param>
/// <param name="OldCard">The old card's ICCID.</param>
/// <param name="NewCard">The new card's ICCID.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="MovedAt">When the number has moved.</param>
/// <param name="EndedAt">When nothing was left to do.</param>
/// <param name="Services">The services that were on the old card.</param>
public sealed record SwapView(
    string Id,
    string Msisdn,
    string OldCard,
    string NewCard,
    DateTimeOffset CreatedAt,
    DateTimeOffset? MovedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<SwapServiceView> Services)
{
    /// <summary>The swap as the API shows it.</summary>
    public static SwapView From(Swap swap)
    {
        ArgumentNullException.ThrowIfNull(swap);
        return new(
            swap.Id, swap.Msisdn, swap.OldIccid, swap.NewIccid, swap.CreatedAt, swap.MovedAt, swap.EndedAt, [.. swap.Services.Select(SwapServiceView.From)]);
    }
}

/// <summary>A service of a swap.</summary>
/// <param name="Service">The service.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Version">Its version on the old card.</param>
/// <param name="Rule">What the provider has chosen: move or orphan.</param>
/// <param name="State">Where it stands.</param>
/// <param name="IsOrphaned">Whether its instance is on a card that its subscriber no longer has, and nobody has written it off.</param>
/// <param name="Job">The job that concerned it last.</param>
/// <param name="Problem">Why it did not succeed, or cannot go on.</param>
/// <param name="Reason">Why the old instance was written off.</param>
public sealed record SwapServiceView(
    string Service,
    string Provider,
    string Version,
    CardSwapRule Rule,
    SwapState State,
    bool IsOrphaned,
    string? Job,
    ProblemSummary? Problem,
    string? Reason)
{
    /// <summary>The service as the API shows it.</summary>
    public static SwapServiceView From(SwapService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new(
            service.Service, service.Provider, service.Version, service.Rule, service.State, service.IsOrphaned, service.Job,
            service.Problem is null ? null : ProblemSummary.From(service.Problem), service.Reason);
    }
}
