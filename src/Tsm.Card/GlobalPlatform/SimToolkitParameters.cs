using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>SIM file access and toolkit application specific parameters, for applets of the style of TS 43.019.</summary>
/// <remarks>
/// TS 102 226 §8.2.1.3.2.1, inside EF, tag CA. Old cards and tools leave out fields at the end. Compares by content, as it
/// goes on the wire.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SimToolkitParameters : IPacket<SimToolkitParameters>
{
    /// <summary>The fields that may be missing: channels, minimum security and TARs.</summary>
    public const int MaxOmitted = 3;

    private readonly Octets _menu;
    private readonly Octets _tars;
    private readonly int _omitted;

    /// <summary>Which files the applet may reach; null where nothing is said.</summary>
    public AccessDomain? Access { get; init; }

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

    /// <summary>The menu entries, 0 to 127.</summary>
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

    /// <summary>How many of the fields at the end do not stand, 0 to 3; what they would say is lost then.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public int Omitted
    {
        get => _omitted;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxOmitted);
            _omitted = value;
        }
    }

    /// <inheritdoc/>
    public int Length => 5 + (Access?.Length ?? 0) + _menu.Length
        + (_omitted < 3 ? 1 : 0)
        + (_omitted < 2 ? 1 + MinimumSecurity.Length : 0)
        + (_omitted < 1 ? 1 + _tars.Length : 0);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  L access domain | priority 1 | timers 1 | menu text 1 | entries m 1 | m × (position 1, identifier 1)
        //  | [channels 1 | [L minimum security | [L TARs]]]
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)(Access?.Length ?? 0));
        if (Access is { } access)
        {
            writer.Write(access);
        }

        writer.WriteByte(Priority);
        writer.WriteByte(MaxTimers);
        writer.WriteByte(MaxMenuText);
        writer.WriteByte((byte)(_menu.Length / 2));
        writer.Write(_menu.Span);
        if (_omitted < 3)
        {
            writer.WriteByte(MaxChannels);
        }

        if (_omitted < 2)
        {
            writer.WriteLengthValue(MinimumSecurity.Span);
        }

        if (_omitted < 1)
        {
            writer.WriteLengthValue(_tars.Span);
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SimToolkitParameters packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(ref reader);
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    private SimToolkitParameters(ref OctetReader reader)
    {
        Access = AccessDomain.ReadField(ref reader);
        Priority = reader.ReadByte();
        MaxTimers = reader.ReadByte();
        MaxMenuText = reader.ReadByte();
        _menu = reader.ReadOctets(2 * reader.ReadByte());
        _omitted = MaxOmitted;
        if (reader.Remaining > 0)
        {
            MaxChannels = reader.ReadByte();
            _omitted--;
        }

        if (reader.Remaining > 0)
        {
            MinimumSecurity = reader.ReadOctets(reader.ReadByte());
            _omitted--;
        }

        if (reader.Remaining > 0)
        {
            _tars = ToolkitLists.ReadTars(ref reader);
            _omitted--;
        }
    }
}
