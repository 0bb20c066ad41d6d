using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>C-octet strings: text that ends with a zero octet, one octet for each character.</summary>
/// <remarks>SMPP 3.4 §3.1. Latin-1 maps every octet to one character and back, whatever a peer put there.</remarks>
internal static class SmppFields
{
    /// <summary>Reads up to <paramref name="maxOctets"/> octets, the zero among them.</summary>
    public static string ReadCString(ref OctetReader reader, int maxOctets)
    {
        Span<byte> text = stackalloc byte[maxOctets];
        for (int length = 0; length < maxOctets; length++)
        {
            byte octet = reader.ReadByte();
            if (octet == 0)
            {
                return reader.Failed ? "" : System.Text.Encoding.Latin1.GetString(text[..length]);
            }

            text[length] = octet;
        }

        reader.Fail(PacketFault.LimitExceeded);
        return "";
    }

    /// <summary>Writes a string and its zero.</summary>
    /// <exception cref="ArgumentException">The text is too long, or has a character that no octet stands for.</exception>
    public static void WriteCString(ref OctetWriter writer, string? text, int maxOctets)
    {
        text ??= "";
        if (text.Length >= maxOctets || text.Any(c => c is '\0' or > '\u00FF'))
        {
            throw new ArgumentException($"The field holds up to {maxOctets - 1} characters of Latin-1.", nameof(text));
        }

        foreach (char character in text)
        {
            writer.WriteByte((byte)character);
        }

        writer.WriteByte(0);
    }

    /// <summary>The octets a string takes with its zero.</summary>
    public static int CStringLength(string? text) => (text?.Length ?? 0) + 1;

    /// <summary>The wire form of a packet.</summary>
    public static Octets ToOctets<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        packet.Write(wire);
        return Octets.Own(wire);
    }
}
