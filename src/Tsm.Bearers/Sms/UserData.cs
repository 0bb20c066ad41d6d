using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>TP-UD of a message whose TP-UDHI is set: a header and what it describes.</summary>
/// <param name="Header">The user data header.</param>
/// <param name="Payload">What follows the header: a packet or a segment of one.</param>
/// <remarks>TS 23.040 §9.2.3.24. Octets only; a 7-bit text has fill bits after its header that this type does not know.</remarks>
public readonly record struct UserData(UserDataHeader Header, Octets Payload) : IPacket<UserData>
{
    /// <summary>The most octets TP-UD has in an SMS-DELIVER or SMS-SUBMIT.</summary>
    public const int MaxLength = 140;

    /// <inheritdoc/>
    public int Length => Header.Length + Payload.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  UDH n | payload m
        var writer = new OctetWriter(destination);
        writer.Write(Header);
        writer.Write(Payload.Span);
        return writer.Position;
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets()
    {
        byte[] wire = new byte[Length];
        Write(wire);
        return Octets.Own(wire);
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out UserData packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        UserDataHeader header = UserDataHeader.Read(ref reader);
        Octets payload = Octets.Copy(reader.ReadRest());
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? new(header, payload) : default;
        return parsed;
    }
}
