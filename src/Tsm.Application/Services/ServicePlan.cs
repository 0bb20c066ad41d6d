using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Providers;

namespace Tsm.Application.Services;

/// <summary>What has to be done to bring a version of a service to a card, with everything that it is made of.</summary>
/// <param name="Service">The service.</param>
/// <param name="Version">The version.</param>
/// <param name="Provider">Its provider, whose security domain it goes into.</param>
/// <param name="Libraries">Load files that come first, in this order, each by a job of its own; those that the card has are left out by the card's rules.</param>
/// <param name="Application">The load file with the applet.</param>
public sealed record ServicePlan(
    Service Service, ServiceVersion Version, Provider Provider, ImmutableArray<CatalogueApplication> Libraries, CatalogueApplication Application)
{
    /// <summary>The variables that the application server has to allocate; none when it is not asked.</summary>
    public IReadOnlyList<string> Allocates => ServiceTemplates.Allocated(Version);

    /// <summary>The non-volatile memory that all load files take, in octets.</summary>
    public int Memory => Application.Memory + Libraries.Sum(l => l.Memory);

    /// <summary>Whether it can go to fresh cards of a model.</summary>
    public Compatibility Check(Cards.CardModel model) => ServiceCompatibility.Check(Version, Application, Libraries, model);
}
