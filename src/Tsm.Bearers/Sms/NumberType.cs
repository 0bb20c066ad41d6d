namespace Tsm.Bearers.Sms;

/// <summary>TON, the type of number of an address. Values without a name survive a round trip.</summary>
/// <remarks>TS 23.040 §9.1.2.5; SMPP 3.4 §5.2.5.</remarks>
public enum TypeOfNumber : byte
{
    /// <summary>Nothing is said.</summary>
    Unknown = 0,

    /// <summary>Starts with the country code.</summary>
    International = 1,

    /// <summary>Starts with the area code.</summary>
    National = 2,

    /// <summary>A short code of the network.</summary>
    NetworkSpecific = 3,

    /// <summary>A subscriber number.</summary>
    Subscriber = 4,

    /// <summary>Letters: no card can answer to it.</summary>
    Alphanumeric = 5,

    /// <summary>An abbreviated number.</summary>
    Abbreviated = 6,
}

/// <summary>NPI, the numbering plan of an address. Values without a name survive a round trip.</summary>
/// <remarks>TS 23.040 §9.1.2.5; SMPP 3.4 §5.2.6.</remarks>
public enum NumberingPlan : byte
{
    /// <summary>Nothing is said.</summary>
    Unknown = 0,

    /// <summary>E.164, the telephone network.</summary>
    Isdn = 1,

    /// <summary>X.121.</summary>
    Data = 3,

    /// <summary>F.69.</summary>
    Telex = 4,

    /// <summary>E.212.</summary>
    LandMobile = 6,

    /// <summary>A national plan.</summary>
    National = 8,

    /// <summary>A private plan.</summary>
    Private = 9,

    /// <summary>ERMES.</summary>
    Ermes = 10,

    /// <summary>Internet (SMPP only).</summary>
    Internet = 14,

    /// <summary>WAP client identifier (SMPP only).</summary>
    Wap = 18,
}
