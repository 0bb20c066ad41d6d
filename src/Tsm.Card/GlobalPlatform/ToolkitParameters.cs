using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>UICC toolkit application specific parameters: what a toolkit applet gets from the card's toolkit.</summary>
/// <remarks>TS 102 226 §8.2.1.3.2.2.1, inside EA, tag 80. Compares by content, as it goes on the wire.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ToolkitParameters : IPacket<ToolkitParameters>
{
    private const byte MinimumSpi1 = 0x01;

    private readonly Octets _menu;
    private readonly Octets _tars;

    /// <summary>Priority level: 01 is the highest, FF the lowest.</summary>
    public byte Priority { get; init; }

    /// <summary>The most timers, 0 to 8.</summary>
    public byte MaxTimers { get; init; }

    /// <summary>The longest text of a menu entry, in octets.</summary>
    public byte MaxMenuText { get; init; }

    /// <summary>The most channels to a server, 0 to 7.</summary>
    public byte MaxChannels { get; init; }

    /// <summary>The minimum security level as on the wire: nothing for none, else <c>01</c> and the least SPI1.</summary>
    public Octets MinimumSecurity { get; init; }

    /// <summary>The most services, 0 to 8.</summary>
    public byte MaxServices { get; init; }

    /// <summary>The menu entries, 0 to 127, each with its position and identifier; 00 leaves either to the card.</summary>
    /// <exception cref="ArgumentException">More than 127 entries.</exception>
    public ImmutableArray<ToolkitMenuEntry> MenuEntries
    {
        get => ToolkitLists.ToEntries(_menu);
        init => _menu = ToolkitLists.FromEntries(value);
    }

    /// <summary>The TARs of the application, 0 to 85; none to take the one in its AID.</summary>
    /// <exception cref="ArgumentException">More than 85 TARs.</exception>
    public ImmutableArray<Tar> Tars
    {
        get => ToolkitLists.ToTars(_tars);
        init => _tars = ToolkitLists.FromTars(value);
    }

    /// <inheritdoc/>
    public int Length => 8 + _menu.Length + MinimumSecurity.Length + _tars.Length;

    /// <summary>The minimum security level that demands at least this first octet of the SPI.</summary>
    public static Octets AtLeast(byte spi1) => Octets.Copy([MinimumSpi1, spi1]);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  priority 1 | timers 1 | menu text 1 | entries m 1 | m × (position 1, identifier 1) | channels 1
        //  | L minimum security | L TARs | services 1
        var writer = new OctetWriter(destination);
        writer.WriteByte(Priority);
        writer.WriteByte(MaxTimers);
        writer.WriteByte(MaxMenuText);
        writer.WriteByte((byte)(_menu.Length / 2));
        writer.Write(_menu.Span);
        writer.WriteByte(MaxChannels);
        writer.WriteLengthValue(MinimumSecurity.Span);
        writer.WriteLengthValue(_tars.Span);
        writer.WriteByte(MaxServices);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ToolkitParameters packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(ref reader);
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    private ToolkitParameters(ref OctetReader reader)
    {
        Priority = reader.ReadByte();
        MaxTimers = reader.ReadByte();
        MaxMenuText = reader.ReadByte();
        _menu = reader.ReadOctets(2 * reader.ReadByte());
        MaxChannels = reader.ReadByte();
        MinimumSecurity = reader.ReadOctets(reader.ReadByte());
        _tars = ToolkitLists.ReadTars(ref reader);
        MaxServices = reader.ReadByte();
    }
}

/// <summary>An entry that a toolkit applet may have in the menu of the phone.</summary>
/// <param name="Position">Its position; 00 for the end.</param>
/// <param name="Identifier">Its identifier; 00 for any.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ToolkitMenuEntry(byte Position, byte Identifier);
