using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>A CAP file: a converted Java Card package, checked as far as its own octets can tell.</summary>
/// <remarks>
/// JCVM 2.2.2 §6, which also reads the formats 2.1 and, in its compact form, 2.3 (Java Card 3.1). The bytecode is not
/// verified; whether a card has the imports is for the card model to say.
/// </remarks>
public sealed class CapFile
{
    // JCVM §6.3 on loading: what later components need comes first. Debug is never loaded.
    private static readonly ComponentTag[] LoadOrder =
    [
        ComponentTag.Header, ComponentTag.Directory, ComponentTag.Import, ComponentTag.Applet, ComponentTag.Class,
        ComponentTag.Method, ComponentTag.StaticField, ComponentTag.Export, ComponentTag.ConstantPool,
        ComponentTag.RefLocation, ComponentTag.Descriptor, ComponentTag.StaticResources,
    ];

    // What stays on the card after linking; Directory, RefLocation and Descriptor have served by then.
    private static readonly ComponentTag[] Kept =
    [
        ComponentTag.Header, ComponentTag.Import, ComponentTag.Applet, ComponentTag.Class, ComponentTag.Method,
        ComponentTag.Export, ComponentTag.ConstantPool, ComponentTag.StaticResources,
    ];

    // Ours: registry entry, instance object and what a small applet allocates in its constructor.
    private const int AppletAllowance = 256;

    private readonly ImmutableDictionary<ComponentTag, Octets> _components;

    internal CapFile(IReadOnlyDictionary<ComponentTag, Octets> components)
    {
        _components = components.ToImmutableDictionary();
        Components = [.. components.OrderBy(c => c.Key).Select(c => new CapComponent(c.Key, c.Value.Length))];
    }

    /// <summary>The AID of the package; the load file on the card has it too.</summary>
    public required Aid PackageAid { get; init; }

    /// <summary>The version of the package.</summary>
    public required PackageVersion PackageVersion { get; init; }

    /// <summary>The name of the package, such as "com.example.wallet", from the header or the path inside the archive.</summary>
    public required string PackageName { get; init; }

    /// <summary>The version of the CAP format, 2.1 to 2.3; it follows the Java Card version of the converter.</summary>
    public required PackageVersion JavaCardVersion { get; init; }

    /// <summary>What the header says about the package.</summary>
    public required CapTraits Flags { get; init; }

    /// <summary>The applets in the order of the Applet component; none in a library.</summary>
    public required ImmutableArray<CapApplet> Applets { get; init; }

    /// <summary>The packages this one needs on the card.</summary>
    public required ImmutableArray<CapImport> Imports { get; init; }

    /// <summary>The size of the image of static fields, with their initial arrays, in octets.</summary>
    public required int StaticImageSize { get; init; }

    /// <summary>The components in the order of their tags, with their sizes.</summary>
    public ImmutableArray<CapComponent> Components { get; }

    /// <summary>Whether the package has no applet: it can be loaded, but not installed.</summary>
    public bool IsLibrary => Applets.IsEmpty;

    /// <summary>
    /// An estimate of the non-volatile memory taken on a card, in octets: the components it keeps after linking, the
    /// static fields, and 256 octets for each applet. A card may need twice that while it links.
    /// </summary>
    public int MemoryEstimate =>
        Kept.Sum(tag => Component(tag).Length) + StaticImageSize + Applets.Length * AppletAllowance;

    /// <summary>Reads a CAP archive and checks everything a card would refuse it for that can be seen from here.</summary>
    /// <param name="archive">The content of the file, at most 4 MiB.</param>
    /// <param name="cap">The CAP file, or null.</param>
    /// <param name="fault">The first fault, or the default.</param>
    public static bool TryRead(ReadOnlyMemory<byte> archive, [NotNullWhen(true)] out CapFile? cap, out CapFault fault) =>
        new CapReader().TryRead(archive, out cap, out fault);

    /// <summary>The load file data block: the components as they are, in the order in which a card reads them.</summary>
    /// <param name="withDescriptor">
    /// Whether Descriptor goes along; cards take the block either way, hash and signatures cover exactly what is sent.
    /// </param>
    public Octets LoadFileDataBlock(bool withDescriptor = true) => Octets.Concat([.. LoadOrder
        .Where(tag => withDescriptor || tag != ComponentTag.Descriptor)
        .Select(Component)]);

    /// <summary>The octets of a component with tag and size field; nothing when it is missing.</summary>
    public Octets Component(ComponentTag tag) => _components.GetValueOrDefault(tag);
}
