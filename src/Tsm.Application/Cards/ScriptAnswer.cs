using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;

namespace Tsm.Application.Cards;

/// <summary>What a proven answer says of the commands of a script, the same for either format.</summary>
/// <remarks>
/// TS 102 226 §5.1.2 and §5.2.2. A script runs until its first failing command, so the commands from the first on have succeeded,
/// one may have failed, and of the rest the answer says nothing. That is not the same as saying that they were not executed.
/// </remarks>
internal sealed record ScriptAnswer
{
    /// <summary>How many commands the card says it has executed.</summary>
    public required int Executed { get; init; }

    /// <summary>How many commands, from the first on, have succeeded.</summary>
    public required int Succeeded { get; init; }

    /// <summary>The status word of the command after these, which has failed; null if none has.</summary>
    public StatusWord? Failure { get; init; }

    /// <summary>Why the card did not take the next object of the script; null if it did.</summary>
    public ScriptFault? Fault { get; init; }

    /// <summary>The last status word that counts: that of the failure, or of the last command that was answered.</summary>
    public StatusWord? Status { get; init; }

    /// <summary>The data that comes with <see cref="Status"/>.</summary>
    public Octets Data { get; init; }

    /// <summary>Reads an answer to a script.</summary>
    /// <param name="format">The format of the script, which is that of its answer.</param>
    /// <param name="data">The secured data of the response packet.</param>
    /// <param name="parts">What the commands of the script are for.</param>
    /// <param name="answer">What the answer says.</param>
    /// <param name="error">Why it is no answer in this format.</param>
    public static bool TryRead(
        ScriptFormat format, Octets data, ImmutableArray<StepPart> parts, out ScriptAnswer answer, out PacketError error)
    {
        if (format == ScriptFormat.Expanded)
        {
            bool expanded = ExpandedResponse.TryParse(data.Span, out ExpandedResponse response, out error);
            answer = Of(response, parts.Length);
            return expanded;
        }

        bool compact = CompactResponse.TryParse(data.Span, out CompactResponse last, out error);
        answer = Of(last, parts);
        return compact;
    }

    /// <summary>What it says, for people.</summary>
    /// <param name="commands">The commands of the script.</param>
    /// <param name="description">What they are for.</param>
    public string Describe(int commands, string description) =>
        $"{Executed} of {commands} commands ({description}), {(Status is { } status ? $"SW {status}{(status.IsSuccess ? "" : $", {status.Name}")}" : "no SW")}."
        + (Fault is { } fault ? $" {fault.Meaning}" : "");

    private static ScriptAnswer Of(CompactResponse response, ImmutableArray<StepPart> parts)
    {
        bool success = !response.Status.IsError;

        // Whether GET RESPONSE is counted differs between cards: judge by SW.
        int counted = success && parts[^1].Purpose == Purpose.GetResponse && response.Executed == parts.Length - 1 ? parts.Length : response.Executed;
        return new()
        {
            Executed = response.Executed,
            Succeeded = Math.Clamp(success ? counted : counted - 1, 0, success ? parts.Length : parts.Length - 1),
            Failure = success ? null : response.Status,
            Status = response.Status,
            Data = response.Data,
        };
    }

    private static ScriptAnswer Of(ExpandedResponse response, int commands)
    {
        ImmutableArray<ResponseApdu> answers = response.Responses;
        answers = answers.Length > commands ? answers[..commands] : answers;
        int failed = answers.FindIndex(a => a.Status.IsError);
        int succeeded = failed >= 0 ? failed : answers.Length;

        // The last answer is that of the last command executed, and nothing fails in silence: where the card counts them all and has
        // left out answers to some, all have succeeded.
        bool all = failed < 0 && succeeded > 0 && response is { IsCut: false, Fault: null } && response.Executed == commands;
        ResponseApdu? told = failed >= 0 ? answers[failed] : answers is [.., var last] ? last : null;
        return new()
        {
            Executed = response.Executed ?? answers.Length,
            Succeeded = all ? commands : succeeded,
            Failure = failed >= 0 ? told!.Value.Status : null,
            Fault = failed < 0 && succeeded < commands ? response.Fault : null,
            Status = told?.Status,
            Data = told?.Data ?? default,
        };
    }
}
