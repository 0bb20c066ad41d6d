using System.Buffers.Binary;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <summary>Protects command packets and opens response packets, over SMS-PP; and the same from the card's side.</summary>
/// <remarks>TS 102 225 §5, TS 31.115 §4. All members may be called from several threads at once.</remarks>
public static partial class PacketProtection
{
    /// <summary>The longest packet that CPL can count, in octets.</summary>
    public const int LongestPacket = ushort.MaxValue + PacketLayout.PacketLengthSize;

    /// <summary>The length of a command packet, from CPL to the end of the padding, in octets.</summary>
    /// <param name="header">How the packet is protected.</param>
    /// <param name="dataLength">The length of the data, in octets.</param>
    /// <exception cref="ArgumentException">The header cannot be carried out, or CPL cannot count the packet.</exception>
    public static int PacketLength(CommandHeader header, int dataLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dataLength, LongestPacket);
        int length = Measure(SuiteOf(header), dataLength, PacketLayout.CommandSecured, out _);
        return length <= LongestPacket
            ? length
            : throw new ArgumentOutOfRangeException(nameof(dataLength), dataLength, "CPL cannot count a packet of this length.");
    }

    /// <summary>The largest data whose packet is not longer than <paramref name="capacity"/>, in octets.</summary>
    /// <param name="header">How the packet is protected.</param>
    /// <param name="capacity">What the road carries, from CPL on: 137 octets in a single SMS.</param>
    /// <returns>A length in octets; -1 when not even a packet without data fits.</returns>
    /// <exception cref="ArgumentException">The header cannot be carried out.</exception>
    public static int MaxDataLength(CommandHeader header, int capacity)
    {
        ProtectionSuite suite = SuiteOf(header);
        int secured = Math.Clamp(capacity, 0, LongestPacket) - PacketLayout.CommandSecured;
        int whole = secured - Math.Max(secured, 0) % suite.BlockSize;
        return Math.Max(whole - (PacketLayout.CheckOffset - PacketLayout.CommandSecured) - suite.CheckLength, -1);
    }

    /// <summary>Writes a command packet, from CPL to the end of the padding.</summary>
    /// <param name="header">How the packet is protected. Its counter has been made durable before.</param>
    /// <param name="keys">The keys of the version that the header names; null where it needs none.</param>
    /// <param name="data">The data, in the clear.</param>
    /// <param name="destination">At least <see cref="PacketLength"/> octets, apart from <paramref name="data"/>.</param>
    /// <returns>The length of the packet, in octets.</returns>
    /// <exception cref="ArgumentException">
    /// The header cannot be carried out, the keys do not fit it, or the destination is too short. Nothing has been written.
    /// </exception>
    public static int Protect(CommandHeader header, KeySet? keys, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ProtectionSuite suite = SuiteOf(header);
        if (suite.Misfit(keys) is { } misfit)
        {
            throw new ArgumentException(misfit, nameof(keys));
        }

        int length = PacketLength(header, data.Length);
        if (destination.Length < length)
        {
            throw new ArgumentException("The destination is shorter than the packet.", nameof(destination));
        }

        //  CPL 2 | CHL 1 | SPI 2 | KIc 1 | KID 1 | TAR 3 | CNTR 5 | PCNTR 1 | RC/CC m | data | padding
        int padding = length - PacketLayout.CheckOffset - suite.CheckLength - data.Length;
        Span<byte> packet = destination[..length];
        var writer = new OctetWriter(packet);
        writer.WriteUInt16((ushort)(length - PacketLayout.PacketLengthSize));
        writer.WriteByte((byte)(PacketLayout.CommandHeaderLength + suite.CheckLength));
        header.WriteFields(ref writer);
        writer.WriteByte((byte)padding);
        writer.Write(data);
        packet.Slice(writer.Position, padding).Clear();
        Seal(suite, keys, packet, PacketLayout.CommandSecured);
        return length;
    }

    /// <summary>Makes a command packet, from CPL to the end of the padding.</summary>
    /// <inheritdoc cref="Protect(CommandHeader, KeySet?, ReadOnlySpan{byte}, Span{byte})"/>
    public static Octets Protect(CommandHeader header, KeySet? keys, ReadOnlySpan<byte> data)
    {
        byte[] packet = new byte[PacketLength(header, data.Length)];
        Protect(header, keys, data, packet);
        return Octets.Own(packet);
    }

    private static ProtectionSuite SuiteOf(in CommandHeader header) =>
        ProtectionSuite.TryForCommand(header, out ProtectionSuite suite, out string? reason)
            ? suite
            : throw new ArgumentException(reason, nameof(header));

    /// <summary>The length of a packet whose ciphered part begins at <paramref name="secured"/>, and of its padding.</summary>
    private static int Measure(in ProtectionSuite suite, int dataLength, int secured, out int padding)
    {
        int unpadded = PacketLayout.CheckOffset + suite.CheckLength + dataLength;
        padding = suite.PaddingFor(unpadded - secured);
        return unpadded + padding;
    }

    /// <summary>Finishes a packet in which data and padding still stand where RC or CC belongs.</summary>
    private static void Seal(in ProtectionSuite suite, KeySet? keys, Span<byte> packet, int secured)
    {
        // RC and CC cover the packet as if their field were not there (TS 31.115 §4.2): so it is not there yet.
        Span<byte> check = stackalloc byte[ProtectionSuite.LongestCheck];
        suite.Check(keys, packet[..^suite.CheckLength], check);
        packet[PacketLayout.CheckOffset..^suite.CheckLength].CopyTo(packet[(PacketLayout.CheckOffset + suite.CheckLength)..]);
        check[..suite.CheckLength].CopyTo(packet[PacketLayout.CheckOffset..]);
        suite.Encipher(keys, packet[secured..]);
    }

    /// <summary>Whether RC or CC holds; takes the field out of <paramref name="packet"/>, which is then shorter by it.</summary>
    private static bool VerifyAndStrip(in ProtectionSuite suite, KeySet? keys, ref Span<byte> packet)
    {
        Span<byte> check = stackalloc byte[ProtectionSuite.LongestCheck];
        check = check[..suite.CheckLength];
        packet.Slice(PacketLayout.CheckOffset, suite.CheckLength).CopyTo(check);
        packet[(PacketLayout.CheckOffset + suite.CheckLength)..].CopyTo(packet[PacketLayout.CheckOffset..]);
        packet = packet[..^suite.CheckLength];
        return suite.Verify(keys, packet, check);
    }

    private static Counter CounterAt(ReadOnlySpan<byte> octets) =>
        new((ulong)octets[0] << 32 | BinaryPrimitives.ReadUInt32BigEndian(octets[1..]));
}
