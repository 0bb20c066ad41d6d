using Tsm.Explain;

namespace Tsm.Server.Contracts;

/// <summary>Asks what octets are.</summary>
/// <param name="Octets">Octets of any kind, hexadecimal.</param>
/// <param name="Card">ICCID or MSISDN of a card whose key sets are tried.</param>
/// <param name="Asked">SPI2, KIc and KID of the command that a response answers, six hexadecimal digits.</param>
/// <param name="After">INS of the command that a status word answers, two hexadecimal digits.</param>
public sealed record ExplainRequest(string? Octets, string? Card, string? Asked, string? After);

/// <summary>What octets are, and what they come to.</summary>
/// <param name="Kind">The kind of octets.</param>
/// <param name="Title">The kind for people.</param>
/// <param name="Octets">All of them, field by field.</param>
/// <param name="Verdict">What they come to.</param>
/// <param name="Alternatives">Other things that they could be.</param>
public sealed record ExplanationView(string Kind, string Title, PartView Octets, VerdictView Verdict, IReadOnlyList<string> Alternatives)
{
    /// <summary>An explanation as the API shows it.</summary>
    public static ExplanationView From(Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        return new(explanation.Kind, explanation.Title, PartView.From(explanation.Root), VerdictView.From(explanation.Verdict), explanation.Alternatives);
    }
}

/// <summary>A field, or a group of fields.</summary>
/// <param name="Name">As the standard names it.</param>
/// <param name="Offset">Where it begins in what was given; absent where the octets were deciphered or put together.</param>
/// <param name="Octets">Its octets, hexadecimal; absent where a secret is among them.</param>
/// <param name="Meaning">What they mean.</param>
/// <param name="Fault">Whether something is wrong here.</param>
/// <param name="Parts">What a group consists of.</param>
public sealed record PartView(string Name, int? Offset, string? Octets, string? Meaning, bool Fault, IReadOnlyList<PartView>? Parts)
{
    /// <summary>A part as the API shows it.</summary>
    public static PartView From(Part part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return new(
            part.Name, part.Offset, part.Octets.IsEmpty ? null : part.Octets.ToString(), part.Meaning, part.IsFault,
            part.Parts.IsEmpty ? null : [.. part.Parts.Select(From)]);
    }
}

/// <summary>What octets, or a job, come to.</summary>
/// <param name="Layer">Where.</param>
/// <param name="Code">The layer's own code, or one of ours in upper case.</param>
/// <param name="Name">The name of the code.</param>
/// <param name="Meaning">What it says.</param>
/// <param name="Cause">The likely cause.</param>
/// <param name="Next">What to do next.</param>
/// <param name="Trouble">Whether something is wrong, or may be.</param>
public sealed record VerdictView(string Layer, string Code, string Name, string Meaning, string Cause, string Next, bool Trouble)
{
    /// <summary>A verdict as the API shows it.</summary>
    public static VerdictView From(Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return new(verdict.Layer, verdict.Code, verdict.Name, verdict.Meaning, verdict.Cause, verdict.Next, verdict.IsTrouble);
    }
}

/// <summary>Why a job came out as it did.</summary>
/// <param name="Job">The job with its evidence.</param>
/// <param name="Verdict">What it comes to.</param>
/// <param name="Steps">What happened, the oldest first, with the octets explained.</param>
public sealed record JobExplanation(JobDetails Job, VerdictView Verdict, IReadOnlyList<ExplainedStep> Steps);

/// <summary>Something that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Text">In words.</param>
/// <param name="Explanation">Its octets, where it had any.</param>
public sealed record ExplainedStep(DateTimeOffset At, string Kind, string Text, ExplanationView? Explanation);
