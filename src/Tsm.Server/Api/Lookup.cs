using Tsm.Application.Applications;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Identifiers;

namespace Tsm.Server.Api;

/// <summary>Finds cards and applications by what people call them.</summary>
internal sealed class Lookup(IAliasIndex aliases, ApplicationShelf shelf, TimeProvider time)
{
    private const int ShortestIccid = 18;

    /// <summary>The card with this ICCID or MSISDN now.</summary>
    public async Task<GrainKey?> CardAsync(string tenant, string text, CancellationToken cancellationToken)
    {
        (string kind, string value) = Alias(text);
        return value.Length == 0 ? null : await aliases.FindAsync(tenant, kind, value, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>The application with this id, package AID or name; null and the problem when there is none or more than one.</summary>
    public async Task<(CatalogueApplication? Application, Problem? Problem)> ApplicationAsync(
        string tenant, string text, CancellationToken cancellationToken) =>
        Application(await shelf.SeenAsync(tenant, provider: null, cancellationToken), text);

    /// <summary>As <see cref="ApplicationAsync"/>, among those that the caller may see.</summary>
    public static (CatalogueApplication? Application, Problem? Problem) Application(IReadOnlyList<CatalogueApplication> all, string text)
    {
        if (all.FirstOrDefault(a => string.Equals(a.Id, text, StringComparison.OrdinalIgnoreCase)) is { } byId)
        {
            return (byId, null);
        }

        List<CatalogueApplication> found = Aid.TryParse(text, out Aid aid, out _)
            ? [.. all.Where(a => a.PackageAid == aid)]
            : [];
        if (found.Count == 0)
        {
            found = [.. all.Where(a => string.Equals(a.Name, text, StringComparison.OrdinalIgnoreCase))];
        }

        return found switch
        {
            [] => (null, ApiProblems.ApplicationUnknown(text)),
            [CatalogueApplication one] => (one, null),
            _ => (null, ApiProblems.ApplicationAmbiguous(text, found.Select(a => $"{a.Id}: {a.Name} {a.Version}"))),
        };
    }

    // ICCIDs have 18 to 20 digits, numbers at most 15 (E.164): they cannot be mixed up.
    private static (string Kind, string Value) Alias(string text) =>
        Iccid.TryParse(text, out Iccid iccid, out _) ? ("iccid", iccid.Digits)
        : text.Length < ShortestIccid && Msisdn.TryParse(text, out Msisdn msisdn, out _) ? ("msisdn", msisdn.Digits)
        : ("", "");
}
