using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Security.Scp80;

/// <summary>What came out of opening a response packet.</summary>
/// <remarks>
/// Only a proven response has its content here. One that is not proven lends its status to a diagnosis at most; its data
/// has no type to travel in.
/// </remarks>
public sealed record ResponseOpening
{
    private ResponseOpening(ResponseKind kind) => Kind = kind;

    /// <summary>What the response is worth.</summary>
    public ResponseKind Kind { get; }

    /// <summary>The content; null unless the response is proven.</summary>
    public ResponsePacket? Packet { get; private init; }

    /// <summary>What proved the response: RC finds accidents only, CC proves that the card made it. None unless proven.</summary>
    public Integrity ProvenBy { get; private init; }

    /// <summary>The status of a proven or indicated response; null otherwise.</summary>
    public ResponseStatus? Status { get; private init; }

    /// <summary>Why the response is not proven, for people; null when it is.</summary>
    public string? Reason { get; private init; }

    /// <summary>The number of octets after the end that RPL states; they were not looked at.</summary>
    public int TrailingOctets { get; internal init; }

    internal static ResponseOpening Proven(ResponsePacket packet, Integrity by) =>
        new(ResponseKind.Proven) { Packet = packet, Status = packet.Status, ProvenBy = by };

    internal static ResponseOpening Indicated(ResponseStatus status, string reason) =>
        new(ResponseKind.Indicated) { Status = status, Reason = reason };

    internal static ResponseOpening Foreign(string reason) => new(ResponseKind.Foreign) { Reason = reason };

    internal static ResponseOpening Malformed(string reason) => new(ResponseKind.Malformed) { Reason = reason };
}

/// <summary>What a response is worth as evidence.</summary>
public enum ResponseKind
{
    /// <summary>RC or CC holds, and the counter is that of the command.</summary>
    Proven = 1,

    /// <summary>A plain or unauthenticated answer: for diagnosis only.</summary>
    Indicated = 2,

    /// <summary>TAR or CNTR belong to something else, or other keys made it.</summary>
    Foreign = 3,

    /// <summary>Not a response packet, or one whose RC or CC does not hold.</summary>
    Malformed = 4,
}

/// <summary>The content of a response packet.</summary>
/// <remarks>TS 102 225 §5.2.</remarks>
/// <param name="Tar">The application that answered.</param>
/// <param name="Counter">The counter of the command; never the card's own.</param>
/// <param name="Status">What the security layer did with the command.</param>
/// <param name="Data">The additional response data, without padding.</param>
/// <param name="PaddingCounter">PCNTR, the number of octets of padding that were dropped.</param>
public sealed record ResponsePacket(Tar Tar, Counter Counter, ResponseStatus Status, Octets Data, int PaddingCounter);
