using System.IO.Compression;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.CapFiles;

/// <summary>Takes the components out of a CAP archive, with a bound on everything that is unpacked.</summary>
internal static class CapArchive
{
    // All ours. The largest component is 65,535 octets and its three of tag and size.
    public const int MaxArchiveLength = 4 * 1024 * 1024;
    public const int MaxEntries = 2048;
    private const int MaxComponentLength = 0xFFFF + 3;

    private const string Rebuild = "Build the CAP file again with the Java Card converter and upload it unchanged.";

    public static CapFault? Read(ReadOnlyMemory<byte> archive, Dictionary<ComponentTag, Octets> components, out string package)
    {
        package = "";
        if (archive.Length > MaxArchiveLength)
        {
            return Fault($"it has {archive.Length} octets, at most {MaxArchiveLength} are taken", "Upload the CAP file alone.");
        }

        if (!archive.Span.StartsWith("PK"u8))
        {
            return NoArchive(archive.Span);
        }

        try
        {
            using var zip = new ZipArchive(Open(archive), ZipArchiveMode.Read);
            return Read(zip, components, ref package);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            return Fault("it is a damaged ZIP archive", "Transfer the file again in binary mode, or build it again.");
        }
    }

    private static CapFault? Read(ZipArchive zip, Dictionary<ComponentTag, Octets> components, ref string package)
    {
        if (zip.Entries.Count > MaxEntries)
        {
            return Fault($"it has {zip.Entries.Count} entries, at most {MaxEntries} are taken", "Upload the CAP file alone.");
        }

        string? folder = null;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            if (entry.FullName.EndsWith(".capx", StringComparison.Ordinal))
            {
                return Extended(entry.Name);
            }

            if (!TryPlace(entry.FullName, out string place, out ComponentTag tag))
            {
                continue;
            }

            folder ??= place;
            if (!string.Equals(folder, place, StringComparison.Ordinal) || components.ContainsKey(tag))
            {
                return Fault("it holds more than one package", "Upload one CAP file for each package.");
            }

            if (Unpack(entry, out Octets content) is { } fault)
            {
                return fault;
            }

            components[tag] = content;
        }

        package = (folder ?? "").Replace('/', '.');
        return null;
    }

    public static CapFault Extended(string component) => new(
        component, 0, "the extended CAP format of Java Card 3.1 is not supported", "Convert the applet to the compact format.");

    // A component lies at <package path>/javacard/<Component>.cap.
    private static bool TryPlace(string path, out string folder, out ComponentTag tag)
    {
        const string Parent = "javacard/";
        const string Extension = ".cap";
        folder = "";
        tag = default;
        int slash = path.LastIndexOf('/');
        string parent = path[..(slash + 1)];
        string name = path[(slash + 1)..];
        if (!name.EndsWith(Extension, StringComparison.Ordinal)
            || !(string.Equals(parent, Parent, StringComparison.Ordinal) || parent.EndsWith("/" + Parent, StringComparison.Ordinal))
            || !Enum.TryParse(name[..^Extension.Length], out tag)
            || !string.Equals(tag.ToString() + Extension, name, StringComparison.Ordinal))
        {
            return false;
        }

        folder = parent[..^Parent.Length].TrimEnd('/');
        return true;
    }

    private static CapFault? Unpack(ZipArchiveEntry entry, out Octets content)
    {
        content = default;

        // The length in the directory is a claim; unpacking stops at the bound whatever it says.
        byte[] buffer = new byte[MaxComponentLength + 1];
        using Stream stream = entry.Open();
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > MaxComponentLength)
        {
            return new(entry.Name, 0, $"it unpacks to more than {MaxComponentLength} octets, which no component has", Rebuild);
        }

        content = Octets.Copy(buffer.AsSpan(0, length));
        uint found = Crc32.Compute(content.Span);
        return found == entry.Crc32
            ? null
            : new(entry.Name, 0, $"its CRC-32 is {found:X8}, but the archive says {entry.Crc32:X8}", "Transfer the file again in binary mode.");
    }

    private static CapFault NoArchive(ReadOnlySpan<byte> octets) => octets switch
    {
        [] => Fault("it is empty", "Choose the .cap file that the converter wrote."),
        [0x01, _, _, 0xDE, 0xCA, 0xFF, 0xED, ..] => Fault(
            "it is not a ZIP archive, but a bare load file (IJC)", "Upload the .cap file it was made from."),
        [0xCA, 0xFE, 0xBA, 0xBE, ..] => Fault(
            "it is not a ZIP archive, but a Java class file", "Run the Java Card converter and upload the .cap file it writes."),
        _ => Fault(
            $"it is not a ZIP archive (it begins with {Convert.ToHexString(octets[..Math.Min(octets.Length, 4)])}, expected 504B0304)",
            "Choose the .cap file that the converter wrote."),
    };

    private static CapFault Fault(string problem, string nextStep) => new(CapFault.Archive, 0, problem, nextStep);

    private static MemoryStream Open(ReadOnlyMemory<byte> archive) =>
        MemoryMarshal.TryGetArray(archive, out ArraySegment<byte> segment)
            ? new(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new(archive.ToArray(), writable: false);
}
