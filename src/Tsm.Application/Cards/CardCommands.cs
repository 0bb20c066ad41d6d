using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Cards;

/// <summary>Puts a job into the card's queue. The same job id twice is answered the same way and done once.</summary>
/// <param name="JobId">Chosen by whoever asks; unique in the tenant.</param>
/// <param name="Application">The catalogue's id; null for an audit.</param>
/// <param name="Module">For an installation: which applet of the load file; null when it has exactly one or none.</param>
/// <param name="Instance">The instance AID; null for the module's own.</param>
/// <param name="MakeSelectable">For an installation: INSTALL [for install and make selectable] at once.</param>
/// <param name="Privileges">For an installation: one or three octets; empty for none.</param>
/// <param name="Parameters">For an installation: content of C9, what the applet's install method gets; that of a service is in the order.</param>
/// <param name="By">Who asks, for the audit trail.</param>
/// <param name="Order">On whose behalf, and where the application goes; null for the carrier's own in its own domain.</param>
/// <param name="IfUnused">For the termination of a library: it stays, and the job is done, where other load files still import it.</param>
public sealed record EnqueueJob(
    string JobId,
    Operation Operation,
    string? Application,
    Aid? Module,
    Aid? Instance,
    bool MakeSelectable,
    Octets Privileges,
    Octets Parameters,
    Actor By,
    ServiceOrder? Order = null,
    bool IfUnused = false) : IGrainCommand;

/// <summary>Puts jobs that belong together into the card's queue, in their order: all of them, or none when one of them is refused.</summary>
/// <param name="Jobs">One or more. The reply is that of the last, or of the one that was refused.</param>
public sealed record EnqueueJobs(ImmutableArray<EnqueueJob> Jobs) : IGrainCommand;

/// <summary>The job was taken, or was there already.</summary>
public sealed record JobAccepted(JobRow Job) : IReply;

/// <summary>The job was not taken; nothing was changed.</summary>
public sealed record JobRejected(Problem Problem) : IReply;

/// <summary>The job ended so long ago that only its row remembers it.</summary>
public sealed record JobForgotten(string JobId) : IReply;

/// <summary>Calls a job off. One that runs ends before its next packet, once the packet that is under way is answered or given up.</summary>
/// <param name="By">Who calls it off, for the audit trail.</param>
public sealed record CancelJob(string JobId, Actor By) : IGrainCommand;

/// <summary>What became of handing a packet to the SMSC.</summary>
/// <param name="PacketId">Of the <see cref="QueuePacket"/>.</param>
/// <param name="Attempt">Likewise: an older attempt is ignored.</param>
/// <param name="Problem">For a refusal: what the SMSC said.</param>
public sealed record PacketSubmitted(string PacketId, int Attempt, SubmitOutcome Outcome, Problem? Problem) : IGrainCommand;

/// <summary>How handing over ended.</summary>
public enum SubmitOutcome
{
    /// <summary>The SMSC took every segment.</summary>
    Accepted,

    /// <summary>The SMSC refused for good.</summary>
    Refused,

    /// <summary>The connection died or the process was gone: segments may have left.</summary>
    Unknown,
}

/// <summary>One short message of the card has come in. It may come twice, late, and in any order.</summary>
/// <param name="UserData">TP-UD.</param>
/// <param name="HasHeader">Whether TP-UDHI was set.</param>
public sealed record MessageReceived(Octets UserData, bool HasHeader) : IGrainCommand;

/// <summary>The message is no answer of this card to anything that is open or was.</summary>
/// <param name="Whole">For an answer in several messages, with the last of them: the answer as one.</param>
public sealed record MessageForeign(string Reason, Octets Whole = default) : IReply;

/// <summary>The SMSC tells what became of a short message: a hint, never a proof.</summary>
/// <param name="Delivered">Whether the handset took it.</param>
/// <param name="Failed">Whether the SMSC has given it up.</param>
/// <param name="Text">State and network error in words.</param>
public sealed record ReceiptReceived(bool Delivered, bool Failed, string Text) : IGrainCommand;
