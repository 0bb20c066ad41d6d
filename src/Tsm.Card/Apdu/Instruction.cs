namespace Tsm.Card.Apdu;

/// <summary>INS, the second octet of a command: the codings that Tsm sends or answers.</summary>
/// <remarks>GPCS 2.3.1 §11, TS 102 226 §7 and §8, TS 102 221 §10.1.2, TS 102 222 §6. Any other octet stays an octet.</remarks>
public static class Instruction
{
    /// <summary>DEACTIVATE FILE (TS 102 221).</summary>
    public const byte DeactivateFile = 0x04;

    /// <summary>FETCH (TS 102 221).</summary>
    public const byte Fetch = 0x12;

    /// <summary>TERMINAL RESPONSE (TS 102 221).</summary>
    public const byte TerminalResponse = 0x14;

    /// <summary>VERIFY PIN (TS 102 221).</summary>
    public const byte VerifyPin = 0x20;

    /// <summary>CHANGE PIN (TS 102 221).</summary>
    public const byte ChangePin = 0x24;

    /// <summary>DISABLE PIN (TS 102 221).</summary>
    public const byte DisablePin = 0x26;

    /// <summary>ENABLE PIN (TS 102 221).</summary>
    public const byte EnablePin = 0x28;

    /// <summary>UNBLOCK PIN (TS 102 221).</summary>
    public const byte UnblockPin = 0x2C;

    /// <summary>INCREASE (TS 102 221).</summary>
    public const byte Increase = 0x32;

    /// <summary>ACTIVATE FILE (TS 102 221).</summary>
    public const byte ActivateFile = 0x44;

    /// <summary>INITIALIZE UPDATE (GPCS annexes D and E, Amd D).</summary>
    public const byte InitializeUpdate = 0x50;

    /// <summary>MANAGE CHANNEL (TS 102 221).</summary>
    public const byte ManageChannel = 0x70;

    /// <summary>EXTERNAL AUTHENTICATE (GPCS annexes D and E, Amd D).</summary>
    public const byte ExternalAuthenticate = 0x82;

    /// <summary>SEARCH RECORD (TS 102 221).</summary>
    public const byte SearchRecord = 0xA2;

    /// <summary>SELECT (GPCS 2.3.1 §11.9, TS 102 221).</summary>
    public const byte Select = 0xA4;

    /// <summary>READ BINARY (TS 102 221).</summary>
    public const byte ReadBinary = 0xB0;

    /// <summary>READ RECORD (TS 102 221).</summary>
    public const byte ReadRecord = 0xB2;

    /// <summary>GET RESPONSE (TS 102 221).</summary>
    public const byte GetResponse = 0xC0;

    /// <summary>ENVELOPE (TS 102 221).</summary>
    public const byte Envelope = 0xC2;

    /// <summary>GET DATA (GPCS 2.3.1 §11.3).</summary>
    public const byte GetData = 0xCA;

    /// <summary>RETRIEVE DATA (TS 102 221), and GET DATA with a tag list (GPCS 2.3.1 §11.3).</summary>
    public const byte RetrieveData = 0xCB;

    /// <summary>RESIZE FILE (TS 102 222).</summary>
    public const byte ResizeFile = 0xD4;

    /// <summary>UPDATE BINARY (TS 102 221).</summary>
    public const byte UpdateBinary = 0xD6;

    /// <summary>PUT KEY (GPCS 2.3.1 §11.8).</summary>
    public const byte PutKey = 0xD8;

    /// <summary>SET DATA (TS 102 221).</summary>
    public const byte SetData = 0xDB;

    /// <summary>UPDATE RECORD (TS 102 221).</summary>
    public const byte UpdateRecord = 0xDC;

    /// <summary>CREATE FILE (TS 102 222).</summary>
    public const byte CreateFile = 0xE0;

    /// <summary>STORE DATA (GPCS 2.3.1 §11.11).</summary>
    public const byte StoreData = 0xE2;

    /// <summary>DELETE (GPCS 2.3.1 §11.2); DELETE FILE with class 00 (TS 102 222).</summary>
    public const byte Delete = 0xE4;

    /// <summary>INSTALL (GPCS 2.3.1 §11.5).</summary>
    public const byte Install = 0xE6;

    /// <summary>LOAD (GPCS 2.3.1 §11.6).</summary>
    public const byte Load = 0xE8;

    /// <summary>SET STATUS (GPCS 2.3.1 §11.10).</summary>
    public const byte SetStatus = 0xF0;

    /// <summary>GET STATUS (GPCS 2.3.1 §11.4).</summary>
    public const byte GetStatus = 0xF2;

    /// <summary>The command's name, or "INS xx" for an octet without one here.</summary>
    public static string Name(byte instruction) => instruction switch
    {
        DeactivateFile => "DEACTIVATE FILE",
        Fetch => "FETCH",
        TerminalResponse => "TERMINAL RESPONSE",
        VerifyPin => "VERIFY PIN",
        ChangePin => "CHANGE PIN",
        DisablePin => "DISABLE PIN",
        EnablePin => "ENABLE PIN",
        UnblockPin => "UNBLOCK PIN",
        Increase => "INCREASE",
        ActivateFile => "ACTIVATE FILE",
        InitializeUpdate => "INITIALIZE UPDATE",
        ManageChannel => "MANAGE CHANNEL",
        ExternalAuthenticate => "EXTERNAL AUTHENTICATE",
        SearchRecord => "SEARCH RECORD",
        Select => "SELECT",
        ReadBinary => "READ BINARY",
        ReadRecord => "READ RECORD",
        GetResponse => "GET RESPONSE",
        Envelope => "ENVELOPE",
        GetData => "GET DATA",
        RetrieveData => "RETRIEVE DATA",
        ResizeFile => "RESIZE FILE",
        UpdateBinary => "UPDATE BINARY",
        PutKey => "PUT KEY",
        SetData => "SET DATA",
        UpdateRecord => "UPDATE RECORD",
        CreateFile => "CREATE FILE",
        StoreData => "STORE DATA",
        Delete => "DELETE",
        Install => "INSTALL",
        Load => "LOAD",
        SetStatus => "SET STATUS",
        GetStatus => "GET STATUS",
        _ => $"INS {instruction:X2}",
    };
}
