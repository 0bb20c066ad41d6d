using Tsm.Application.Applications;

namespace Tsm.Server.Contracts;

/// <summary>An application or library of the catalogue.</summary>
/// <param name="Id">Its id: the first 16 digits of its hash.</param>
/// <param name="Name">What people call it.</param>
/// <param name="PackageAid">AID of the executable load file.</param>
/// <param name="PackageName">The Java package, where the CAP says it.</param>
/// <param name="Version">Version of the package, <c>major.minor</c>.</param>
/// <param name="JavaCard">Version of the CAP format, <c>major.minor</c>.</param>
/// <param name="Library">Whether there is nothing to install: other packages import it.</param>
/// <param name="Applets">AIDs of the executable modules.</param>
/// <param name="Imports">The packages it needs.</param>
/// <param name="LoadFileSize">Size of the load file in octets.</param>
/// <param name="Memory">Estimated non-volatile memory on the card in octets.</param>
/// <param name="Sha256">Of the load file data block, hexadecimal.</param>
/// <param name="UploadedAt">When it was uploaded.</param>
/// <param name="Compatibility">On which card models it can be installed, and why not on the others.</param>
public sealed record ApplicationDetails(
    string Id,
    string Name,
    string PackageAid,
    string? PackageName,
    string Version,
    string JavaCard,
    bool Library,
    IReadOnlyList<string> Applets,
    IReadOnlyList<ImportSummary> Imports,
    int LoadFileSize,
    int Memory,
    string Sha256,
    DateTimeOffset UploadedAt,
    IReadOnlyList<ModelCompatibility> Compatibility);

/// <summary>A package that an application needs.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="Name">Its Java name, where it is known.</param>
/// <param name="Version">The least version, <c>major.minor</c>.</param>
public sealed record ImportSummary(string Aid, string? Name, string Version);

/// <summary>Whether an application fits a card model.</summary>
/// <param name="Model">The name of the card model.</param>
/// <param name="Ok">Whether it can be installed on a fresh card as it is.</param>
/// <param name="Reasons">Why not, and what to do; one sentence each.</param>
/// <param name="Findings">The same for programs, in the same order.</param>
public sealed record ModelCompatibility(string Model, bool Ok, IReadOnlyList<string> Reasons, IReadOnlyList<CompatibilityReason> Findings)
{
    /// <summary>The verdict as the API shows it.</summary>
    public static ModelCompatibility From(Compatibility compatibility)
    {
        ArgumentNullException.ThrowIfNull(compatibility);
        return new(
            compatibility.Model,
            compatibility.Ok,
            compatibility.Reasons,
            [.. compatibility.Findings.Select(f => new CompatibilityReason(f.Code, f.Blocks, f.Text, f.Expected, f.Found, f.FixedBy))]);
    }
}

/// <summary>One reason why an application does not fit a card model, or what has to come first.</summary>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Blocks">Whether it keeps the application off such cards.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Expected">What the card model offers or allows.</param>
/// <param name="Found">What the application asks for.</param>
/// <param name="FixedBy">Who can do something about it.</param>
public sealed record CompatibilityReason(string Code, bool Blocks, string Reason, string Expected, string Found, Party FixedBy);
