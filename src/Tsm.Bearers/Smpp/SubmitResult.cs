namespace Tsm.Bearers.Smpp;

/// <summary>What became of a submit_sm.</summary>
public abstract record SubmitResult
{
    private SubmitResult()
    {
    }

    /// <summary>The SMSC took the message.</summary>
    /// <param name="MessageId">How it calls the message; empty or not unique with some SMSCs.</param>
    public sealed record Accepted(string MessageId) : SubmitResult;

    /// <summary>The SMSC refused the message; <see cref="CommandStatus.Disposition"/> says what to do.</summary>
    /// <param name="Status">Why.</param>
    public sealed record Refused(CommandStatus Status) : SubmitResult;

    /// <summary>The message may have reached the SMSC: send it again only when no PoR comes.</summary>
    /// <param name="Reason">Why, as part of a sentence.</param>
    public sealed record Unknown(string Reason) : SubmitResult;

    /// <summary>No octet of the message left, or the SMSC put it off: it can be sent again without harm.</summary>
    /// <param name="Reason">Why, as part of a sentence.</param>
    public sealed record NotSent(string Reason) : SubmitResult;
}
