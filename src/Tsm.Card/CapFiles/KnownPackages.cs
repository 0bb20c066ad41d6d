using System.Collections.Frozen;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>The names of packages that applets import, by their AID.</summary>
/// <remarks>Java Card API, TS 102 241 annex, TS 43.019 annex, 3GPP TS 31.130 annex, GlobalPlatform API.</remarks>
public static class KnownPackages
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["A0000000620001"] = "java.lang",
        ["A0000000620002"] = "java.io",
        ["A0000000620003"] = "java.rmi",
        ["A0000000620101"] = "javacard.framework",
        ["A000000062010101"] = "javacard.framework.service",
        ["A0000000620102"] = "javacard.security",
        ["A0000000620201"] = "javacardx.crypto",
        ["A0000000620202"] = "javacardx.biometry",
        ["A0000000620203"] = "javacardx.external",
        ["A0000000620204"] = "javacardx.biometry1toN",
        ["A0000000620205"] = "javacardx.security",
        ["A000000062020801"] = "javacardx.framework.util",
        ["A00000006202080101"] = "javacardx.framework.util.intx",
        ["A000000062020802"] = "javacardx.framework.math",
        ["A000000062020803"] = "javacardx.framework.tlv",
        ["A000000062020804"] = "javacardx.framework.string",
        ["A0000000620209"] = "javacardx.apdu",
        ["A000000062020901"] = "javacardx.apdu.util",
        ["A00000015100"] = "org.globalplatform",
        ["A00000015102"] = "org.globalplatform.contactless",
        ["A00000015103"] = "org.globalplatform.securechannel",
        ["A0000000030000"] = "visa.openplatform",
        ["A0000000090003FFFFFFFF8910710001"] = "sim.access",
        ["A0000000090003FFFFFFFF8910710002"] = "sim.toolkit",
        ["A0000000090005FFFFFFFF8911000000"] = "uicc.access",
        ["A0000000090005FFFFFFFF8911010000"] = "uicc.access.fileadministration",
        ["A0000000090005FFFFFFFF8911020000"] = "uicc.access.bertlvfile",
        ["A0000000090005FFFFFFFF8912000000"] = "uicc.toolkit",
        ["A0000000090005FFFFFFFF8913000000"] = "uicc.system",
        ["A0000000871005FFFFFFFF8913100000"] = "uicc.usim.access",
        ["A0000000871005FFFFFFFF8913200000"] = "uicc.usim.toolkit",
        ["A0000000090005FFFFFFFF89F0000000"] = "uicc.test.util",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary><c>javacard.framework</c>, whose version tells that of Java Card.</summary>
    public static Aid Framework { get; } = Aid.Parse("A0000000620101");

    /// <summary><c>org.globalplatform</c>.</summary>
    public static Aid GlobalPlatform { get; } = Aid.Parse("A00000015100");

    /// <summary><c>uicc.toolkit</c>, the toolkit API of TS 102 241.</summary>
    public static Aid UiccToolkit { get; } = Aid.Parse("A0000000090005FFFFFFFF8912000000");

    /// <summary>The name of a package, such as "javacard.framework"; null when it is none of the known ones.</summary>
    public static string? Name(Aid package) => Names.GetValueOrDefault(package.ToString());

    /// <summary>The name of a package with its AID, or the AID alone.</summary>
    public static string Describe(Aid package) => Name(package) is { } name ? $"{name} ({package})" : package.ToString();
}
