using System.Diagnostics;
using System.Text.Json.Serialization;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A PIN, PUK or ADM code as a card compares it: eight octets. It prints as dots only.</summary>
/// <remarks>TS 102 221 §9.5.1: decimal digits in ASCII, filled up with <c>FF</c>; ADM codes are what the vendor takes.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly record struct Pin
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 8;

    private const int MinDigits = 4;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Octets _octets;

    private Pin(Octets octets) => _octets = octets;

    /// <summary>Whether there is one; the default value is none.</summary>
    [JsonIgnore]
    public bool IsSet => !_octets.IsEmpty;

    /// <summary>Takes 4 to 8 decimal digits; a PUK and an ADM code of digits have 8.</summary>
    /// <param name="text">The digits.</param>
    /// <param name="pin">The code, or none.</param>
    public static bool TryParse(string? text, out Pin pin)
    {
        pin = default;
        if (text is not { Length: >= MinDigits and <= Size } || !text.All(char.IsAsciiDigit))
        {
            return false;
        }

        byte[] octets = new byte[Size];
        octets.AsSpan().Fill(0xFF);
        System.Text.Encoding.ASCII.GetBytes(text, octets);
        pin = new(Octets.Own(octets));
        return true;
    }

    /// <summary>Takes digits as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">There are other characters, or fewer than 4 or more than 8. They are not quoted.</exception>
    public static Pin Parse(string text) =>
        TryParse(text, out Pin pin) ? pin : throw new FormatException("A PIN has 4 to 8 decimal digits.");

    /// <summary>Takes the eight octets of an ADM code that is not of digits.</summary>
    /// <exception cref="ArgumentException">There are not eight octets.</exception>
    public static Pin FromOctets(Octets octets) => octets.Length == Size
        ? new(octets)
        : throw new ArgumentException($"A code has {Size} octets, this has {octets.Length}.", nameof(octets));

    /// <summary>The eight octets on the wire.</summary>
    /// <exception cref="InvalidOperationException">There is no code.</exception>
    public Octets ToOctets() => IsSet ? _octets : throw new InvalidOperationException("There is no code.");

    /// <summary>Dots, whatever the code is.</summary>
    public override string ToString() => IsSet ? "••••" : "none";
}

/// <summary>P2 of the PIN commands: which code. Values without a name are taken as they are.</summary>
/// <remarks>TS 102 221 §9.5.1 table 9.3.</remarks>
public enum PinReference : byte
{
    /// <summary>The PIN of the first application, CHV1 of a SIM.</summary>
    Pin1 = 0x01,

    /// <summary>CHV2 of a 2G SIM.</summary>
    Chv2 = 0x02,

    /// <summary>The first administrative code of a UICC.</summary>
    Adm1 = 0x0A,

    /// <summary>The second administrative code of a UICC.</summary>
    Adm2 = 0x0B,

    /// <summary>The universal PIN.</summary>
    Universal = 0x11,

    /// <summary>The second PIN of the first application.</summary>
    Pin2 = 0x81,
}
