using System.Globalization;

namespace Tsm.Security.Scp80;

/// <summary>The status of a response packet: what the card's security layer did with the command packet.</summary>
/// <remarks>
/// TS 102 225 table 5, TS 31.115 §7. PoR OK says that the packet was accepted and handed on; what became of the
/// commands in it is in the data. An unknown code keeps its value.
/// </remarks>
/// <param name="Code">The octet.</param>
public readonly record struct ResponseStatus(byte Code)
{
    /// <summary>00: accepted and handed on.</summary>
    public static ResponseStatus Ok => new(0x00);

    /// <summary>01: RC, CC or DS failed.</summary>
    public static ResponseStatus IntegrityFailed => new(0x01);

    /// <summary>02: CNTR low.</summary>
    public static ResponseStatus CounterLow => new(0x02);

    /// <summary>03: CNTR high.</summary>
    public static ResponseStatus CounterHigh => new(0x03);

    /// <summary>04: CNTR blocked.</summary>
    public static ResponseStatus CounterBlocked => new(0x04);

    /// <summary>05: ciphering error.</summary>
    public static ResponseStatus CipheringError => new(0x05);

    /// <summary>06: unidentified security error.</summary>
    public static ResponseStatus UnidentifiedSecurityError => new(0x06);

    /// <summary>07: insufficient memory to process the message.</summary>
    public static ResponseStatus InsufficientMemory => new(0x07);

    /// <summary>08: more time needed; a complete response packet follows.</summary>
    public static ResponseStatus MoreTime => new(0x08);

    /// <summary>09: TAR unknown.</summary>
    public static ResponseStatus TarUnknown => new(0x09);

    /// <summary>0A: insufficient security level.</summary>
    public static ResponseStatus InsufficientSecurityLevel => new(0x0A);

    /// <summary>0B: the response comes by SMS-SUBMIT.</summary>
    public static ResponseStatus ResponseInSubmit => new(0x0B);

    /// <summary>0C: the response comes by a ProcessUnstructuredSS-Request.</summary>
    public static ResponseStatus ResponseInUssd => new(0x0C);

    /// <summary>Whether the packet was accepted and handed on.</summary>
    public bool IsOk => Code == 0x00;

    /// <summary>Whether the standards give the code a meaning.</summary>
    public bool IsDefined => Code <= 0x0C;

    /// <summary>Whether the real response, with the same TAR and CNTR, is still to come.</summary>
    public bool IsIntermediate => Code is 0x08 or 0x0B or 0x0C;

    /// <summary>A short name, or the code where there is none.</summary>
    public string Name => Explain().Name;

    /// <summary>What the card says, in one sentence.</summary>
    public string Meaning => Explain().Meaning;

    /// <summary>What is usually behind it.</summary>
    public string Cause => Explain().Cause;

    /// <summary>What to do about it.</summary>
    public string NextStep => Explain().NextStep;

    /// <summary>The code and the name.</summary>
    public override string ToString() =>
        IsDefined ? string.Create(CultureInfo.InvariantCulture, $"{Code:X2} {Name}") : Name;

    private Explanation Explain() => Code switch
    {
        0x00 => new("PoR OK", "The card accepted the packet and ran the application.",
            "Nothing is wrong with the packet.", "Read the result of the commands in the data."),
        0x01 => new("RC/CC/DS failed", "The checksum of the packet is wrong.",
            "The KID key or its version differs from the card's, or octets were altered on the way.",
            "Compare the key check values; the counter was not consumed, so the packet may be sent again."),
        0x02 => new("CNTR low", "The counter is not above the card's.",
            "The packet arrived twice, or another sender uses the same keys.",
            "If the packet was sent once, jump ahead with the counter; if more often, its result is unknown."),
        0x03 => new("CNTR high", "The counter is more than one above the card's.",
            "A packet before this one was lost, and the card wants consecutive values.",
            "Send the missing counter value, or ask the issuer for the card's counter."),
        0x04 => new("CNTR blocked", "The card's counter has reached its end.",
            "The highest value was sent once, by mistake or by an attacker.",
            "Load new keys by another key version; this one stays unusable."),
        0x05 => new("ciphering error", "The card could not decipher the packet.",
            "The KIc key or its algorithm differs from the card's.", "Compare the key check value and KIc with the card model."),
        0x06 => new("unidentified security error", "The card could not make sense of the command header.",
            "SPI, KIc or KID name something the card has not got, or the card calls every error this, also a replay.",
            "Check key version and algorithms against the card model, then the counter."),
        0x07 => new("insufficient memory", "The card has no memory to process the message.",
            "The message is too long for the card's buffer, or an earlier one is not finished.",
            "Send smaller packets, or wait and send again."),
        0x08 => new("more time", "The card works on it and will answer later.",
            "The commands take longer than the network lets the card wait.", "Wait for the second response packet."),
        0x09 => new("TAR unknown", "No application answers to the TAR.",
            "The application is not installed, not selectable, or has another TAR.", "Read the card's registry and correct the TAR."),
        0x0A => new("insufficient security level", "The packet is protected less than the application asks for.",
            "SPI is below the application's minimum security level.", "Use the SPI that the application's MSL asks for."),
        0x0B => new("response in SMS-SUBMIT", "The real response comes in a message of its own.",
            "The response does not fit into the delivery report.", "Wait for the message."),
        0x0C => new("response in USSD", "The real response comes by USSD.",
            "The card prefers USSD for long responses.", "Wait for the USSD request."),
        _ => new(string.Create(CultureInfo.InvariantCulture, $"status {Code:X2}"), "The standards give this code no meaning.",
            "The card's maker added a code, or the response was deciphered with a wrong key.", "Look the code up in the card's manual."),
    };

    private sealed record Explanation(string Name, string Meaning, string Cause, string NextStep);
}
