using System.Globalization;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Card.CapFiles;

namespace Tsm.Application.Applications;

/// <summary>Collects what stands between load files and a card model.</summary>
/// <param name="model">The card model.</param>
/// <param name="libraries">Load files that may be loaded before, when an import asks for them.</param>
/// <param name="brings">Whether they come along by themselves, as with a version of a service.</param>
internal sealed class CompatibilityCheck(CardModel model, IReadOnlyCollection<CatalogueApplication> libraries, bool brings = false)
{
    private readonly List<CompatibilityFinding> _findings = [];
    private readonly List<CatalogueApplication> _loads = [];
    private readonly int _capacity = ScriptCapacity.Of(model);

    /// <summary>The verdict on everything that was checked.</summary>
    public Compatibility Verdict() => new(model.Name, [.. _findings]);

    /// <summary>Notes a finding.</summary>
    public void Add(string code, Party fixedBy, string text, string expected, string found, bool blocks = true) =>
        _findings.Add(new(code, blocks, text, expected, found, fixedBy));

    /// <summary>Checks a load file, and the libraries that it needs and the model lacks.</summary>
    public void Load(CatalogueApplication application)
    {
        _loads.Add(application);
        Format(application);
        Identifier(application);
        foreach (PackageReference import in application.Imports.Where(i => !model.Packages.Any(p => p.Satisfies(i))))
        {
            CatalogueApplication? library = libraries.FirstOrDefault(
                a => !string.Equals(a.Id, application.Id, StringComparison.Ordinal) && a.Package.Satisfies(import));
            if (library is null)
            {
                Missing(import);
            }
            else if (_loads.All(l => !string.Equals(l.Id, library.Id, StringComparison.Ordinal)))
            {
                Add(
                    "LIBRARY_FIRST",
                    Party.Carrier,
                    $"needs {library.Name} {library.Version}: {(brings ? "it is loaded first" : "load it first")}.",
                    $"{model.Name} with {library.Name} {library.Version}", $"{model.Name} without", blocks: false);
                Load(library);
            }
        }

        if (!JobPlanner.FitsBlockNumbers(model, application, _capacity))
        {
            Add(
                "LOAD_FILE_TOO_LONG",
                Party.Carrier,
                string.Create(CultureInfo.InvariantCulture, $"{application.Name} does not fit into {Tsm.Card.GlobalPlatform.LoadCommand.MaxBlocks} LOAD commands: raise maxLoadBlock or maxSegments of the card model if its cards take more."),
                string.Create(CultureInfo.InvariantCulture, $"{Tsm.Card.GlobalPlatform.LoadCommand.MaxBlocks} LOAD commands of up to {model.MaxLoadBlock} octets"),
                string.Create(CultureInfo.InvariantCulture, $"{application.LoadFile.Length} octets"));
        }
    }

    /// <summary>Checks the memory of all that has to be loaded.</summary>
    public void Memory()
    {
        int needed = _loads.Sum(l => l.Memory);
        if (needed > model.Memory)
        {
            Add(
                "MEMORY_SHORT",
                Party.Provider,
                string.Create(CultureInfo.InvariantCulture, $"needs about {needed} octets of memory, but a fresh {model.Name} has {model.Memory}."),
                string.Create(CultureInfo.InvariantCulture, $"{model.Memory} octets"),
                string.Create(CultureInfo.InvariantCulture, $"{needed} octets"));
        }
    }

    private void Format(CatalogueApplication application)
    {
        if (model.JavaCard is { } card && JavaCardVersions.OfFormat(application.JavaCard) is { } least && !JavaCardVersions.IsAtLeast(card, least))
        {
            Add(
                "CAP_FORMAT_TOO_NEW",
                Party.Provider,
                $"{application.Name} has CAP format {application.JavaCard} of Java Card {least}, but {model.Name} has Java Card {card}: convert it for that version.",
                $"Java Card {card}",
                $"CAP format {application.JavaCard}, Java Card {least}");
        }
    }

    private void Identifier(CatalogueApplication application)
    {
        if (model.Packages.FirstOrDefault(p => p.Aid == application.PackageAid) is { } there)
        {
            Add(
                "PACKAGE_TAKEN",
                Party.Provider,
                $"{application.Name} has the AID {application.PackageAid} of a package that is on every fresh {model.Name}: give it an AID of its own.",
                $"an AID other than {there}",
                $"{application.Package}");
        }
    }

    private void Missing(PackageReference import)
    {
        string name = libraries.FirstOrDefault(a => a.PackageAid == import.Aid)?.Name ?? KnownPackages.Name(import.Aid) ?? import.Aid.ToString();
        PackageReference? other = model.Packages.FirstOrDefault(p => p.Aid == import.Aid)
            ?? libraries.Select(a => a.Package).FirstOrDefault(p => p.Aid == import.Aid);
        string wanted = $"{name} {Version(import)}{JavaCard(import)}";
        if (other is null)
        {
            Add(
                "IMPORT_MISSING",
                KnownPackages.Name(import.Aid) is null ? Party.Carrier : Party.Provider,
                $"needs {wanted}: neither {model.Name} nor the catalogue has it; upload its CAP file, or correct the card model.",
                $"{model.Name} has no {name}",
                wanted);
        }
        else
        {
            Add(
                "IMPORT_VERSION",
                Party.Provider,
                $"needs {wanted}, but there is only {Version(other)}{JavaCard(other)}: build against that version, or correct the card model.",
                $"{name} {Version(other)}{JavaCard(other)}",
                wanted);
        }
    }

    private static string JavaCard(PackageReference package) =>
        package.Aid == KnownPackages.Framework && JavaCardVersions.OfFramework(package) is { } version ? $" (Java Card {version})" : "";

    private static string Version(PackageReference package) => string.Create(CultureInfo.InvariantCulture, $"{package.Major}.{package.Minor}");
}
