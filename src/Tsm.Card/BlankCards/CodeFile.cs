using Tsm.Card.Encoding;
using Tsm.Card.SimFiles;

namespace Tsm.Card.BlankCards;

/// <summary>The file of a code on sysmocom cards: its state, the code and its PUK, each with its attempts.</summary>
/// <remarks>The layout is the vendor's, as pySim reads it; no standard has it.</remarks>
internal static class CodeFile
{
    private const byte Valid = 0x80;
    private const byte Changeable = 0x40;
    private const byte Unblockable = 0x20;
    private const byte Disableable = 0x10;
    private const byte Disabled = 0x01;
    private const byte CodeAttempts = 3;
    private const byte PukAttempts = 10;

    /// <summary>The content of the file, with all attempts left.</summary>
    public static Octets Encode(Pin pin, Pin puk, bool enabled)
    {
        //  state 1 | attempts left 1 | attempts 1 | code 8 | [attempts left 1 | attempts 1 | PUK 8]
        byte state = (byte)(Valid | Changeable | Disableable | (puk.IsSet ? Unblockable : 0) | (enabled ? 0 : Disabled));
        Octets code = Octets.Concat(Octets.Copy([state, CodeAttempts, CodeAttempts]), pin.ToOctets());
        return puk.IsSet ? Octets.Concat(code, Octets.Copy([PukAttempts, PukAttempts]), puk.ToOctets()) : code;
    }
}
