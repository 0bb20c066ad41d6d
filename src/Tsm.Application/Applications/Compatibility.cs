using System.Collections.Immutable;
using Tsm.Application.Cards;

namespace Tsm.Application.Applications;

/// <summary>Whether an application can be installed on fresh cards of a model, told before the first short message leaves.</summary>
/// <param name="Model">The name of the card model.</param>
/// <param name="Findings">Why not, or what comes first.</param>
public sealed record Compatibility(string Model, ImmutableArray<CompatibilityFinding> Findings)
{
    /// <summary>Whether it can, once the libraries are loaded that a finding names.</summary>
    public bool Ok => Findings.All(f => !f.Blocks);

    /// <summary>The findings as sentences.</summary>
    public ImmutableArray<string> Reasons => [.. Findings.Select(f => f.Text)];

    /// <summary>Checks format, imports, memory, AIDs and the number of LOAD commands of an application against a card model.</summary>
    /// <param name="application">The application.</param>
    /// <param name="model">The card model.</param>
    /// <param name="catalogue">All applications of the tenant: an import that the model lacks may be served by one of them.</param>
    public static Compatibility Check(
        CatalogueApplication application, CardModel model, IReadOnlyCollection<CatalogueApplication> catalogue)
    {
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(catalogue);
        var check = new CompatibilityCheck(model, catalogue);
        check.Load(application);
        check.Memory();
        return check.Verdict();
    }
}

/// <summary>One reason why an application does not fit a card model, or what has to come first.</summary>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Blocks">Whether it keeps the application off such cards.</param>
/// <param name="Text">One sentence for people.</param>
/// <param name="Expected">What the card model offers or allows.</param>
/// <param name="Found">What the application asks for.</param>
/// <param name="FixedBy">Who can do something about it.</param>
public sealed record CompatibilityFinding(string Code, bool Blocks, string Text, string Expected, string Found, Party FixedBy);

/// <summary>Who can mend something.</summary>
public enum Party
{
    /// <summary>The application provider.</summary>
    Provider,

    /// <summary>The carrier.</summary>
    Carrier,
}
