using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>What an INSTALL command asks a card for.</summary>
/// <remarks>GPCS 2.3.1 §11.5. Fields that the variant does not have are null or empty.</remarks>
/// <param name="Purpose">The variant.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct InstallRequest(InstallPurpose Purpose)
{
    /// <summary>The load file to be loaded, or in which the module is.</summary>
    public Aid? LoadFile { get; init; }

    /// <summary>The domain that will own the load file or application; null for the one addressed.</summary>
    public Aid? SecurityDomain { get; init; }

    /// <summary>The applet inside the load file.</summary>
    public Aid? Module { get; init; }

    /// <summary>The instance to be made, made selectable, moved or personalised.</summary>
    public Aid? Instance { get; init; }

    /// <summary>What the instance may do.</summary>
    public Privileges Privileges { get; init; }

    /// <summary>The hash of the load file data block, or nothing.</summary>
    public Octets Hash { get; init; }

    /// <summary>The load or install parameters, possibly none.</summary>
    public Octets Parameters { get; init; }

    /// <summary>The token, possibly none.</summary>
    public Octets Token { get; init; }
}

/// <summary>P1 of INSTALL: the variant of the command.</summary>
public enum InstallPurpose
{
    /// <summary>For load.</summary>
    Load = 0x02,

    /// <summary>For install.</summary>
    Install = 0x04,

    /// <summary>For make selectable.</summary>
    MakeSelectable = 0x08,

    /// <summary>For install and make selectable.</summary>
    InstallAndMakeSelectable = 0x0C,

    /// <summary>For extradition.</summary>
    Extradition = 0x10,

    /// <summary>For personalization.</summary>
    Personalization = 0x20,

    /// <summary>For registry update.</summary>
    RegistryUpdate = 0x40,
}
