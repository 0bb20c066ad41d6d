using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Explain;

/// <summary>What octets are, field by field, and what they say.</summary>
/// <param name="Kind">For programs: <c>smpp</c>, <c>tpdu</c>, <c>envelope</c>, <c>proactive-command</c>, <c>user-data</c>, <c>command-packet</c>, <c>response-packet</c>, <c>script</c>, <c>script-response</c>, <c>apdu</c>, <c>apdus</c>, <c>response</c>, <c>tlv</c>, <c>cap</c>, <c>por-status</c> or <c>unknown</c>.</param>
/// <param name="Title">For people.</param>
/// <param name="Root">All octets.</param>
/// <param name="Verdict">What it comes to.</param>
public sealed record Explanation(string Kind, string Title, Part Root, Verdict Verdict)
{
    /// <summary>Other things that the same octets could be, each with a title.</summary>
    public ImmutableArray<string> Alternatives { get; init; } = [];
}

/// <summary>A field, or a group of fields.</summary>
/// <param name="Name">As the standard names it.</param>
/// <param name="Octets">Its octets; of secrets there are none.</param>
public sealed record Part(string Name, Octets Octets)
{
    /// <summary>Where it begins in what was given; null where the octets were made: deciphered, or put together.</summary>
    public int? Offset { get; init; }

    /// <summary>What the octets mean; null where the parts say it.</summary>
    public string? Meaning { get; init; }

    /// <summary>Whether this is where something is wrong.</summary>
    public bool IsFault { get; init; }

    /// <summary>What it consists of; empty for a field.</summary>
    public ImmutableArray<Part> Parts { get; init; } = [];
}

/// <summary>What octets come to: never a raw code alone.</summary>
/// <param name="Layer">Where: smpp, sms, scp80, script, globalplatform, apdu, cap or input.</param>
/// <param name="Code">The layer's own code, such as <c>6A84</c>, or one of ours in upper case.</param>
/// <param name="Name">The name of the code.</param>
/// <param name="Meaning">What it says, in a sentence.</param>
/// <param name="Cause">The likely cause.</param>
/// <param name="Next">What to do next.</param>
public sealed record Verdict(string Layer, string Code, string Name, string Meaning, string Cause, string Next)
{
    /// <summary>Whether something is wrong, or may be.</summary>
    public bool IsTrouble { get; init; }
}
