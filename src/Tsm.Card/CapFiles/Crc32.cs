namespace Tsm.Card.CapFiles;

/// <summary>The CRC-32 of ZIP archives (APPNOTE 4.4.7): polynomial 04C11DB7, reflected.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = CreateTable();

    public static uint Compute(ReadOnlySpan<byte> octets)
    {
        uint crc = uint.MaxValue;
        foreach (byte octet in octets)
        {
            crc = Table[(crc ^ octet) & 0xFF] ^ crc >> 8;
        }

        return ~crc;
    }

    private static uint[] CreateTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ value >> 1 : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
