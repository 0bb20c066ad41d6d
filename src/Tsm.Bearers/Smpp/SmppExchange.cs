using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>A request of the peer.</summary>
/// <param name="Id">What is asked.</param>
/// <param name="Sequence">Its sequence_number.</param>
/// <param name="Body">Its undecoded body.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SmppRequest(CommandId Id, uint Sequence, Octets Body)
{
    /// <summary>What is asked; the body is left out.</summary>
    public override string ToString() => $"{Id} {Sequence}";
}

/// <summary>The answer to a request of the peer.</summary>
/// <param name="Status">command_status.</param>
/// <param name="Body">The encoded body; usually empty if the status is not zero.</param>
/// <param name="IsNack">Whether generic_nack is sent instead of the response of the operation.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SmppResponse(CommandStatus Status, Octets Body = default, bool IsNack = false)
{
    /// <summary>generic_nack for an operation that is not served (SMPP 3.4 §4.3.1).</summary>
    public static SmppResponse Unsupported => new(CommandStatus.InvalidCommandId, IsNack: true);

    /// <summary>generic_nack for a body that does not fill its PDU (SMPP 3.4 §4.3.1).</summary>
    public static SmppResponse Malformed => new(CommandStatus.InvalidCommandLength, IsNack: true);

    /// <summary>No answer at all: what a peer meets whose answer gets lost.</summary>
    public static SmppResponse None => new() { IsSilent = true };

    /// <summary>Whether nothing is written.</summary>
    public bool IsSilent { get; private init; }

    /// <summary>Called once the answer stands in line to be written, before anything queued later.</summary>
    internal Action? Queued { get; init; }

    /// <summary>An answer with a body.</summary>
    public static SmppResponse Of<TBody>(CommandStatus status, TBody body) where TBody : struct, IPacket<TBody> =>
        new(status, SmppFields.ToOctets(body));
}

/// <summary>What became of a request to the peer.</summary>
public abstract record RequestOutcome
{
    private RequestOutcome()
    {
    }

    /// <summary>The peer answered, with the response of the operation or with generic_nack.</summary>
    /// <param name="Pdu">The answer.</param>
    public sealed record Answered(SmppPdu Pdu) : RequestOutcome;

    /// <summary>The request may have reached the peer, which may have acted on it; no answer came.</summary>
    /// <param name="Reason">Why, as part of a sentence.</param>
    public sealed record Unknown(string Reason) : RequestOutcome;

    /// <summary>No octet of the request was written: the peer cannot have acted on it.</summary>
    /// <param name="Reason">Why, as part of a sentence.</param>
    public sealed record NotSent(string Reason) : RequestOutcome;
}

/// <summary>Why a session is over.</summary>
/// <param name="Reason">The kind of end.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record SessionEnd(SessionEndReason Reason, string Detail)
{
    /// <summary>The reason and the sentence.</summary>
    public override string ToString() => $"{Reason}: {Detail}";
}

/// <summary>The ways in which a session ends.</summary>
public enum SessionEndReason
{
    /// <summary>We unbound.</summary>
    Unbound,

    /// <summary>The peer unbound.</summary>
    PeerUnbound,

    /// <summary>The peer closed the connection.</summary>
    PeerClosed,

    /// <summary>The connection broke.</summary>
    TransportFailed,

    /// <summary>enquire_link was not answered in time.</summary>
    EnquireLinkUnanswered,

    /// <summary>The peer sent a PDU whose length is impossible or never came whole, or could not read one of ours.</summary>
    Malformed,

    /// <summary>The peer sends requests without reading the answers.</summary>
    PeerNotReading,

    /// <summary>The session was not bound in time, or its bind was refused.</summary>
    NotBound,

    /// <summary>The peer says that the session is out of step.</summary>
    OutOfStep,

    /// <summary>It was disposed.</summary>
    Disposed,
}

/// <summary>The limits and timers of one session.</summary>
public sealed record SmppSessionOptions
{
    /// <summary>The most of our requests without an answer, from 1. Default 10.</summary>
    public int WindowSize { get; init; } = 10;

    /// <summary>
    /// After how long a silence of the peer enquire_link is sent. Default 30 s;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for never.
    /// </summary>
    public TimeSpan EnquireLinkInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer to enquire_link and unbind may take. Default 10 s.</summary>
    public TimeSpan EnquireLinkTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long any other answer may take until the outcome is unknown. Default 30 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the rest of a PDU may take whose beginning has come. Default 10 s.</summary>
    public TimeSpan PduTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest PDU accepted, in octets. Default 64 KiB.</summary>
    public int MaxPduLength { get; init; } = 64 * 1024;

    /// <summary>The most requests of the peer handled at once; the next one is answered with RMSGQFUL. Default 256.</summary>
    public int MaxConcurrentRequests { get; init; } = 256;
}
