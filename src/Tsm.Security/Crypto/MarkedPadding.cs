namespace Tsm.Security.Crypto;

/// <summary>Padding with 80 and then zeros up to whole blocks; there is always at least the 80.</summary>
/// <remarks>ISO/IEC 9797-1 padding method 2, GPCS 2.3.1 annex B.</remarks>
internal static class MarkedPadding
{
    /// <summary>The length of <paramref name="length"/> octets with their padding.</summary>
    public static int PaddedLength(int length, int blockSize) => (length / blockSize + 1) * blockSize;

    /// <summary>The octets with their padding, in a new array.</summary>
    public static byte[] Add(ReadOnlySpan<byte> octets, int blockSize)
    {
        byte[] padded = new byte[PaddedLength(octets.Length, blockSize)];
        octets.CopyTo(padded);
        padded[octets.Length] = 0x80;
        return padded;
    }

    /// <summary>The length without padding; -1 when there is no 80 followed by zeros only.</summary>
    public static int ClearLength(ReadOnlySpan<byte> padded)
    {
        int last = padded.LastIndexOfAnyExcept((byte)0);
        return last >= 0 && padded[last] == 0x80 ? last : -1;
    }
}
