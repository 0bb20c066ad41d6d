using System.Buffers.Binary;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <summary>Protects command packets and opens response packets; and the same from the card's side.</summary>
/// <remarks>TS 102 225 §5, TS 31.115 §4 to §6. All members may be called from several threads at once.</remarks>
public static partial class PacketProtection
{
    /// <summary>The longest packet, in octets: as much as CPL can count in two octets.</summary>
    public const int LongestPacket = ushort.MaxValue + 2;

    private const int ShortestPrefix = 3;
    private const int LongestPrefix = 5;

    /// <summary>The length of a command packet, from CPL (or CPI) to the end of the padding, in octets.</summary>
    /// <param name="header">How the packet is protected.</param>
    /// <param name="dataLength">The length of the data, in octets.</param>
    /// <param name="dialect">The road.</param>
    /// <exception cref="ArgumentException">The header cannot be carried out, or CPL cannot count the packet.</exception>
    public static int PacketLength(CommandHeader header, int dataLength, PacketDialect dialect = PacketDialect.SmsPp) =>
        LengthOf(SuiteOf(header), dataLength, dialect, out _, out _);

    /// <summary>The largest data whose packet is not longer than <paramref name="capacity"/>, in octets.</summary>
    /// <param name="header">How the packet is protected.</param>
    /// <param name="capacity">What the road carries, from CPL (or CPI) on: 137 octets in a single SMS.</param>
    /// <param name="dialect">The road.</param>
    /// <returns>A length in octets; -1 when not even a packet without data fits.</returns>
    /// <exception cref="ArgumentException">The header cannot be carried out.</exception>
    public static int MaxDataLength(CommandHeader header, int capacity, PacketDialect dialect = PacketDialect.SmsPp)
    {
        ProtectionSuite suite = SuiteOf(header);
        int most = -1;

        // The length field of a BER dialect grows with what it counts: the shortest that is long enough leaves most room.
        for (int prefix = ShortestPrefix; prefix <= LongestPrefix; prefix++)
        {
            var layout = new PacketLayout(prefix, IsResponse: false);
            int secured = Math.Clamp(capacity, 0, LongestPacket) - layout.Secured;
            int whole = secured - Math.Max(secured, 0) % suite.BlockSize;
            int data = whole - (layout.Check - layout.Secured) - suite.CheckLength;
            if (data > most && Measure(suite, data, dialect, isResponse: false, out _, out _) <= capacity)
            {
                most = data;
            }
        }

        return most;
    }

    /// <summary>Writes a command packet, from CPL (or CPI) to the end of the padding.</summary>
    /// <param name="header">How the packet is protected. Its counter has been made durable before.</param>
    /// <param name="keys">The keys of the version that the header names; null where it needs none.</param>
    /// <param name="data">The data, in the clear.</param>
    /// <param name="destination">At least <see cref="PacketLength"/> octets, apart from <paramref name="data"/>.</param>
    /// <param name="dialect">The road.</param>
    /// <returns>The length of the packet, in octets.</returns>
    /// <exception cref="ArgumentException">
    /// The header cannot be carried out, the keys do not fit it, or the destination is too short. Nothing has been written.
    /// </exception>
    public static int Protect(
        CommandHeader header, KeySet? keys, ReadOnlySpan<byte> data, Span<byte> destination, PacketDialect dialect = PacketDialect.SmsPp)
    {
        ProtectionSuite suite = SuiteOf(header);
        if (suite.Misfit(keys) is { } misfit)
        {
            throw new ArgumentException(misfit, nameof(keys));
        }

        int length = LengthOf(suite, data.Length, dialect, out PacketLayout layout, out int padding);
        if (destination.Length < length)
        {
            throw new ArgumentException("The destination is shorter than the packet.", nameof(destination));
        }

        Span<byte> packet = destination[..length];
        var writer = new OctetWriter(packet);
        layout.WritePrefix(ref writer, dialect, suite.CheckLength, length);
        header.WriteFields(ref writer);
        writer.WriteByte((byte)padding);
        writer.Write(data);
        packet.Slice(writer.Position, padding).Clear();
        Seal(suite, keys, packet, layout);
        return length;
    }

    /// <summary>Makes a command packet, from CPL (or CPI) to the end of the padding.</summary>
    /// <inheritdoc cref="Protect(CommandHeader, KeySet?, ReadOnlySpan{byte}, Span{byte}, PacketDialect)"/>
    public static Octets Protect(CommandHeader header, KeySet? keys, ReadOnlySpan<byte> data, PacketDialect dialect = PacketDialect.SmsPp)
    {
        byte[] packet = new byte[PacketLength(header, data.Length, dialect)];
        Protect(header, keys, data, packet, dialect);
        return Octets.Own(packet);
    }

    private static ProtectionSuite SuiteOf(in CommandHeader header) =>
        ProtectionSuite.TryForCommand(header, out ProtectionSuite suite, out string? reason)
            ? suite
            : throw new ArgumentException(reason, nameof(header));

    private static int LengthOf(in ProtectionSuite suite, int dataLength, PacketDialect dialect, out PacketLayout layout, out int padding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dataLength, LongestPacket);
        int length = Measure(suite, dataLength, dialect, isResponse: false, out layout, out padding);
        return length <= LongestPacket
            ? length
            : throw new ArgumentOutOfRangeException(nameof(dataLength), dataLength, "CPL cannot count a packet of this length.");
    }

    /// <summary>The length of a packet, where its fields stand, and how long its padding is.</summary>
    private static int Measure(
        in ProtectionSuite suite, int dataLength, PacketDialect dialect, bool isResponse, out PacketLayout layout, out int padding)
    {
        var shape = new PacketLayout(0, isResponse);
        int unpadded = shape.Check + suite.CheckLength + dataLength;
        padding = suite.PaddingFor(unpadded - shape.Secured);
        layout = PacketLayout.For(dialect, isResponse, unpadded + padding);
        return layout.Prefix + unpadded + padding;
    }

    /// <summary>Finishes a packet in which data and padding still stand where RC or CC belongs.</summary>
    private static void Seal(in ProtectionSuite suite, KeySet? keys, Span<byte> packet, PacketLayout layout)
    {
        // RC and CC cover the packet as if their field were not there (TS 31.115 §4.2): so it is not there yet.
        Span<byte> check = stackalloc byte[ProtectionSuite.LongestCheck];
        suite.Check(keys, packet[..^suite.CheckLength], check);
        packet[layout.Check..^suite.CheckLength].CopyTo(packet[(layout.Check + suite.CheckLength)..]);
        check[..suite.CheckLength].CopyTo(packet[layout.Check..]);
        suite.Encipher(keys, packet[layout.Secured..]);
    }

    /// <summary>Whether RC or CC holds; takes the field out of <paramref name="packet"/>, which is then shorter by it.</summary>
    internal static bool VerifyAndStrip(in ProtectionSuite suite, KeySet? keys, ref Span<byte> packet, PacketLayout layout)
    {
        Span<byte> check = stackalloc byte[ProtectionSuite.LongestCheck];
        check = check[..suite.CheckLength];
        packet.Slice(layout.Check, suite.CheckLength).CopyTo(check);
        packet[(layout.Check + suite.CheckLength)..].CopyTo(packet[layout.Check..]);
        packet = packet[..^suite.CheckLength];
        return suite.Verify(keys, packet, check);
    }

    internal static Counter CounterAt(ReadOnlySpan<byte> octets) =>
        new((ulong)octets[0] << 32 | BinaryPrimitives.ReadUInt32BigEndian(octets[1..]));
}
