namespace Tsm.Canteen;

/// <summary>What the canteen does wrong on request, so that the other side can be seen to notice.</summary>
public enum CanteenFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It answers 503 to everything.</summary>
    Down,

    /// <summary>It does not answer for longer than anybody waits.</summary>
    Slow,

    /// <summary>Its MACs are wrong.</summary>
    WrongMac,

    /// <summary>It answers for another card.</summary>
    OtherCard,

    /// <summary>It gives the number of another card.</summary>
    RepeatedSerial,

    /// <summary>It gives values that nobody asked for.</summary>
    OtherValues,

    /// <summary>It answers what is no answer.</summary>
    Garbage,

    /// <summary>It allocates, and its answer is lost.</summary>
    LostAnswer,

    /// <summary>It answers 429 to everything.</summary>
    Busy,
}
