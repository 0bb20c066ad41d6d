using System.Runtime.InteropServices;
using Tsm.Card.Identifiers;

namespace Tsm.Card.Services;

/// <summary>An application of the private table.</summary>
/// <param name="Code">Its code, such as 01 for a canteen card.</param>
/// <param name="Aid">Its AID.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ApplicationTableEntry(byte Code, Aid Aid);

/// <summary>A code for which card and server do not say the same.</summary>
/// <param name="Code">The code.</param>
/// <param name="Card">What it stands for on the card; null when the card does not know it.</param>
/// <param name="Server">What it stands for in the server; null when the server does not know it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ApplicationTableDisagreement(byte Code, Aid? Card, Aid? Server)
{
    /// <summary>The disagreement as one sentence.</summary>
    public override string ToString() => (Card, Server) switch
    {
        (null, { } ours) => $"Code {Code:X2} stands for {ours} in the server, the card does not know it.",
        ({ } theirs, null) => $"Code {Code:X2} stands for {theirs} on the card, the server does not know it.",
        ({ } theirs, { } ours) => $"Code {Code:X2} stands for {theirs} on the card, but for {ours} in the server.",
        _ => $"Code {Code:X2} is unknown to both.",
    };
}
