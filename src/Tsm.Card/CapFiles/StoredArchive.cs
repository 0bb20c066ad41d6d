using System.Buffers;
using System.Buffers.Binary;
using Tsm.Card.Encoding;

namespace Tsm.Card.CapFiles;

/// <summary>Writes a ZIP archive without compression, with the same octets for the same content everywhere.</summary>
/// <remarks>APPNOTE 6.3 §4.3. ZipArchive notes the operating system in every entry, so it does not do.</remarks>
internal sealed class StoredArchive
{
    // 1980-01-01 00:00, the first moment of the MS-DOS calendar.
    private const ushort Date = 0x0021;
    private const ushort VersionNeeded = 10;

    private readonly ArrayBufferWriter<byte> _files = new();
    private readonly ArrayBufferWriter<byte> _directory = new();
    private int _count;

    public void Add(string path, ReadOnlySpan<byte> content)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(path);
        uint start = (uint)_files.WrittenCount;

        //  signature | [version made by] | version needed | flags, method, time | date | CRC | sizes | name length | extra
        Write(_files, 0x04034B50u);
        WriteCommon(_files, content, name);
        _files.Write(name);
        _files.Write(content);

        Write(_directory, 0x02014B50u);
        Write(_directory, VersionNeeded);
        WriteCommon(_directory, content, name);

        // Comment length, disk, attributes.
        _directory.Write(stackalloc byte[10]);
        Write(_directory, start);
        _directory.Write(name);
        _count++;
    }

    public Octets ToOctets()
    {
        var archive = new ArrayBufferWriter<byte>();
        archive.Write(_files.WrittenSpan);
        archive.Write(_directory.WrittenSpan);

        //  signature | disks | entries twice | directory size | directory start | comment length
        Write(archive, 0x06054B50u);
        Write(archive, 0u);
        Write(archive, (ushort)_count);
        Write(archive, (ushort)_count);
        Write(archive, (uint)_directory.WrittenCount);
        Write(archive, (uint)_files.WrittenCount);
        Write(archive, (ushort)0);
        return Octets.Copy(archive.WrittenSpan);
    }

    private static void WriteCommon(ArrayBufferWriter<byte> stream, ReadOnlySpan<byte> content, byte[] name)
    {
        Write(stream, VersionNeeded);
        stream.Write(stackalloc byte[6]);
        Write(stream, Date);
        Write(stream, Crc32.Compute(content));
        Write(stream, (uint)content.Length);
        Write(stream, (uint)content.Length);
        Write(stream, (ushort)name.Length);
        Write(stream, (ushort)0);
    }

    private static void Write(ArrayBufferWriter<byte> stream, ushort value)
    {
        Span<byte> octets = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(octets, value);
        stream.Write(octets);
    }

    private static void Write(ArrayBufferWriter<byte> stream, uint value)
    {
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(octets, value);
        stream.Write(octets);
    }
}
