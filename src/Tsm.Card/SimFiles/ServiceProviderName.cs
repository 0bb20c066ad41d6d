using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>SPN, the name of the service provider: EF_SPN.</summary>
/// <remarks>TS 31.102 §4.2.12.</remarks>
/// <param name="Display">When what is shown.</param>
/// <param name="Name">The name, as it is on the wire: 16 octets, filled up with <c>FF</c>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ServiceProviderName(DisplayConditions Display, Octets Name) : IPacket<ServiceProviderName>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 17;

    private const int NameSize = 16;

    /// <inheritdoc/>
    public int Length => 1 + Name.Length;

    /// <summary>The name; empty if the file is blank.</summary>
    public string Text => AlphaText.Decode(Name.Span);

    /// <summary>A name of up to 16 letters, fewer if they are not of the GSM alphabet.</summary>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public static ServiceProviderName Of(string name, DisplayConditions display) => new(display, AlphaText.Encode(name, NameSize));

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  display conditions 1 | name 16
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)Display);
        writer.Write(Name.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ServiceProviderName packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new((DisplayConditions)reader.ReadByte(), reader.ReadOctets(NameSize));
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }
}

/// <summary>When a phone shows the name of the provider and of the network. Bits without a name survive a round trip.</summary>
[Flags]
public enum DisplayConditions : byte
{
    /// <summary>In the home network the network is not shown; elsewhere the provider is.</summary>
    None = 0,

    /// <summary>In the home network the name of the network is shown too.</summary>
    ShowNetworkAtHome = 0x01,

    /// <summary>In a network that is neither home nor listed in EF_SPDI the name of the provider is not shown.</summary>
    HideProviderElsewhere = 0x02,
}
