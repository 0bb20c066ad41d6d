using System.Collections.Immutable;
using System.Globalization;
using Tsm.Application.Cards;
using Tsm.Card.CapFiles;

namespace Tsm.Application.Applications;

/// <summary>Whether an application can be installed on fresh cards of a model, told before the first short message leaves.</summary>
/// <param name="Model">The name of the card model.</param>
/// <param name="Ok">Whether it can, once the libraries are loaded that a reason names.</param>
/// <param name="Reasons">Why not, or what comes first; one sentence each.</param>
public sealed record Compatibility(string Model, bool Ok, ImmutableArray<string> Reasons)
{
    /// <summary>Checks imports and memory of an application against a card model.</summary>
    /// <param name="application">The application.</param>
    /// <param name="model">The card model.</param>
    /// <param name="catalogue">All applications of the tenant: an import that the model lacks may be served by one of them.</param>
    public static Compatibility Check(
        CatalogueApplication application, CardModel model, IReadOnlyCollection<CatalogueApplication> catalogue)
    {
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(catalogue);
        bool ok = true;
        int memory = application.Memory;
        var reasons = ImmutableArray.CreateBuilder<string>();
        foreach (PackageReference import in application.Imports.Where(i => !model.Packages.Any(p => p.Satisfies(i))))
        {
            CatalogueApplication? library = catalogue.FirstOrDefault(a => !string.Equals(a.Id, application.Id, StringComparison.Ordinal) && Reference(a).Satisfies(import));
            if (library is null)
            {
                ok = false;
                reasons.Add(Missing(import, model, catalogue));
            }
            else
            {
                memory += library.Memory;
                reasons.Add($"needs {library.Name} {library.Version}: load it first.");
            }
        }

        if (memory > model.Memory)
        {
            ok = false;
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture, $"needs about {memory} octets of memory, but a fresh {model.Name} has {model.Memory}."));
        }

        return new(model.Name, ok, reasons.ToImmutable());
    }

    private static string Missing(PackageReference import, CardModel model, IReadOnlyCollection<CatalogueApplication> catalogue)
    {
        string name = catalogue.FirstOrDefault(a => a.PackageAid == import.Aid)?.Name ?? KnownPackages.Name(import.Aid) ?? import.Aid.ToString();
        PackageReference? other = model.Packages.FirstOrDefault(p => p.Aid == import.Aid)
            ?? catalogue.Select(Reference).FirstOrDefault(p => p.Aid == import.Aid);
        return other is null
            ? $"needs {name} {Version(import)}: neither {model.Name} nor the catalogue has it; upload its CAP file, or correct the card model."
            : $"needs {name} {Version(import)}, but there is only {Version(other)}: build against that version, or correct the card model.";
    }

    private static PackageReference Reference(CatalogueApplication application)
    {
        string[] parts = application.Version.Split('.');
        return new(application.PackageAid, Number(parts[0]), Number(parts[^1]));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Version(PackageReference package) => string.Create(CultureInfo.InvariantCulture, $"{package.Major}.{package.Minor}");
}
