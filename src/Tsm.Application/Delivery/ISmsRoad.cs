using System.Runtime.InteropServices;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;

namespace Tsm.Application.Delivery;

/// <summary>What the sender needs of an SMSC account: one road to cards.</summary>
public interface ISmsRoad
{
    /// <summary>The name that operators gave it.</summary>
    string Name { get; }

    /// <summary>How many short messages may be without an answer, 1 or more.</summary>
    int Window { get; }

    /// <summary>How many short messages can leave now; 0 when nothing is bound or the SMSC asked for a pause.</summary>
    int FreeWindow { get; }

    /// <summary>Completes when a short message can leave.</summary>
    /// <returns>False when the road is closed for good.</returns>
    Task<bool> WaitForRoomAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Hands one short message over. Calls leave in the order in which they are made, without waiting for the answers to those before.
    /// </summary>
    /// <param name="destination">The MSISDN, digits without plus.</param>
    /// <param name="userData">TP-UD with its header.</param>
    /// <param name="cancellationToken">Stops waiting; the message may have left.</param>
    Task<SegmentOutcome> SubmitAsync(string destination, Octets userData, CancellationToken cancellationToken);
}

/// <summary>What became of handing over one short message.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Status">What the SMSC answered; ok unless it refused.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SegmentOutcome(SegmentResult Kind, CommandStatus Status);

/// <summary>How handing over one short message ended.</summary>
public enum SegmentResult
{
    /// <summary>It certainly has not left: nothing was bound.</summary>
    NotSent,

    /// <summary>The SMSC has it.</summary>
    Accepted,

    /// <summary>The SMSC refused it.</summary>
    Refused,

    /// <summary>It left, and no answer came.</summary>
    Unknown,
}
