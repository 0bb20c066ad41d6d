using Tsm.Explain;

namespace Tsm.Cli.Explaining;

/// <summary>An explanation for programs.</summary>
internal sealed record ExplanationReport(string Kind, string Title, PartReport Octets, VerdictReport Verdict, IReadOnlyList<string> Alternatives)
{
    public static ExplanationReport Of(Explanation explanation) => new(
        explanation.Kind, explanation.Title, PartReport.Of(explanation.Root), VerdictReport.Of(explanation.Verdict), explanation.Alternatives);
}

/// <summary>A field or a group of fields.</summary>
internal sealed record PartReport(string Name, int? Offset, string? Octets, string? Meaning, bool Fault, IReadOnlyList<PartReport>? Parts)
{
    public static PartReport Of(Part part) => new(
        part.Name, part.Offset, part.Octets.IsEmpty ? null : part.Octets.ToString(), part.Meaning, part.IsFault,
        part.Parts.IsEmpty ? null : [.. part.Parts.Select(Of)]);
}

/// <summary>What it comes to.</summary>
internal sealed record VerdictReport(string Layer, string Code, string Name, string Meaning, string Cause, string Next, bool Trouble)
{
    public static VerdictReport Of(Verdict verdict) =>
        new(verdict.Layer, verdict.Code, verdict.Name, verdict.Meaning, verdict.Cause, verdict.Next, verdict.IsTrouble);
}
