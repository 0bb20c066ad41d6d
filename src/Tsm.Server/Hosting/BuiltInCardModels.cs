using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;

namespace Tsm.Server.Hosting;

/// <summary>The card models that are there from the first start: what the simulator's cards are, and a place to start from.</summary>
internal static class BuiltInCardModels
{
    // Java Card 3.0.4 with the UICC API of TS 102 241 and the SIM API of TS 43.019.
    private static readonly ImmutableArray<PackageReference> Packages =
    [
        Package("A0000000620001", 1, 0),
        Package("A0000000620002", 1, 0),
        Package("A0000000620003", 1, 0),
        Package("A0000000620101", 1, 5),
        Package("A0000000620102", 1, 5),
        Package("A0000000620201", 1, 5),
        Package("A0000000030000", 1, 1),
        Package("A00000015100", 1, 6),
        Package("A0000000090003FFFFFFFF8910710001", 2, 5),
        Package("A0000000090003FFFFFFFF8910710002", 2, 6),
        Package("A0000000090005FFFFFFFF8911000000", 1, 2),
        Package("A0000000090005FFFFFFFF8911010000", 1, 0),
        Package("A0000000090005FFFFFFFF8912000000", 1, 5),
        Package("A0000000090005FFFFFFFF8913000000", 1, 0),
    ];

    // What the packages are of, and as many domains as the smallest of the cards has room for.
    private const string JavaCard = "3.0.4", GlobalPlatform = "2.2.1";
    private const int SecurityDomains = 8;

    /// <summary>The models, in the order in which they are listed.</summary>
    public static ImmutableArray<CardModel> All { get; } =
    [
        new()
        {
            Name = "uicc-aes",
            Description = "UICC with AES-128 keys, 64 KiB for applications, packets of up to five short messages.",
            Algorithm = KeyAlgorithm.Aes,
            KeyLength = 16,
            MaxSegments = 5,
            Memory = 64 * 1024,
            Packages = Packages,
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = true,
        },
        new()
        {
            Name = "uicc-3des",
            Description = "UICC with two-key 3DES keys, 32 KiB for applications, packets of up to five short messages.",
            Algorithm = KeyAlgorithm.TripleDes,
            KeyLength = 16,
            MaxSegments = 5,
            Memory = 32 * 1024,
            Packages = Packages,
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = true,
        },
        new()
        {
            Name = "uicc-small",
            Description = "UICC with AES-128 keys, 12 KiB for applications, packets of up to three short messages, LOAD blocks of 120 octets.",
            Algorithm = KeyAlgorithm.Aes,
            KeyLength = 16,
            MaxSegments = 3,
            MaxLoadBlock = 120,
            Memory = 12 * 1024,
            Packages = Packages,
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = true,
        },
        new()
        {
            Name = "uicc-aes256",
            Description = "UICC with AES-256 keys, 64 KiB for applications, packets of up to five short messages.",
            Algorithm = KeyAlgorithm.Aes,
            KeyLength = 32,
            MaxSegments = 5,
            Memory = 64 * 1024,
            Packages = Packages,
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = true,
        },
        new()
        {
            Name = "uicc-3des3",
            Description = "UICC with three-key 3DES keys, 32 KiB for applications, packets of up to five short messages.",
            Algorithm = KeyAlgorithm.TripleDes,
            KeyLength = 24,
            MaxSegments = 5,
            Memory = 32 * 1024,
            Packages = Packages,
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = true,
        },
        new()
        {
            Name = "uicc-aes-expanded",
            Description = "UICC with AES-128 keys that takes expanded scripts at TAR B20100, 64 KiB for applications, packets of up to five short messages.",
            Algorithm = KeyAlgorithm.Aes,
            KeyLength = 16,
            RamTar = Tar.IssuerSecurityDomainExpanded,
            ScriptFormat = ScriptFormat.Expanded,
            MaxSegments = 5,
            Memory = 64 * 1024,
            Packages = Packages,
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = true,
        },
    ];

    private static PackageReference Package(string aid, int major, int minor) => new(Aid.Parse(aid), major, minor);
}
