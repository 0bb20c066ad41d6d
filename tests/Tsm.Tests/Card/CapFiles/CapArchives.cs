using System.IO.Compression;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Card.CapFiles;

/// <summary>Takes CAP archives apart, changes a component and puts them together again.</summary>
internal static class CapArchives
{
    public static CapBuilder Sample => new()
    {
        PackageAid = Aid.Parse("F0546D5302"),
        Name = "tsm.sample.two",
        Applets = [new(Aid.Parse("F0546D53020101"), 40), new(Aid.Parse("F0546D53020102"), 300)],
        Imports = [new(Aid.Parse("A0000000090005FFFFFFFF8912000000"), 1, 3)],
    };

    /// <summary>The archive with <paramref name="change"/> applied to one component; null takes it out.</summary>
    public static byte[] With(string component, Func<byte[], byte[]?> change) => With(Sample.Build(), component, change);

    public static byte[] With(Octets archive, string component, Func<byte[], byte[]?> change)
    {
        Dictionary<string, byte[]> files = Unpack(archive);
        string path = files.Keys.Single(k => k.EndsWith("/" + component, StringComparison.Ordinal));
        byte[]? changed = change(files[path]);
        files.Remove(path);
        if (changed is not null)
        {
            files[path] = changed;
        }

        return Pack(files);
    }

    public static Dictionary<string, byte[]> Unpack(Octets archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive.ToArray()), ZipArchiveMode.Read);
        return zip.Entries.ToDictionary(e => e.FullName, Content, StringComparer.Ordinal);
    }

    public static byte[] Pack(Dictionary<string, byte[]> files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string path, byte[] content) in files)
            {
                using Stream entry = zip.CreateEntry(path, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>The component with other content and a size field that fits it.</summary>
    public static byte[] Resize(byte[] component, Func<byte[], byte[]> change)
    {
        byte[] info = change(component[3..]);
        return [component[0], (byte)(info.Length >> 8), (byte)(info.Length & 0xFF), .. info];
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using Stream stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
