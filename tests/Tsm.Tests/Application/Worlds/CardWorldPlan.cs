using System.Collections.Immutable;
using System.Globalization;

namespace Tsm.Tests.Application.Worlds;

/// <summary>
/// All that a world depends on: the card, how often the road repeats, what is done, and what goes wrong. A plan is a line
/// of text, and the same line is the same world.
/// </summary>
/// <param name="Card">The simulator's profile of the card.</param>
/// <param name="Quirks">In what the card differs from its profile, names of <see cref="StubbornCards"/>.</param>
/// <param name="Sends">How often the same octets are sent before silence is taken for an answer.</param>
/// <param name="Steps">What is done, words of <see cref="CardWorldRun"/>.</param>
/// <param name="Mishaps">What goes wrong.</param>
internal sealed record CardWorldPlan(
    string Card, ImmutableArray<string> Quirks, int Sends, ImmutableArray<string> Steps, ImmutableArray<Mishap> Mishaps)
{
    /// <summary>How much there is of it: what a shrinking plan has less of.</summary>
    public int Size => Quirks.Length + Steps.Length + Mishaps.Length;

    /// <summary>Such as <c>aes full, 5 sends: install wait audit rest; loss@3 late@7:250</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(' ', [Card, .. Quirks])}, {Sends} sends: {string.Join(' ', Steps)}; {string.Join(' ', Mishaps)}").TrimEnd();

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static CardWorldPlan Parse(string text)
    {
        return text.Split([", ", " sends: ", ";"], StringSplitOptions.None) is [var card, var sends, var steps, var mishaps]
            ? new(
                Words(card)[0],
                Words(card)[1..],
                int.Parse(sends, CultureInfo.InvariantCulture),
                Words(steps),
                [.. Words(mishaps).Select(Mishap.Parse)])
            : throw new FormatException($"'{text}' is no plan: write 'card quirks, 5 sends: steps; mishaps'.");
    }

    private static ImmutableArray<string> Words(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
