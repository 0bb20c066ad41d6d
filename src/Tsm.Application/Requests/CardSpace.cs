using System.Collections.Immutable;
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
            .Sum(c => Find(applications, c.Application)?.Memory ?? 0);

    /// <summary>Whether a security domain is on the card, by what it has proven.</summary>
    public static bool HasDomain(CardState card, Aid domain) =>
        card.Contents.Any(c => c.Kind == ContentKind.SecurityDomain && c.Aid == domain && c.Confirmed is not null);

    /// <summary>Octets that the load files of a version take beyond what is there or on the way.</summary>
    public static int Needed(CardState card, ServiceVersion version, CardModel model, IReadOnlyList<CatalogueApplication> applications) =>
        LoadFiles(version, model, applications)
            .Where(a => !card.Contents.Any(c => c.Aid == a.PackageAid && c.Wanted is not null))
            .Sum(a => a.Memory);

    /// <summary>Whether all load files of a version can run on a model.</summary>
    public static ModelFit Fit(ServiceVersion version, CardModel model, IReadOnlyList<CatalogueApplication> applications)
    {
        if (Find(applications, version.Application) is null)
        {
            return new(model.Name, false, [$"the catalogue has no application {version.Application}."]);
        }

        Compatibility[] found = [.. LoadFiles(version, model, applications).Select(a => Compatibility.Check(a, model, applications))];
        return new(model.Name, found.All(c => c.Ok), [.. found.SelectMany(c => c.Reasons)]);
    }

    /// <summary>The libraries that a model does not bring itself, in their order.</summary>
    public static ImmutableArray<CatalogueApplication> Libraries(
        ServiceVersion version, CardModel model, IReadOnlyList<CatalogueApplication> applications) =>
        [.. version.Libraries
            .Select(id => Find(applications, id))
            .OfType<CatalogueApplication>()
            .Where(a => !model.Packages.Any(p => p.Aid == a.PackageAid))];

    private static IEnumerable<CatalogueApplication> LoadFiles(
        ServiceVersion version, CardModel model, IReadOnlyList<CatalogueApplication> applications) =>
        Libraries(version, model, applications).Concat(Find(applications, version.Application) is { } application ? [application] : []);

    private static CatalogueApplication? Find(IReadOnlyList<CatalogueApplication> applications, string? id) =>
        applications.FirstOrDefault(a => a.Id == id);
}
