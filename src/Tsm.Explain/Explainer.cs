using System.Collections.Immutable;
using Tsm.Card.Encoding;
using Tsm.Explain.Layers;

namespace Tsm.Explain;

/// <summary>Tells what octets are and what they mean, from SMPP down to status words.</summary>
/// <remarks>
/// Kinds are tried from the most deliberate to the least: an archive and a PDU name themselves, a status word is any two octets.
/// Time is linear in the length for each kind, and no octets make it throw.
/// </remarks>
public static class Explainer
{
    /// <summary>The most octets that are taken, as many as the largest CAP file has.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private static readonly ImmutableArray<Layer> Layers =
    [
        CapLayer.Read, SmppLayer.Read, SmsLayer.Envelope, ToolkitLayer.CellBroadcast, ToolkitLayer.SendShortMessage, SmsLayer.UserData, SmsLayer.Tpdu, ScriptLayer.Expanded, PacketLayer.Command,
        PacketLayer.Response, TlvLayer.Known, ApduLayer.Commands, ApduLayer.PorStatus, ApduLayer.StatusWord, ScriptLayer.CompactResponse,
        ApduLayer.Response, TlvLayer.Any,
    ];

    /// <summary>Explains octets.</summary>
    /// <param name="octets">1 to <see cref="MaxLength"/> octets of any kind.</param>
    /// <param name="context">What is known besides.</param>
    /// <exception cref="ArgumentException">There are none, or too many.</exception>
    public static Explanation Explain(Octets octets, ExplainContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (octets.Length is 0 or > MaxLength)
        {
            throw new ArgumentException($"1 to {MaxLength} octets can be explained, not {octets.Length}.", nameof(octets));
        }

        Found[] found = [.. Layers.Select(layer => layer(octets, 0, context)).OfType<Found>()];
        if (found.Length == 0)
        {
            return new("unknown", "Unknown octets", new("octets", octets) { Offset = 0 }, Verdicts.Unknown(octets));
        }

        return new(found[0].Kind, found[0].Title, found[0].Part, found[0].Verdict)
        {
            // The same octets one layer further in are no other reading, and one that meets a fault is a poor one.
            Alternatives = [.. found.Skip(1).Where(f => f.Kind != found[0].Kind && !f.Verdict.IsTrouble).Select(f => f.Title).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>The first kind that fits octets inside others; null when none does.</summary>
    internal static Found? Inside(Octets octets, int? origin, ExplainContext context, params ReadOnlySpan<Layer> layers)
    {
        foreach (Layer layer in layers)
        {
            if (layer(octets, origin, context) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
