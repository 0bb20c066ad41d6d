using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The length-value fields inside the data of GlobalPlatform commands.</summary>
/// <remarks>GPCS 2.3.1 §11.1.5: one length octet for AIDs, privileges and hashes, BER lengths for parameters and tokens.</remarks>
internal static class CommandField
{
    public const byte Class = 0x80;

    public static int Size(Octets value) => 1 + value.Length;

    public static int BerSize(Octets value) => BerTlv.LengthSize(value.Length) + value.Length;

    public static void WriteBer(ref OctetWriter writer, Octets value)
    {
        BerTlv.WriteLength(ref writer, value.Length);
        writer.Write(value.Span);
    }

    public static Octets Read(ref OctetReader reader) => reader.ReadOctets(reader.ReadByte());

    public static Octets ReadBer(ref OctetReader reader) => reader.ReadOctets(BerTlv.ReadLength(ref reader));

    /// <summary>An AID, or null where its length is zero.</summary>
    public static Aid? ReadAid(ref OctetReader reader)
    {
        int start = reader.Offset;
        ReadOnlySpan<byte> value = reader.ReadSpan(reader.ReadByte());
        if (value.IsEmpty)
        {
            return null;
        }

        if (!Aid.TryFrom(value, out Aid aid))
        {
            reader.Fail(PacketFault.LengthMismatch, start);
        }

        return aid;
    }

    public static Privileges ReadPrivileges(ref OctetReader reader)
    {
        int start = reader.Offset;
        if (!Privileges.TryParse(reader.ReadSpan(reader.ReadByte()), out Privileges privileges, out PacketError error))
        {
            reader.Fail(error.Fault, start);
        }

        return privileges;
    }
}
