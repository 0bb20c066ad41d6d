using System.Diagnostics;
using System.Text.Json.Serialization;
using Tsm.Card.Encoding;

namespace Tsm.Card.BlankCards;

/// <summary>Ki or OPc, 16 octets that only the card and the authentication centre know. It prints as dots only.</summary>
/// <remarks>TS 33.102 §6.3, TS 35.206.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly record struct SubscriberKey
{
    /// <summary>The length, in octets.</summary>
    public const int Size = 16;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Octets _octets;

    private SubscriberKey(Octets octets) => _octets = octets;

    /// <summary>Whether there is one; the default value is none.</summary>
    [JsonIgnore]
    public bool IsSet => !_octets.IsEmpty;

    /// <summary>Takes 16 octets.</summary>
    /// <exception cref="ArgumentException">There are not 16.</exception>
    public static SubscriberKey From(Octets octets) => octets.Length == Size
        ? new(octets)
        : throw new ArgumentException($"Ki and OPc have {Size} octets, not {octets.Length}.", nameof(octets));

    /// <summary>Takes 32 hexadecimal digits; the text is quoted nowhere.</summary>
    public static bool TryParse(string? text, out SubscriberKey key)
    {
        key = default;
        if (!Octets.TryParse(text, out Octets octets) || octets.Length != Size)
        {
            return false;
        }

        key = new(octets);
        return true;
    }

    /// <summary>The octets, for the command that writes them.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public Octets ToOctets() => IsSet ? _octets : throw new InvalidOperationException("There is no key.");

    /// <summary>Dots, whatever the key is.</summary>
    public override string ToString() => IsSet ? "••••" : "none";
}
