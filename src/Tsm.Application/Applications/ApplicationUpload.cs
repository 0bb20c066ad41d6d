using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Tsm.Application.Jobs;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;

namespace Tsm.Application.Applications;

/// <summary>Makes an entry of the catalogue from a CAP file, or says why not.</summary>
public static class ApplicationUpload
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    private const int IdLength = 16;

    /// <summary>Reads a CAP file.</summary>
    /// <param name="archive">The content of the file.</param>
    /// <param name="name">What people shall call it; the name of its package when null or empty.</param>
    /// <param name="at">The time of the upload.</param>
    /// <param name="application">The entry.</param>
    /// <param name="problem">Why the file was refused: component, offset and next step.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> archive,
        string? name,
        DateTimeOffset at,
        [NotNullWhen(true)] out CatalogueApplication? application,
        [NotNullWhen(false)] out Problem? problem)
    {
        application = null;
        problem = NameProblem(name);
        if (problem is not null)
        {
            return false;
        }

        if (!CapFile.TryRead(archive, out CapFile? cap, out CapFault fault))
        {
            problem = FaultProblem(fault);
            return false;
        }

        Octets block = cap.LoadFileDataBlock();
        string sha256 = Convert.ToHexString(SHA256.HashData(block.Span));
        application = new(
            sha256[..IdLength],
            string.IsNullOrWhiteSpace(name) ? cap.PackageName : name.Trim(),
            cap.PackageAid,
            cap.PackageName,
            Version(cap.PackageVersion.Major, cap.PackageVersion.Minor),
            Version(cap.JavaCardVersion.Major, cap.JavaCardVersion.Minor),
            [.. cap.Applets.Select(a => a.Aid)],
            [.. cap.Imports.Select(i => new PackageReference(i.Aid, i.Major, i.Minor))],
            Tsm.Card.CapFiles.LoadFile.Wrap(block),
            cap.MemoryEstimate,
            sha256,
            at);
        return true;
    }

    private static Problem? NameProblem(string? name) => name is null || (name.Trim().Length <= MaxNameLength && !name.Any(char.IsControl))
        ? null
        : new(
            "api",
            "NAME_INVALID",
            "Name invalid",
            $"A name has at most {MaxNameLength} characters and no control characters.",
            "The parameter name is longer or holds others.",
            "Choose a shorter name, or leave it out.",
            []);

    private static Problem FaultProblem(CapFault fault) => new(
        "cap",
        "CAP_INVALID",
        "CAP file invalid",
        $"{fault.Component}: {fault.Problem.TrimEnd('.')}.",
        "The file is no CAP file, was damaged on its way, or was made by a converter that departs from the format.",
        fault.NextStep,
        [string.Create(CultureInfo.InvariantCulture, $"component {fault.Component}, offset {fault.Offset}")]);

    private static string Version(int major, int minor) => string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}");
}
