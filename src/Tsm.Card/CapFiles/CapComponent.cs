using System.Runtime.InteropServices;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>The components of a CAP file, with their tags.</summary>
/// <remarks>JCVM 2.2.2 §6.1, table 6-1; StaticResources from 3.1.</remarks>
public enum ComponentTag
{
    /// <summary>Name, version and flags of the package.</summary>
    Header = 1,

    /// <summary>The sizes of all components.</summary>
    Directory = 2,

    /// <summary>The applets; missing in a library.</summary>
    Applet = 3,

    /// <summary>The packages this one needs.</summary>
    Import = 4,

    /// <summary>References to classes, methods and fields.</summary>
    ConstantPool = 5,

    /// <summary>Classes and interfaces.</summary>
    Class = 6,

    /// <summary>The bytecode.</summary>
    Method = 7,

    /// <summary>Static fields and their initial values.</summary>
    StaticField = 8,

    /// <summary>Where the bytecode refers to the constant pool, for linking.</summary>
    RefLocation = 9,

    /// <summary>What other packages may use; missing when nothing.</summary>
    Export = 10,

    /// <summary>Types, for verification.</summary>
    Descriptor = 11,

    /// <summary>Names for debuggers; never loaded.</summary>
    Debug = 12,

    /// <summary>Static resources of Java Card 3.1.</summary>
    StaticResources = 13,
}

/// <summary>What the header of a CAP file says about the package (JCVM 2.2.2 §6.3).</summary>
[Flags]
public enum CapTraits
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Uses 32-bit integers, which not every card has.</summary>
    UsesInt = 0x01,

    /// <summary>Exports something.</summary>
    Exports = 0x02,

    /// <summary>Has applets.</summary>
    HasApplets = 0x04,

    /// <summary>Is in the extended format of Java Card 3.1.</summary>
    Extended = 0x08,
}

/// <summary>A component of a CAP file.</summary>
/// <param name="Tag">Which one.</param>
/// <param name="Size">Its size with tag and size field, in octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CapComponent(ComponentTag Tag, int Size)
{
    /// <summary>Its file name, such as "Method.cap".</summary>
    public string Name => $"{Tag}.cap";
}

/// <summary>An applet in a CAP file.</summary>
/// <param name="Aid">Its AID, the module AID of INSTALL.</param>
/// <param name="InstallOffset">Where its install method starts in the Method component.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CapApplet(Aid Aid, int InstallOffset);

/// <summary>A package that a CAP file needs on the card.</summary>
/// <param name="Aid">The package.</param>
/// <param name="Major">The major version; the card's must be the same.</param>
/// <param name="Minor">The minor version; the card's must be the same or higher.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CapImport(Aid Aid, byte Major, byte Minor)
{
    /// <summary>The version asked for.</summary>
    public PackageVersion Version => new(Major, Minor);

    /// <summary>Whether a package of the given version on a card fulfils this import.</summary>
    public bool IsMetBy(PackageVersion version) => version.Major == Major && version.Minor >= Minor;

    /// <summary>The package with its name, if known, and the version.</summary>
    public override string ToString() => $"{KnownPackages.Describe(Aid)} {Version}";
}
