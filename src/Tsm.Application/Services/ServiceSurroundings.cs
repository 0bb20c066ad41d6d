using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Services;

/// <summary>Everything in the tenant that a service or a version of it has to get along with.</summary>
/// <param name="Providers">All providers.</param>
/// <param name="Services">All services.</param>
/// <param name="Applications">All load files.</param>
/// <param name="Models">All card models.</param>
/// <param name="Usable">The load files that who asks may use, under the names that they know.</param>
/// <param name="NamesHolders">Whether who asks may hear to whom an identifier belongs: operators may, providers may not.</param>
public sealed record ServiceSurroundings(
    IReadOnlyList<Provider> Providers,
    IReadOnlyList<Service> Services,
    IReadOnlyList<CatalogueApplication> Applications,
    IReadOnlyList<CardModel> Models,
    IReadOnlyList<CatalogueApplication> Usable,
    bool NamesHolders)
{
    /// <summary>Who has an AID already, other than a service itself; null when it is free.</summary>
    public string? HolderOf(Aid aid, string self) =>
        Services.FirstOrDefault(s => IsOther(s, self) && (s.Has(aid) || s.Versions.Any(v => v.Instance == aid))) is { } service ? Of(service)
        : Applications.FirstOrDefault(a => a.PackageAid == aid) is { } application ? Of(application)
        : Providers.FirstOrDefault(p => p.DomainAid == aid) is { } provider ? Domain(provider)
        : aid == Aid.IssuerSecurityDomain ? "the issuer security domain"
        : Models.FirstOrDefault(m => m.Packages.Any(p => p.Aid == aid)) is { } model ? $"a package of card model {model.Name}"
        : null;

    /// <summary>Which other service has a code of the private table; null when it is free.</summary>
    public string? HolderOf(byte code, string self) => Services.FirstOrDefault(s => IsOther(s, self) && s.Has(code)) is { } service ? Of(service) : null;

    /// <summary>The TARs that are given out, and to whom.</summary>
    public IEnumerable<(Tar Tar, string Holder)> Tars(string self) =>
    [
        .. Services.Where(s => IsOther(s, self)).SelectMany(s => s.Versions.Where(v => v.Tar is not null).Select(v => (v.Tar!.Value, Of(s)))),
        .. Providers.Select(p => (p.DomainTar, Domain(p))),
        .. Models.Select(m => (m.RamTar, $"card management of model {m.Name}")),
    ];

    /// <summary>Whether an identifier of a service is another service's too, as when both were written at the same moment.</summary>
    public bool Overlaps(Service service)
    {
        ArgumentNullException.ThrowIfNull(service);
        HashSet<Aid> aids = [.. service.Versions.Select(v => v.Instance), .. service.Aid is { } registered ? [registered] : Array.Empty<Aid>()];
        HashSet<Tar> tars = [.. service.Versions.Select(v => v.Tar).OfType<Tar>()];
        return Services.Where(s => IsOther(s, service.Id)).Any(
            s => aids.Any(s.Has)
                || (service.Code is { } code && s.Has(code))
                || s.Versions.Any(v => aids.Contains(v.Instance) || (v.Tar is { } tar && tars.Contains(tar))));
    }

    private static bool IsOther(Service service, string self) => !string.Equals(service.Id, self, StringComparison.Ordinal);

    private string Of(Service service) => NamesHolders ? $"service {service.Id} of provider {service.Provider}" : "another service";

    private string Domain(Provider provider) => NamesHolders ? $"the security domain of provider {provider.Id}" : "a security domain";

    private string Of(CatalogueApplication application) =>
        Usable.FirstOrDefault(a => string.Equals(a.Id, application.Id, StringComparison.Ordinal)) is { } known ? $"load file {known.Name}" : "a load file";
}
