using System.Runtime.InteropServices;

namespace Tsm.Card.CapFiles;

/// <summary>Why a CAP file was refused, in words for the person who uploaded it.</summary>
/// <param name="Component">The component at fault, such as "Method.cap"; "archive" for the ZIP itself.</param>
/// <param name="Offset">The octet of the component at which it shows, 0 when it concerns the whole.</param>
/// <param name="Problem">What is wrong, with what was expected and what was found.</param>
/// <param name="NextStep">What to do about it, as a sentence.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CapFault(string Component, int Offset, string Problem, string NextStep)
{
    /// <summary>The name of <see cref="Component"/> for the ZIP itself.</summary>
    public const string Archive = "archive";

    /// <summary>The fault as sentences.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Component}{(Offset > 0 ? $", octet {Offset}" : "")}: {Problem}. {NextStep}");
}
