using Tsm.Card.Encoding;

namespace Tsm.Card.Identifiers;

/// <summary>AID, the name of an application, a module or a load file on a card: 5 to 16 octets.</summary>
/// <remarks>ISO/IEC 7816-5, TS 101 220 §4. The default value has no octets and names nothing.</remarks>
public readonly record struct Aid
{
    /// <summary>The shortest AID, in octets.</summary>
    public const int MinLength = 5;

    /// <summary>The longest AID, in octets.</summary>
    public const int MaxLength = 16;

    private const int RidLength = 5;

    private Aid(Octets octets) => Octets = octets;

    /// <summary>The issuer security domain unless a card says otherwise (GPCS 2.3.1 §H.1.3).</summary>
    public static Aid IssuerSecurityDomain { get; } = Parse("A000000151000000");

    /// <summary>The load file of the stock security domain that UICCs ship with (convention).</summary>
    public static Aid SecurityDomainLoadFile { get; } = Parse("A0000001515350");

    /// <summary>The module of the stock security domain that UICCs ship with (convention).</summary>
    public static Aid SecurityDomainModule { get; } = Parse("A000000151535041");

    /// <summary>The octets, 5 to 16.</summary>
    public Octets Octets { get; }

    /// <summary>The octets without copying.</summary>
    public ReadOnlySpan<byte> Span => Octets.Span;

    /// <summary>The number of octets, 5 to 16; zero for the default.</summary>
    public int Length => Octets.Length;

    /// <summary>RID, the registered provider: the first five octets.</summary>
    public Octets Rid => Octets.IsEmpty ? default : Octets.Slice(0, RidLength);

    /// <summary>PIX, what the provider appends: 0 to 11 octets.</summary>
    public Octets Pix => Octets.IsEmpty ? default : Octets.Slice(RidLength);

    /// <summary>Takes 5 to 16 octets.</summary>
    /// <exception cref="ArgumentException">The length is outside 5 to 16.</exception>
    public static Aid From(Octets octets) => octets.Length is >= MinLength and <= MaxLength
        ? new(octets)
        : throw new ArgumentException($"An AID has 5 to 16 octets, this has {octets.Length}.", nameof(octets));

    /// <summary>Takes 5 to 16 octets; false for any other length.</summary>
    public static bool TryFrom(ReadOnlySpan<byte> octets, out Aid aid)
    {
        bool fits = octets.Length is >= MinLength and <= MaxLength;
        aid = fits ? new(Octets.Copy(octets)) : default;
        return fits;
    }

    /// <summary>Reads hexadecimal digits; spaces between octets are allowed.</summary>
    /// <param name="text">What a person or another system gave.</param>
    /// <param name="aid">The AID, or the default.</param>
    /// <param name="problem">Empty, or one sentence that names what was expected and what was found.</param>
    public static bool TryParse(string? text, out Aid aid, out string problem)
    {
        aid = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            problem = "An AID is missing.";
            return false;
        }

        if (text.Length > 4 * MaxLength || !Octets.TryParse(text, out Octets octets))
        {
            problem = text.Length > 4 * MaxLength
                ? "An AID has at most 16 octets, 32 hexadecimal digits."
                : $"AID {text} is not hexadecimal, two digits for each octet.";
            return false;
        }

        if (!TryFrom(octets.Span, out aid))
        {
            problem = $"An AID has 5 to 16 octets, {text} has {octets.Length}.";
            return false;
        }

        problem = "";
        return true;
    }

    /// <summary>Reads hexadecimal digits as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">The text is not an AID; the message is the problem.</exception>
    public static Aid Parse(string text) =>
        TryParse(text, out Aid aid, out string problem) ? aid : throw new FormatException(problem);

    /// <summary>Whether this AID begins with all octets of <paramref name="prefix"/>, as a search by partial AID asks.</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Span.StartsWith(prefix);

    /// <summary>Upper-case hexadecimal.</summary>
    public override string ToString() => Octets.ToString();
}
