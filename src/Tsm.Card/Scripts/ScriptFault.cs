using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>Why a card did not take a script, or an object of it: the end of an expanded response.</summary>
/// <remarks>TS 102 226 §5.2.2, tables 5.12, 5.14 and 5.16. Codes without a name here survive a round trip.</remarks>
/// <param name="Tag">What it is about: bad format <c>90</c>, immediate action <c>81</c>, script chaining <c>83</c>.</param>
/// <param name="Code">The value, usually one octet.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScriptFault(byte Tag, Octets Code)
{
    /// <summary>The tag of a bad format.</summary>
    public const byte BadFormatTag = 0x90;

    /// <summary>The tag of a fault of an immediate action.</summary>
    public const byte ImmediateActionTag = 0x81;

    /// <summary>The tag of a fault of script chaining.</summary>
    public const byte ChainingTag = 0x83;

    /// <summary>A fault with a code of one octet.</summary>
    public ScriptFault(byte tag, byte code) : this(tag, Octets.Copy([code]))
    {
    }

    /// <summary>An object has an unknown tag.</summary>
    public static ScriptFault UnknownTag { get; } = new(BadFormatTag, 0x01);

    /// <summary>An object has a wrong length.</summary>
    public static ScriptFault WrongLength { get; } = new(BadFormatTag, 0x02);

    /// <summary>An object has no length.</summary>
    public static ScriptFault LengthMissing { get; } = new(BadFormatTag, 0x03);

    /// <summary>The script could not be suspended for its immediate action.</summary>
    public static ScriptFault SuspensionError { get; } = new(ImmediateActionTag, 0x01);

    /// <summary>There is no chain that the script could continue.</summary>
    public static ScriptFault NoPreviousScript { get; } = new(ChainingTag, 0x01);

    /// <summary>The application does not chain scripts.</summary>
    public static ScriptFault ChainingUnsupported { get; } = new(ChainingTag, 0x02);

    /// <summary>The application has no room to chain scripts.</summary>
    public static ScriptFault ChainingUnprocessable { get; } = new(ChainingTag, 0x03);

    /// <summary>A sentence for people.</summary>
    public string Meaning => this switch
    {
        _ when this == UnknownTag => "The card found an object with an unknown tag in the script.",
        _ when this == WrongLength => "The card found an object with a wrong length in the script.",
        _ when this == LengthMissing => "The card found an object without a length in the script.",
        _ when this == SuspensionError => "The card could not suspend the script for its immediate action.",
        _ when this == NoPreviousScript => "The card knows no earlier script of this chain.",
        _ when this == ChainingUnsupported => "The application on the card does not chain scripts.",
        _ when this == ChainingUnprocessable => "The card has no room to chain scripts.",
        { Tag: BadFormatTag } => $"The card found the script malformed ({Code}).",
        { Tag: ChainingTag } => $"The card could not chain the script ({Code}).",
        _ => $"The card could not carry out the immediate action ({Code}).",
    };

    internal static bool IsFault(byte tag) => tag is BadFormatTag or ImmediateActionTag or ChainingTag;
}
