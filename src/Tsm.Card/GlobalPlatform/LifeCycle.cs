namespace Tsm.Card.GlobalPlatform;

/// <summary>The life cycle state of an entry in a card's registry.</summary>
/// <remarks>GPCS 2.3.1 §5 and §11.1.1. The same octet has other names for a card, a load file and an application.</remarks>
/// <param name="Value">The octet of tag <c>9F70</c>.</param>
public readonly record struct LifeCycle(byte Value)
{
    private const byte LockMask = 0x83;
    private const byte LockBit = 0x80;

    /// <summary>A load file is on the card.</summary>
    public static LifeCycle Loaded { get; } = new(0x01);

    /// <summary>An instance exists, but cannot be selected.</summary>
    public static LifeCycle Installed { get; } = new(0x03);

    /// <summary>An application can be selected.</summary>
    public static LifeCycle Selectable { get; } = new(0x07);

    /// <summary>A security domain has keys of its own.</summary>
    public static LifeCycle Personalized { get; } = new(0x0F);

    /// <summary>The card is in its operational state.</summary>
    public static LifeCycle Secured { get; } = new(0x0F);

    /// <summary>The card answers only to its issuer.</summary>
    public static LifeCycle CardLocked { get; } = new(0x7F);

    /// <summary>The card is dead for good.</summary>
    public static LifeCycle Terminated { get; } = new(0xFF);

    /// <summary>Whether an application or security domain is locked; other bits keep the state before (§11.1.1).</summary>
    public bool IsLocked => (Value & LockMask) == LockMask;

    /// <summary>Whether an application can be selected: selectable or beyond, and not locked.</summary>
    public bool IsSelectable => (Value & 0x87) == 0x07;

    /// <summary>This application state, locked.</summary>
    public LifeCycle Lock() => new((byte)(Value | LockBit));

    /// <summary>The application state from before it was locked.</summary>
    public LifeCycle Unlock() => new((byte)(Value & ~LockBit & 0xFF));

    /// <summary>The state's name in the standard, for the kind of entry it belongs to.</summary>
    public string Name(RegistryKind kind) => kind switch
    {
        RegistryKind.LoadFile => Value switch
        {
            0x01 => "LOADED",
            0x00 => "LOGICALLY DELETED",
            _ => Unknown,
        },
        RegistryKind.IssuerSecurityDomain => Value switch
        {
            0x01 => "OP_READY",
            0x07 => "INITIALIZED",
            0x0F => "SECURED",
            0x7F => "CARD_LOCKED",
            0xFF => "TERMINATED",
            _ => Unknown,
        },
        _ when IsLocked => $"LOCKED ({Unlock().Name(kind)})",
        _ => Value switch
        {
            0x03 => "INSTALLED",
            0x07 => "SELECTABLE",
            0x0F when kind == RegistryKind.SecurityDomain => "PERSONALIZED",
            _ when IsSelectable => $"SELECTABLE (application state {Value:X2})",
            _ => Unknown,
        },
    };

    /// <summary>The name for an application, or LOADED for the state only a load file has.</summary>
    public override string ToString() => Name(Value == Loaded.Value ? RegistryKind.LoadFile : RegistryKind.Application);

    private string Unknown => $"UNKNOWN ({Value:X2})";
}

/// <summary>What an entry of the registry is.</summary>
public enum RegistryKind
{
    /// <summary>An application.</summary>
    Application,

    /// <summary>A supplementary security domain.</summary>
    SecurityDomain,

    /// <summary>The issuer security domain; its state is the card's.</summary>
    IssuerSecurityDomain,

    /// <summary>An executable load file.</summary>
    LoadFile,
}
