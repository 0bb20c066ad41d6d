using System.Security.Cryptography;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>The retail MAC: single DES chained, the last block with triple DES; padded with 80 and zeros.</summary>
/// <remarks>ISO/IEC 9797-1 algorithm 3 with padding method 2, GPCS 2.3.1 §B.1.2.2. It keeps a copy of the key's first half.</remarks>
internal sealed class RetailMac : IDisposable
{
    /// <summary>The length of the MAC, in octets.</summary>
    public const int Size = 8;

    private readonly KeyMaterial _key;
    private readonly KeyMaterial _firstHalf;

    /// <summary>A MAC with a triple DES key of 16 octets, which stays the caller's.</summary>
    public RetailMac(KeyMaterial key)
    {
        if (key.Algorithm != KeyAlgorithm.TripleDes || key.Length != 16)
        {
            throw new ArgumentException("A retail MAC takes a triple DES key of 16 octets.", nameof(key));
        }

        _key = key;
        _firstHalf = key.Expose(0, static (secret, _) => KeyMaterial.From(secret[..8], KeyAlgorithm.Des));
    }

    /// <summary>The MAC of <paramref name="message"/>.</summary>
    /// <param name="initial">The initial value, 8 octets.</param>
    /// <param name="message">Any octets; they are padded here.</param>
    /// <param name="destination">8 octets.</param>
    public void Compute(ReadOnlySpan<byte> initial, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        byte[] padded = MarkedPadding.Add(message, Size);
        Add(padded, initial);
        Span<byte> last = padded.AsSpan(padded.Length - Size);
        if (padded.Length > Size)
        {
            Span<byte> chained = stackalloc byte[Size];
            ReadOnlySpan<byte> before = padded.AsSpan(0, padded.Length - Size);
            _firstHalf.Cipher.Chain(before[..^Size], before[^Size..], chained);
            Add(last, chained);
        }

        _key.Cipher.Transform(BlockMode.EcbEncrypt, last);
        last.CopyTo(destination);
    }

    /// <summary>Whether <paramref name="mac"/> is the MAC of <paramref name="message"/>; takes the same time either way.</summary>
    public bool Verify(ReadOnlySpan<byte> initial, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[Size];
        Compute(initial, message, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    /// <summary>Enciphers one block with single DES under the first half of the key, as SCP02 does with its ICV.</summary>
    public void EncipherInitial(Span<byte> block) => _firstHalf.Cipher.Transform(BlockMode.EcbEncrypt, block);

    public void Dispose() => _firstHalf.Dispose();

    private static void Add(Span<byte> block, ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < Size; i++)
        {
            block[i] ^= value[i];
        }
    }
}
