using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>Checks a CAP archive component after component; the first fault ends it.</summary>
internal sealed partial class CapReader
{
    private const string Rebuild = "Build the CAP file again with the Java Card converter and upload it unchanged.";
    private const string Transfer = "The file was cut or edited; transfer it again in binary mode, or build it again.";

    private static readonly ComponentTag[] Required =
    [
        ComponentTag.Directory, ComponentTag.Import, ComponentTag.Class, ComponentTag.Method, ComponentTag.StaticField,
        ComponentTag.ConstantPool, ComponentTag.RefLocation,
    ];

    private readonly Dictionary<ComponentTag, Octets> _components = [];
    private string _path = "";
    private ComponentReader.Header _header;
    private ImmutableArray<CapApplet> _applets = [];
    private ImmutableArray<CapImport> _imports = [];
    private int _staticImage;
    private int _staticArrays;
    private int _staticArrayOctets;

    public bool TryRead(ReadOnlyMemory<byte> archive, [NotNullWhen(true)] out CapFile? cap, out CapFault fault)
    {
        cap = null;
        CapFault? found = CapArchive.Read(archive, _components, out _path)
            ?? CheckHeader()
            ?? CheckFrames()
            ?? CheckImports()
            ?? CheckApplets()
            ?? CheckStaticFields()
            ?? CheckLinking()
            ?? CheckDirectory();
        fault = found ?? default;
        if (found is not null)
        {
            return false;
        }

        cap = new(_components)
        {
            PackageAid = _header.Aid,
            PackageVersion = _header.Version,
            PackageName = _header.Name.Length > 0 ? _header.Name.Replace('/', '.') : _path,
            JavaCardVersion = _header.Format,
            Flags = _header.Flags,
            Applets = _applets,
            Imports = _imports,
            StaticImageSize = _staticImage + _staticArrayOctets,
        };
        return true;
    }

    private CapFault? CheckHeader()
    {
        if (!_components.TryGetValue(ComponentTag.Header, out Octets octets))
        {
            return new(CapFault.Archive, 0, "it has no javacard/Header.cap, so it is no CAP file",
                "Choose the .cap file that the converter wrote, not the .jar of the classes.");
        }

        if (CheckFrame(ComponentTag.Header, octets) is { } fault)
        {
            return fault;
        }

        var reader = new OctetReader(octets.Span);
        _header = ComponentReader.ReadHeader(ref reader);
        if (reader.Error is { Fault: PacketFault.UnexpectedValue, Offset: int magic })
        {
            return Fault(ComponentTag.Header, magic, $"the magic number is {Convert.ToHexString(octets.Span.Slice(magic, 4))}, expected DECAFFED", Rebuild);
        }

        if (_header.Flags.HasFlag(CapTraits.Extended))
        {
            return CapArchive.Extended(Name(ComponentTag.Header));
        }

        if (!reader.Failed && (_header.Format.Major != 2 || _header.Format.Minor is < 1 or > 3))
        {
            return Fault(ComponentTag.Header, 7, $"CAP format {_header.Format} is unknown, expected 2.1 to 2.3",
                "Convert the applet for a Java Card version from 2.1 to 3.1.");
        }

        return Ended(ComponentTag.Header, ref reader);
    }

    private CapFault? CheckFrames()
    {
        foreach ((ComponentTag tag, Octets octets) in _components.OrderBy(c => c.Key))
        {
            if (CheckFrame(tag, octets) is { } fault)
            {
                return fault;
            }
        }

        foreach (ComponentTag tag in Required)
        {
            if (!_components.ContainsKey(tag))
            {
                return new(CapFault.Archive, 0, $"{Name(tag)} is missing, which every CAP file has", Rebuild);
            }
        }

        return null;
    }

    private CapFault? CheckImports()
    {
        const int MaxImports = 128;
        var reader = new OctetReader(_components[ComponentTag.Import].Span);
        _imports = ComponentReader.ReadImports(ref reader);
        if (Ended(ComponentTag.Import, ref reader) is { } fault)
        {
            return fault;
        }

        if (_imports.Length > MaxImports)
        {
            return Fault(ComponentTag.Import, 3, $"it names {_imports.Length} packages, at most {MaxImports} are possible", Rebuild);
        }

        CapImport twice = _imports.GroupBy(i => i.Aid).FirstOrDefault(g => g.Skip(1).Any())?.First() ?? default;
        if (twice.Aid.Length > 0)
        {
            return Fault(ComponentTag.Import, 3, $"it names package {twice} twice", Rebuild);
        }

        return _imports.Any(i => i.Aid == _header.Aid)
            ? Fault(ComponentTag.Import, 3, $"package {_header.Aid} imports itself", "Give the package an AID of its own.")
            : null;
    }

    private CapFault? CheckApplets()
    {
        bool announced = _header.Flags.HasFlag(CapTraits.HasApplets);
        if (!_components.TryGetValue(ComponentTag.Applet, out Octets octets))
        {
            return announced
                ? new(CapFault.Archive, 0, "Applet.cap is missing, though Header.cap announces applets", Rebuild)
                : null;
        }

        if (!announced)
        {
            return Fault(ComponentTag.Header, 9, "Applet.cap is present, but the flags announce no applet", Rebuild);
        }

        var reader = new OctetReader(octets.Span);
        _applets = ComponentReader.ReadApplets(ref reader);
        if (Ended(ComponentTag.Applet, ref reader) is { } fault)
        {
            return fault;
        }

        if (_applets.IsEmpty)
        {
            return Fault(ComponentTag.Applet, 3, "it lists no applet", Rebuild);
        }

        int methods = _components[ComponentTag.Method].Length - ComponentReader.HeaderLength;
        var seen = new HashSet<Aid>();
        foreach (CapApplet applet in _applets)
        {
            if (!seen.Add(applet.Aid))
            {
                return Fault(ComponentTag.Applet, 3, $"applet AID {applet.Aid} stands twice", "Give every applet an AID of its own.");
            }

            if (applet.Aid.Rid != _header.Aid.Rid)
            {
                return Fault(ComponentTag.Applet, 3,
                    $"applet {applet.Aid} has RID {applet.Aid.Rid}, its package {_header.Aid} has {_header.Aid.Rid}",
                    "Give applets and package the same first five octets; cards refuse anything else.");
            }

            if (applet.InstallOffset is 0 || applet.InstallOffset >= methods)
            {
                return Fault(ComponentTag.Applet, 3,
                    $"the install method of {applet.Aid} is at {applet.InstallOffset}, outside the {methods} octets of Method.cap", Rebuild);
            }
        }

        return null;
    }

    private static CapFault? CheckFrame(ComponentTag tag, Octets octets)
    {
        //  tag 1 | size 2 | info of that size
        if (octets.Length < ComponentReader.HeaderLength)
        {
            return Fault(tag, octets.Length, $"it has {octets.Length} octets, its tag and size alone take 3", Transfer);
        }

        if (octets[0] != (byte)tag)
        {
            return Fault(tag, 0, $"its tag is {octets[0]:X2}, expected {(byte)tag:X2}", Rebuild);
        }

        int expected = octets[1] << 8 | octets[2];
        int found = octets.Length - ComponentReader.HeaderLength;
        return found == expected
            ? null
            : Fault(tag, 1, $"it is {(found < expected ? "truncated" : "too long")}: its size field says {expected} octets, {found} are there", Transfer);
    }

    private static CapFault? Ended(ComponentTag tag, ref OctetReader reader)
    {
        if (reader.TryEnd(out PacketError error))
        {
            return null;
        }

        return error.Fault == PacketFault.LengthMismatch
            ? Fault(tag, error.Offset, "an AID is not 5 to 16 octets long", "Choose an AID of 5 to 16 octets and convert again.")
            : Fault(tag, error.Offset, $"its content is malformed ({error})", Rebuild);
    }

    private static string Name(ComponentTag tag) => $"{tag}.cap";

    private static CapFault Fault(ComponentTag tag, int offset, string problem, string nextStep) => new(Name(tag), offset, problem, nextStep);
}
