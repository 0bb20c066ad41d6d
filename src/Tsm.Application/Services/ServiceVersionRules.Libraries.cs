using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Card.CapFiles;

namespace Tsm.Application.Services;

/// <summary>Dependencies between load files: every import is served by cards, or by a library that is loaded before.</summary>
public sealed partial class ServiceVersionRules
{
    private const int MaxLibraries = 16;

    private ImmutableArray<string> Libraries(CatalogueApplication application)
    {
        IReadOnlyList<CatalogueApplication>? libraries = _draft.Libraries is null ? Derive(application) : Named(application, _draft.Libraries);
        if (libraries is null)
        {
            return [];
        }

        CheckOrder(application, libraries);
        return [.. libraries.Select(l => l.Id)];
    }

    /// <summary>Those that were named; null when one of them cannot be had.</summary>
    private List<CatalogueApplication>? Named(CatalogueApplication application, IReadOnlyList<string> names)
    {
        if (names.Count > MaxLibraries)
        {
            Fault("libraries", "FIELD_INVALID", $"A version has at most {MaxLibraries} libraries, these are {names.Count}.", "Put some of them together.");
            return null;
        }

        List<CatalogueApplication> found = [];
        bool complete = true;
        for (int i = 0; i < names.Count; i++)
        {
            string field = At("libraries", i);
            CatalogueApplication? library = LoadFile(field, names[i]);
            if (library is null)
            {
                complete = false;
            }
            else if (!library.IsLibrary)
            {
                Fault(field, "LIBRARY_HAS_APPLETS", $"{library.Name} has applets: it is no library.", "Name load files without applets.");
            }
            else if (found.Contains(library) || string.Equals(library.Id, application.Id, StringComparison.Ordinal))
            {
                Fault(field, "LIBRARY_TWICE", $"{library.Name} stands there already.", "Name every load file once.");
            }
            else
            {
                found.Add(library);
            }
        }

        return complete ? found : null;
    }

    /// <summary>Finds what imports ask for, dependencies first.</summary>
    private List<CatalogueApplication> Derive(CatalogueApplication application)
    {
        List<CatalogueApplication> ordered = [];
        Visit(application, []);
        return ordered;

        void Visit(CatalogueApplication importer, ImmutableStack<string> path)
        {
            foreach (PackageReference import in Open(importer))
            {
                CatalogueApplication? library = _around.Usable
                    .Where(a => a.IsLibrary && a.Package.Satisfies(import))
                    .MaxBy(a => a.Package.Minor);
                if (library is null || path.Contains(library.Id, StringComparer.Ordinal) || ordered.Contains(library) || ordered.Count == MaxLibraries)
                {
                    continue;
                }

                Visit(library, path.Push(importer.Id));
                if (!ordered.Contains(library))
                {
                    ordered.Add(library);
                }
            }
        }
    }

    private void CheckOrder(CatalogueApplication application, IReadOnlyList<CatalogueApplication> libraries)
    {
        CatalogueApplication[] loads = [.. libraries, application];
        for (int i = 0; i < loads.Length; i++)
        {
            foreach (PackageReference import in Open(loads[i]).Where(w => !loads[..i].Any(l => l.Package.Satisfies(w))))
            {
                FaultOf(loads[i], import, loads[i..]);
            }

            if (i < libraries.Count && !loads[(i + 1)..].Any(l => l.Imports.Any(loads[i].Package.Satisfies)))
            {
                Fault(
                    At("libraries", i), "LIBRARY_UNUSED", $"Nothing that is loaded after {loads[i].Name} imports it.", "Leave it out, or put it before what imports it.");
            }
        }
    }

    private void FaultOf(CatalogueApplication importer, PackageReference import, CatalogueApplication[] rest)
    {
        string name = _around.Usable.FirstOrDefault(a => a.PackageAid == import.Aid)?.Name ?? KnownPackages.Name(import.Aid) ?? import.Aid.ToString();
        string wanted = $"{importer.Name} imports {name} {import.Major}.{import.Minor}";
        if (rest.FirstOrDefault(l => l.Package.Satisfies(import)) is { } later)
        {
            bool cycle = Reaches(later, importer, rest);
            Fault(
                "libraries",
                cycle ? "LIBRARY_CYCLE" : "LIBRARY_ORDER",
                cycle ? $"{wanted}, and {later.Name} needs {importer.Name}: neither can be loaded first." : $"{wanted}, but {later.Name} is loaded after it.",
                cycle ? "Take the dependency apart: a card links a load file when it is loaded." : $"Put {later.Name} before {importer.Name}.");
        }
        else if (_around.Usable.FirstOrDefault(a => a.IsLibrary && a.Package.Satisfies(import)) is { } library)
        {
            // The path that leads from a library back to its importer is why it could not be put in front.
            bool cycle = Reaches(library, importer, _around.Usable);
            Fault(
                "libraries",
                cycle ? "LIBRARY_CYCLE" : "LIBRARY_MISSING",
                cycle ? $"{wanted}, and {library.Name} needs {importer.Name}: neither can be loaded first." : $"{wanted}, which no card model has and no library of this version is.",
                cycle ? "Take the dependency apart: a card links a load file when it is loaded." : $"Add {library.Name} ({library.Id}) to the libraries.");
        }
        else
        {
            Fault(
                "libraries",
                "IMPORT_MISSING",
                $"{wanted}{(string.Equals(name, import.Aid.ToString(), StringComparison.Ordinal) ? "" : $" ({import.Aid})")}, which neither a card model nor a load file provides.",
                "Upload the CAP file of that package, or build against one that cards have.");
        }
    }

    /// <summary>Imports that no card model serves by itself.</summary>
    private IEnumerable<PackageReference> Open(CatalogueApplication application) =>
        application.Imports.Where(i => !_around.Models.Any(m => m.Packages.Any(p => p.Satisfies(i))));

    private static bool Reaches(CatalogueApplication from, CatalogueApplication to, IReadOnlyCollection<CatalogueApplication> among)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<CatalogueApplication> open = new([from]);
        while (open.TryPop(out CatalogueApplication? one))
        {
            if (string.Equals(one.Id, to.Id, StringComparison.Ordinal))
            {
                return true;
            }

            if (seen.Add(one.Id))
            {
                foreach (CatalogueApplication next in among.Append(to).Where(a => one.Imports.Any(a.Package.Satisfies)))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}
