using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Requests;

/// <summary>What a version of a service takes on a card, and what is there.</summary>
internal static class CardSpace
{
    /// <summary>Octets that are free by our books, what jobs that wait will load counted as taken.</summary>
    public static int Free(CardState card, CardModel? model, IReadOnlyList<CatalogueApplication> applications) =>
        (model?.Memory ?? 0) - card.Contents
            .Where(c => c.Kind == ContentKind.LoadFile && c.Wanted is not null)
            .Sum(c => applications.FirstOrDefault(a => a.Id == c.Application)?.Memory ?? 0);

    /// <summary>Whether a security domain is on the card, by what it has proven.</summary>
    public static bool HasDomain(CardState card, Aid domain) =>
        card.Contents.Any(c => c.Kind == ContentKind.SecurityDomain && c.Aid == domain && c.Confirmed is not null);

    /// <summary>Octets that the load files of a version take beyond what is there or on the way.</summary>
    /// <param name="card">The card.</param>
    /// <param name="plan">What comes.</param>
    /// <param name="model">The card's model.</param>
    /// <param name="going">What goes before, and leaves its place.</param>
    public static int Needed(CardState card, ServicePlan plan, CardModel model, IReadOnlyList<CatalogueApplication> going)
    {
        bool Stays(ContentItem item) => item.Wanted is not null && going.All(a => a.Id != item.Application);
        int comes = plan.Libraries.Where(l => !IsBuiltIn(l, model)).Append(plan.Application)
            .Where(a => !card.Contents.Any(c => c.Aid == a.PackageAid && Stays(c)))
            .Sum(a => a.Memory);
        int goes = going.Where(a => card.Contents.Any(c => c.Application == a.Id && c.Kind == ContentKind.LoadFile && c.Wanted is not null)).Sum(a => a.Memory);
        return Math.Max(0, comes - goes);
    }

    /// <summary>Whether a model brings a library itself.</summary>
    public static bool IsBuiltIn(CatalogueApplication library, CardModel model) => model.Packages.Any(p => p.Aid == library.PackageAid);
}
