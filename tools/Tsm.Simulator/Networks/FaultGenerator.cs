using System.Runtime.InteropServices;
using System.Text;

namespace Tsm.Simulator.Networks;

/// <summary>The two ways a short message can go.</summary>
public enum Direction
{
    /// <summary>From the SMSC to the card.</summary>
    ToCard,

    /// <summary>From the card to the SMSC.</summary>
    FromCard,
}

/// <summary>What happens to one short message.</summary>
/// <param name="Lost">It never arrives.</param>
/// <param name="Delay">How long it is under way.</param>
/// <param name="RepeatAfter">When a second copy arrives, or null.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Fate(bool Lost, TimeSpan Delay, TimeSpan? RepeatAfter);

/// <summary>Decides the fate of every short message from a seed.</summary>
/// <remarks>
/// The fate of the n-th message of a card in one direction depends on the seed, the card, the direction and n only, so
/// that a run is repeated exactly however many cards there are and whatever the scheduler does.
/// </remarks>
public sealed class FaultGenerator(int seed)
{
    /// <summary>How long a message is held back at least to be overtaken.</summary>
    public static readonly TimeSpan MinHold = TimeSpan.FromMilliseconds(20);

    /// <summary>Decides the fate of the <paramref name="number"/>-th message of a card.</summary>
    public Fate Decide(string subscriber, Direction direction, long number, FaultRates rates)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(rates);
        ulong state = Mix(Mix(Mix((ulong)(uint)seed) ^ Digest(subscriber)) ^ ((ulong)number * 2 + (ulong)direction));
        bool lost = Next(ref state) < rates.Loss;
        bool repeated = Next(ref state) < rates.Repeat;
        bool reordered = Next(ref state) < rates.Reorder;
        double spread = 0.5 + Next(ref state);
        double hold = 1 + 3 * Next(ref state);
        double gap = Next(ref state);

        TimeSpan delay = TimeSpan.FromMilliseconds(rates.Delay) * spread;
        TimeSpan unit = TimeSpan.FromMilliseconds(Math.Max(rates.Delay, MinHold.TotalMilliseconds));
        if (reordered)
        {
            delay += unit * hold;
        }

        return new(lost, delay, repeated ? delay + unit * gap : null);
    }

    /// <summary>The <paramref name="number"/>-th number in 0..1 of the stream <paramref name="name"/>.</summary>
    public double Chance(string name, long number)
    {
        ArgumentNullException.ThrowIfNull(name);
        ulong state = Mix(Mix((ulong)(uint)seed ^ Digest(name)) ^ (ulong)number);
        return Next(ref state);
    }

    private static double Next(ref ulong state)
    {
        state = unchecked(state + 0x9E3779B97F4A7C15);
        return (Mix(state) >> 11) * (1.0 / (1UL << 53));
    }

    // SplitMix64's finaliser: every bit of the input decides about half of the bits of the output.
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    // FNV-1a, because string.GetHashCode differs from process to process.
    private static ulong Digest(string text)
    {
        ulong digest = 0xCBF29CE484222325;
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            digest = unchecked((digest ^ octet) * 0x100000001B3);
        }

        return digest;
    }
}
