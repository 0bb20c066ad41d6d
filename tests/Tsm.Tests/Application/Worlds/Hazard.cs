using System.Globalization;
using System.Runtime.InteropServices;

namespace Tsm.Tests.Application.Worlds;

/// <summary>What can go wrong in a world. Each is asked for at places of its own, and counted by itself.</summary>
internal enum Hazard
{
    /// <summary>A short message is lost.</summary>
    Loss,

    /// <summary>A short message comes twice; the value is the delay of the second in milliseconds.</summary>
    Repeat,

    /// <summary>A short message is late; the value is by how many milliseconds.</summary>
    Late,

    /// <summary>A short message is late by days; the value is by how many minutes.</summary>
    Days,

    /// <summary>A node dies; value 0: it comes back at once, 1: it is lost, and others wait for its leases to end.</summary>
    Crash,

    /// <summary>The database refuses a commit: nothing of it is there.</summary>
    Commit,

    /// <summary>A commit is done, but its answer is lost: the command is given again.</summary>
    Unheard,

    /// <summary>Another node has written the grain first: the turn writes nothing and runs again.</summary>
    Conflict,

    /// <summary>A node stands still with a packet in its hands; the value is for how many seconds.</summary>
    Stall,

    /// <summary>The card loses its power before a message reaches it.</summary>
    Reset,

    /// <summary>The SMSC refuses a packet for good.</summary>
    Refusal,

    /// <summary>The SMSC reports that it could not deliver; the value is after how many milliseconds.</summary>
    Receipt,

    /// <summary>Whoever asks for a job asks twice.</summary>
    DoubleCommand,

    /// <summary>Whoever asked and heard nothing gives up.</summary>
    GiveUp,

    /// <summary>A forger answers in the card's stead; the value says what, and whether he lets the message pass.</summary>
    Forge,
}

/// <summary>A hazard that came true.</summary>
/// <param name="Occurrence">Which time it was asked for, from 0.</param>
/// <param name="Value">What the hazard says of it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Mishap(Hazard Hazard, int Occurrence, int Value)
{
    /// <summary>Such as <c>loss@12</c> or <c>late@3:250</c>.</summary>
    public override string ToString()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Hazard}@{Occurrence}").ToLowerInvariant();
        return Value == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{Value}");
    }

    public static Mishap Parse(string text)
    {
        string[] parts = text.Split('@', ':');
        return new(
            Enum.Parse<Hazard>(parts[0], ignoreCase: true),
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 0);
    }
}

/// <summary>How likely each hazard is, a probability from 0 to 1.</summary>
internal sealed record Hazards(
    double Loss = 0,
    double Repeat = 0,
    double Late = 0,
    double Days = 0,
    double Crash = 0,
    double Commit = 0,
    double Unheard = 0,
    double Conflict = 0,
    double Stall = 0,
    double Reset = 0,
    double Refusal = 0,
    double Receipt = 0,
    double DoubleCommand = 0,
    double GiveUp = 0,
    double Forge = 0)
{
    /// <summary>The probabilities in the order of <see cref="Hazard"/>.</summary>
    public double[] ToArray() =>
        [Loss, Repeat, Late, Days, Crash, Commit, Unheard, Conflict, Stall, Reset, Refusal, Receipt, DoubleCommand, GiveUp, Forge];
}
