using System.Collections.Immutable;
using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Applications;

/// <summary>An application (or library) of the catalogue: one load file, never changed once it is there.</summary>
/// <param name="Id">Internal id: the first 16 hexadecimal digits of <paramref name="Sha256"/>.</param>
/// <param name="Name">What people call it.</param>
/// <param name="PackageAid">The AID of the executable load file.</param>
/// <param name="PackageName">The Java package, where the CAP says it.</param>
/// <param name="Version">Package version, <c>major.minor</c>.</param>
/// <param name="JavaCard">Version of the CAP format, <c>major.minor</c>.</param>
/// <param name="Applets">AIDs of the executable modules; empty for a library.</param>
/// <param name="Imports">The packages it needs.</param>
/// <param name="LoadFile">The load file data block in its C4 envelope, as LOAD commands carry it.</param>
/// <param name="Memory">Estimated non-volatile memory on the card, in octets.</param>
/// <param name="Sha256">Of the load file data block, hexadecimal.</param>
public sealed record CatalogueApplication(
    string Id,
    string Name,
    Aid PackageAid,
    string? PackageName,
    string Version,
    string JavaCard,
    ImmutableArray<Aid> Applets,
    ImmutableArray<PackageReference> Imports,
    Octets LoadFile,
    int Memory,
    string Sha256,
    DateTimeOffset UploadedAt)
{
    /// <summary>Whether there is nothing to install: other packages import it.</summary>
    public bool IsLibrary => Applets.IsEmpty;

    /// <summary>What importers see: its package with its version.</summary>
    public PackageReference Package
    {
        get
        {
            string[] parts = Version.Split('.');
            return new(
                PackageAid,
                int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture),
                int.Parse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>A package by AID with its version.</summary>
public sealed record PackageReference(Aid Aid, int Major, int Minor)
{
    /// <summary>Whether a package of this version serves one that imports <paramref name="wanted"/> (JCVM 4.4: same major, at least that minor).</summary>
    public bool Satisfies(PackageReference wanted) => Aid == wanted.Aid && Major == wanted.Major && Minor >= wanted.Minor;

    /// <inheritdoc/>
    public override string ToString() => $"{Aid} {Major}.{Minor}";
}
