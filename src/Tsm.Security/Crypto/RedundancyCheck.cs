using System.Buffers.Binary;

namespace Tsm.Security.Crypto;

/// <summary>The redundancy checks (RC) of secured packets. They find accidents, not attackers.</summary>
/// <remarks>TS 102 225 §5.1.3.2 and Annex B; ISO/IEC 13239. Written most significant octet first.</remarks>
public static class RedundancyCheck
{
    private static readonly uint[] Table16 = Tabulate(0x8408);
    private static readonly uint[] Table32 = Tabulate(0xEDB88320);

    /// <summary>CRC-16: x^16 + x^12 + x^5 + 1, least significant bit first, begun with and added to ones.</summary>
    public static ushort Crc16(ReadOnlySpan<byte> octets) => (ushort)(Run(Table16, 0xFFFF, octets) ^ 0xFFFF);

    /// <summary>CRC-32 of Ethernet.</summary>
    public static uint Crc32(ReadOnlySpan<byte> octets) => ~Run(Table32, 0xFFFFFFFF, octets);

    /// <summary>Writes CRC-16 in 2 octets.</summary>
    public static void WriteCrc16(ReadOnlySpan<byte> octets, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt16BigEndian(destination, Crc16(octets));

    /// <summary>Writes CRC-32 in 4 octets.</summary>
    public static void WriteCrc32(ReadOnlySpan<byte> octets, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, Crc32(octets));

    /// <summary>Adds up octets without carry, in columns as many as <paramref name="destination"/> has octets.</summary>
    /// <remarks>Proprietary, with 4 or 8 columns; no standard defines it, but cards in the field use it.</remarks>
    public static void WriteXor(ReadOnlySpan<byte> octets, Span<byte> destination)
    {
        destination.Clear();
        for (int i = 0; i < octets.Length; i++)
        {
            destination[i % destination.Length] ^= octets[i];
        }
    }

    private static uint Run(uint[] table, uint register, ReadOnlySpan<byte> octets)
    {
        foreach (byte octet in octets)
        {
            register = register >> 8 ^ table[(register ^ octet) & 0xFF];
        }

        return register;
    }

    private static uint[] Tabulate(uint polynomial)
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint register = i;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register & 1) != 0 ? register >> 1 ^ polynomial : register >> 1;
            }

            table[i] = register;
        }

        return table;
    }
}
