using Tsm.Cli.Api;
using Tsm.Cli.Caps;

namespace Tsm.Cli.Demo;

/// <summary>A CAP file that was read.</summary>
internal sealed record DemoPackage(string Path, byte[] Content, CapReport Cap)
{
    /// <summary>What to call it.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);
}

/// <summary>Finds the libraries that a package needs beside it, and what those need.</summary>
internal static class LibraryLookup
{
    /// <summary>The libraries in the order in which they have to be loaded.</summary>
    /// <param name="package">The package.</param>
    /// <param name="candidates">What lies beside it; read only when something is missing.</param>
    /// <param name="onCards">Whether a package, by AID and version, is on every card anyway.</param>
    /// <exception cref="ProblemException">A library is nowhere, is too old, or needs itself.</exception>
    public static IReadOnlyList<DemoPackage> Find(
        DemoPackage package, Func<IReadOnlyList<DemoPackage>> candidates, Func<ImportReport, bool> onCards)
    {
        var ordered = new List<DemoPackage>();
        var lazy = new Lazy<IReadOnlyList<DemoPackage>>(candidates);
        Visit(package, [package.Cap.PackageAid]);
        return ordered;

        void Visit(DemoPackage needing, IReadOnlyList<string> path)
        {
            foreach (ImportReport import in needing.Cap.Imports.Where(i => !onCards(i)))
            {
                if (path.Contains(import.Aid, StringComparer.Ordinal))
                {
                    throw Circle(needing, import);
                }

                if (ordered.Exists(l => string.Equals(l.Cap.PackageAid, import.Aid, StringComparison.Ordinal)))
                {
                    continue;
                }

                DemoPackage library = Choose(needing, import, lazy.Value);
                Visit(library, [.. path, import.Aid]);
                ordered.Add(library);
            }
        }
    }

    /// <summary>Reads every CAP file of a folder that is one.</summary>
    public static IReadOnlyList<DemoPackage> ReadFolder(string folder, string except)
    {
        var packages = new List<DemoPackage>();
        foreach (string path in Directory.EnumerateFiles(folder, "*.cap").Order(StringComparer.Ordinal))
        {
            if (string.Equals(Path.GetFullPath(path), Path.GetFullPath(except), StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                byte[] content = File.ReadAllBytes(path);
                packages.Add(new(path, content, CapReading.Read(content, path)));
            }
            catch (Exception fault) when (fault is ProblemException or IOException or UnauthorizedAccessException)
            {
                // Somebody else's file; if it was the one we need, its package will be missed by name.
            }
        }

        return packages;
    }

    /// <summary>Whether a version serves an import: the same major version, and a minor version not lower (JCVM 3.0.4 §4.5).</summary>
    public static bool Serves(string version, string needed)
    {
        (int major, int minor) = Split(version);
        (int neededMajor, int neededMinor) = Split(needed);
        return major == neededMajor && minor >= neededMinor;
    }

    private static (int Major, int Minor) Split(string version)
    {
        string[] parts = version.Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], System.Globalization.CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out int minor)
            ? (major, minor)
            : (-1, -1);
    }

    private static DemoPackage Choose(DemoPackage needing, ImportReport import, IReadOnlyList<DemoPackage> candidates)
    {
        // Test suites give one AID to many files: what has no applet of its own is what others import.
        DemoPackage[] same = [.. candidates
            .Where(c => string.Equals(c.Cap.PackageAid, import.Aid, StringComparison.Ordinal))
            .OrderBy(c => c.Cap.Applets.Count)];
        return Array.Find(same, c => Serves(c.Cap.Version, import.Version)) ?? throw Missing(needing, import, same);
    }

    private static ProblemException Missing(DemoPackage needing, ImportReport import, DemoPackage[] others) => new(
        new()
        {
            Title = "A library is missing",
            Detail = $"{needing.Name} needs {import.Name ?? import.Aid} {import.Version}, which is neither on the cards nor in the same folder.",
            Layer = "cap",
            Code = "LIBRARY_NOT_FOUND",
            Cause = others.Length == 0 ? "No CAP file there has this package AID." : "The CAP file there has another version.",
            Next = $"Put the library's CAP file beside {needing.Path} and try again.",
            Evidence =
            [
                $"package AID {import.Aid}, version {import.Version} or a later one of the same major version",
                .. others.Select(o => $"{o.Path} is version {o.Cap.Version}"),
            ],
        },
        ExitCode.Usage);

    private static ProblemException Circle(DemoPackage needing, ImportReport import) => new(
        new()
        {
            Title = "Libraries need each other in a circle",
            Detail = $"{needing.Name} needs {import.Name ?? import.Aid}, which needs {needing.Name}.",
            Layer = "cap",
            Code = "LIBRARY_CIRCLE",
            Cause = "A load file can only import packages that are on the card already.",
            Next = "Take one of the imports out.",
        },
        ExitCode.Usage);
}
