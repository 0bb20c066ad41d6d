using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.BlankCards;

/// <summary>One command of writing a card, with its purpose and what the card must answer.</summary>
/// <remarks>Print the step, not its command: the step leaves keys and codes out.</remarks>
/// <param name="Command">The command.</param>
/// <param name="Purpose">What it is for, in a few words; it quotes no secret.</param>
/// <param name="Expectation">What the card must answer.</param>
public sealed record CardStep(CommandApdu Command, string Purpose, StepExpectation Expectation)
{
    /// <summary>Whether the command carries a key or a code, so that its data belongs in no log.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The content that is expected, where it is compared.</summary>
    public Octets Content { get; init; }

    /// <summary>The attempts that must be left, where they are asked for.</summary>
    public int LeastAttempts { get; init; }

    /// <summary>Judges the answer.</summary>
    /// <param name="response">What the card answered, its data fetched.</param>
    /// <param name="problem">Empty, or one sentence on why the writing stops here.</param>
    public bool Accepts(ResponseApdu response, out string problem)
    {
        problem = Expectation switch
        {
            StepExpectation.AttemptsLeft => JudgeAttempts(response.Status),
            _ when !response.Status.IsSuccess =>
                $"To {Purpose} got {response.Status}, {response.Status.Name}.{Advice(response.Status)}",
            StepExpectation.SameContent when response.Data != Content =>
                $"To {Purpose} got {response.Data}, expected {Content}.",
            _ => "",
        };
        return problem.Length == 0;
    }

    /// <summary>The purpose and the header of the command; the data only where it is no secret.</summary>
    public override string ToString() => IsSecret
        ? $"{Purpose}: {Command.Cla:X2}{Command.Ins:X2}{Command.P1:X2}{Command.P2:X2} and {Command.Data.Length} secret octets"
        : $"{Purpose}: {Command}";

    // TS 102 221 §10.2.1.4: 63Cx tells the attempts, 6983 that there are none, success that nothing need be verified.
    private string JudgeAttempts(StatusWord status)
    {
        if (status.IsSuccess)
        {
            return "";
        }

        if (status.Value == 0x6983)
        {
            return "The administrative code is blocked: this card cannot be written any more.";
        }

        if (status.Sw1 != 0x63 || (status.Sw2 & 0xF0) != 0xC0)
        {
            return $"To {Purpose} got {status}, {status.Name}: the attempts left are unknown, so none is made.";
        }

        int left = status.Sw2 & 0x0F;
        return left >= LeastAttempts
            ? ""
            : $"Only {left} attempts are left for the administrative code, {LeastAttempts} are required: check the code first.";
    }

    private string Advice(StatusWord status) => (Expectation, status) switch
    {
        (StepExpectation.Verified, _) => " Do not repeat it: every attempt counts, and a blocked card is lost.",
        (_, { Value: 0x6982 }) => " The administrative code was not accepted for this file.",
        (_, { Value: 0x6700 }) => " The size of the file or of its records is another one: take it from its FCP.",
        (_, { Value: 0x6A82 }) => " This card has no such file: check the model.",
        _ => "",
    };
}

/// <summary>What a card must answer to a step.</summary>
public enum StepExpectation
{
    /// <summary>Success.</summary>
    Success,

    /// <summary>Success; a failure has cost an attempt and must not be repeated.</summary>
    Verified,

    /// <summary>The number of attempts that are left, and enough of them.</summary>
    AttemptsLeft,

    /// <summary>Success and the content that was written before.</summary>
    SameContent,
}
