using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>What an application or security domain may do on a card.</summary>
/// <remarks>
/// GPCS 2.3.1 §6.6.1, tables 11-7 to 11-9. On the wire one octet when the second and third are zero, three otherwise,
/// never two: cards before 2.2 know only the first.
/// </remarks>
/// <param name="Value">The three octets as a number, the first one highest.</param>
public readonly record struct Privileges(uint Value)
{
    private static readonly (Privileges Bits, string Name)[] Named =
    [
        (MandatedDapVerification, "Mandated DAP Verification"),
        (DapVerification, "DAP Verification"),
        (DelegatedManagement, "Delegated Management"),
        (SecurityDomain, "Security Domain"),
        (CardLock, "Card Lock"),
        (CardTerminate, "Card Terminate"),
        (CardReset, "Card Reset"),
        (CvmManagement, "CVM Management"),
        (TrustedPath, "Trusted Path"),
        (AuthorizedManagement, "Authorized Management"),
        (TokenVerification, "Token Verification"),
        (GlobalDelete, "Global Delete"),
        (GlobalLock, "Global Lock"),
        (GlobalRegistry, "Global Registry"),
        (FinalApplication, "Final Application"),
        (GlobalService, "Global Service"),
        (ReceiptGeneration, "Receipt Generation"),
        (CipheredLoadFileDataBlock, "Ciphered Load File Data Block"),
        (ContactlessActivation, "Contactless Activation"),
        (ContactlessSelfActivation, "Contactless Self-Activation"),
    ];

    /// <summary>No privilege: a plain applet.</summary>
    public static Privileges None => default;

    /// <summary>Security Domain.</summary>
    public static Privileges SecurityDomain => new(0x80_0000);

    /// <summary>DAP Verification, with the security domain bit it needs.</summary>
    public static Privileges DapVerification => new(0xC0_0000);

    /// <summary>Delegated Management, with the security domain bit it needs.</summary>
    public static Privileges DelegatedManagement => new(0xA0_0000);

    /// <summary>Card Lock.</summary>
    public static Privileges CardLock => new(0x10_0000);

    /// <summary>Card Terminate.</summary>
    public static Privileges CardTerminate => new(0x08_0000);

    /// <summary>Card Reset, once called Default Selected.</summary>
    public static Privileges CardReset => new(0x04_0000);

    /// <summary>CVM Management.</summary>
    public static Privileges CvmManagement => new(0x02_0000);

    /// <summary>Mandated DAP Verification, with the two bits it needs.</summary>
    public static Privileges MandatedDapVerification => new(0xC1_0000);

    /// <summary>Trusted Path.</summary>
    public static Privileges TrustedPath => new(0x00_8000);

    /// <summary>Authorized Management.</summary>
    public static Privileges AuthorizedManagement => new(0x00_4000);

    /// <summary>Token Verification.</summary>
    public static Privileges TokenVerification => new(0x00_2000);

    /// <summary>Global Delete.</summary>
    public static Privileges GlobalDelete => new(0x00_1000);

    /// <summary>Global Lock.</summary>
    public static Privileges GlobalLock => new(0x00_0800);

    /// <summary>Global Registry.</summary>
    public static Privileges GlobalRegistry => new(0x00_0400);

    /// <summary>Final Application.</summary>
    public static Privileges FinalApplication => new(0x00_0200);

    /// <summary>Global Service.</summary>
    public static Privileges GlobalService => new(0x00_0100);

    /// <summary>Receipt Generation.</summary>
    public static Privileges ReceiptGeneration => new(0x00_0080);

    /// <summary>Ciphered Load File Data Block.</summary>
    public static Privileges CipheredLoadFileDataBlock => new(0x00_0040);

    /// <summary>Contactless Activation.</summary>
    public static Privileges ContactlessActivation => new(0x00_0020);

    /// <summary>Contactless Self-Activation.</summary>
    public static Privileges ContactlessSelfActivation => new(0x00_0010);

    /// <summary>The three octets as a number, 0 to 0xFFFFFF.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than three octets.</exception>
    public uint Value { get; init; } = Value <= 0xFF_FFFF
        ? Value
        : throw new ArgumentOutOfRangeException(nameof(Value), Value, "Privileges have three octets.");

    /// <summary>Whether this is a security domain.</summary>
    public bool IsSecurityDomain => Has(SecurityDomain);

    /// <summary>The names of what is granted; a stronger form replaces the weaker ones it contains.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            uint left = Value;
            foreach ((Privileges bits, string name) in Named)
            {
                if (Has(bits) && (bits.Value & left) != 0)
                {
                    // The security domain bit is part of DAP and Delegated Management and stays for the next of them.
                    bool domain = bits != SecurityDomain && (bits.Value & SecurityDomain.Value) != 0;
                    if (domain && (bits.Value & left & ~SecurityDomain.Value) == 0)
                    {
                        continue;
                    }

                    left &= ~bits.Value;
                    yield return name;
                }
            }
        }
    }

    /// <summary>Whether all bits of <paramref name="wanted"/> are set.</summary>
    public bool Has(Privileges wanted) => (Value & wanted.Value) == wanted.Value;

    /// <summary>Reads the wire form: nothing, one octet or three.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, out Privileges privileges, out PacketError error)
    {
        privileges = default;
        error = default;
        switch (source)
        {
            case []:
                return true;
            case [byte first]:
                privileges = new((uint)first << 16);
                return true;
            case [byte first, byte second, byte third]:
                privileges = new((uint)first << 16 | (uint)second << 8 | third);
                return true;
            default:
                error = new(PacketFault.LengthMismatch, 0);
                return false;
        }
    }

    /// <summary>The wire form for a command: one octet when that says it all, three otherwise.</summary>
    public Octets ToOctets() => (Value & 0xFFFF) == 0 ? Octets.Copy([(byte)(Value >> 16)]) : ToThreeOctets();

    /// <summary>The three octets that GET STATUS reports.</summary>
    public Octets ToThreeOctets() =>
        Octets.Copy([(byte)(Value >> 16), (byte)(Value >> 8 & 0xFF), (byte)(Value & 0xFF)]);

    /// <summary>All privileges of both.</summary>
    public static Privileges operator |(Privileges left, Privileges right) => new(left.Value | right.Value);

    /// <summary>All privileges of both.</summary>
    public Privileges BitwiseOr(Privileges other) => this | other;

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => ToOctets().ToString();
}
