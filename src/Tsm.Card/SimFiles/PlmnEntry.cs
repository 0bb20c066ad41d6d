using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A PLMN with access technologies: an entry of EF_PLMNwAcT, EF_OPLMNwAcT or EF_HPLMNwAcT.</summary>
/// <remarks>TS 31.102 §4.2.5.</remarks>
/// <param name="Plmn">The network.</param>
/// <param name="Technologies">How it is looked for.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PlmnEntry(Plmn Plmn, AccessTechnologies Technologies) : IPacket<PlmnEntry>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 5;

    /// <summary>An unused entry, <c>FFFFFF0000</c>.</summary>
    public static PlmnEntry Unused { get; } = new(Plmn.Unused, AccessTechnologies.None);

    /// <inheritdoc/>
    public int Length => Size;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  PLMN 3 | access technologies 2
        var writer = new OctetWriter(destination);
        writer.Write(Plmn);
        writer.WriteUInt16((ushort)Technologies);
        return Size;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out PlmnEntry packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(Plmn.Read(ref reader), (AccessTechnologies)reader.ReadUInt16());
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }
}

/// <summary>Access technologies of a PLMN. Bits without a name survive a round trip.</summary>
/// <remarks>TS 31.102 §4.2.5.</remarks>
[Flags]
public enum AccessTechnologies : ushort
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>UTRAN.</summary>
    Utran = 0x8000,

    /// <summary>E-UTRAN, in its wide and its narrow band.</summary>
    EUtran = 0x4000,

    /// <summary>NG-RAN.</summary>
    NgRan = 0x0800,

    /// <summary>GSM.</summary>
    Gsm = 0x0080,
}

/// <summary>Files that hold a list of networks: EF_PLMNsel, EF_FPLMN and EF_EHPLMN, or those with access technologies.</summary>
public static class PlmnLists
{
    /// <summary>The content of a file of networks, filled up with unused entries.</summary>
    /// <param name="networks">The networks, the most preferred first.</param>
    /// <param name="fileSize">The size of the file, in octets.</param>
    /// <exception cref="ArgumentException">There are more than fit.</exception>
    public static Octets Encode(IReadOnlyList<Plmn> networks, int fileSize) => Encode(networks, Plmn.Unused, Plmn.Size, fileSize);

    /// <summary>The content of a file of networks with access technologies, filled up with unused entries.</summary>
    /// <inheritdoc cref="Encode(IReadOnlyList{Plmn}, int)"/>
    public static Octets Encode(IReadOnlyList<PlmnEntry> networks, int fileSize) =>
        Encode(networks, PlmnEntry.Unused, PlmnEntry.Size, fileSize);

    /// <summary>Reads the networks of a file, without unused entries; what is too short for one at the end is left out.</summary>
    public static ImmutableArray<Plmn> Decode(ReadOnlySpan<byte> content) =>
        [.. Decode<Plmn>(content, Plmn.Size).Where(p => !p.IsUnused)];

    /// <summary>Reads the networks with access technologies of a file, as <see cref="Decode(ReadOnlySpan{byte})"/> does.</summary>
    public static ImmutableArray<PlmnEntry> DecodeEntries(ReadOnlySpan<byte> content) =>
        [.. Decode<PlmnEntry>(content, PlmnEntry.Size).Where(p => !p.Plmn.IsUnused)];

    private static Octets Encode<TPacket>(IReadOnlyList<TPacket> networks, TPacket unused, int size, int fileSize)
        where TPacket : struct, IPacket<TPacket>
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count * size > fileSize)
        {
            throw new ArgumentException($"{networks.Count} networks do not fit a file of {fileSize} octets.", nameof(networks));
        }

        byte[] content = new byte[fileSize];
        content.AsSpan().Fill(0xFF);
        for (int i = 0; i < fileSize / size; i++)
        {
            (i < networks.Count ? networks[i] : unused).Write(content.AsSpan(i * size));
        }

        return Octets.Own(content);
    }

    private static List<TPacket> Decode<TPacket>(ReadOnlySpan<byte> content, int size) where TPacket : struct, IPacket<TPacket>
    {
        var networks = new List<TPacket>(content.Length / size);
        for (int at = 0; at + size <= content.Length; at += size)
        {
            if (TPacket.TryParse(content.Slice(at, size), out TPacket network, out _))
            {
                networks.Add(network);
            }
        }

        return networks;
    }
}
