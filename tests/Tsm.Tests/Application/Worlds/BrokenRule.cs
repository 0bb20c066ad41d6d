namespace Tsm.Tests.Application.Worlds;

/// <summary>A rule broken on purpose, to see that the worlds notice.</summary>
public enum BrokenRule
{
    /// <summary>None.</summary>
    None,

    /// <summary>A packet leaves before the turn that made it is durable.</summary>
    SendsBeforeRemembering,

    /// <summary>An answer is acknowledged and forgotten.</summary>
    ForgetsAnswers,

    /// <summary>An unsigned answer counts as if the card had signed it.</summary>
    TrustsUnsignedAnswers,
}

/// <summary>Something that must hold in every world does not.</summary>
/// <param name="rule">Which, in the words by which failures are compared.</param>
/// <param name="found">What was seen.</param>
internal sealed class RuleBrokenException(string rule, string found) : Exception($"{rule}: {found}")
{
    public string Rule => rule;
}
