using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Tsm.Card.Encoding;
using Tsm.Security.Crypto;

namespace Tsm.Security.Keys;

/// <summary>One secret key: usable inside this library, printable only as its key check value, zeroed when disposed.</summary>
/// <remarks>
/// Parity bits of DES keys are ignored and weak keys are taken, because cards in the field hold both
/// (TS 102 225 §5.1.2). Members may be called from several threads at once.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class KeyMaterial : IDisposable
{
    private const int CheckValueLength = 3;
    private const int LongestLength = 32;

    private static readonly ImmutableArray<int> AesLengths = [16, 24, 32];
    private static readonly ImmutableArray<int> TripleDesLengths = [16, 24];
    private static readonly ImmutableArray<int> DesLengths = [8];

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _octets;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly BlockCipher _cipher;

    private byte[]? _checkValue;

    private KeyMaterial(ReadOnlySpan<byte> octets, KeyAlgorithm algorithm)
    {
        // Pinned, so that the collector leaves no copies behind when it moves things.
        _octets = GC.AllocateUninitializedArray<byte>(octets.Length, pinned: true);
        octets.CopyTo(_octets);
        Algorithm = algorithm;
        _cipher = BlockCipher.Create(_octets, algorithm);
    }

    /// <summary>The block cipher the key is for.</summary>
    [JsonIgnore]
    public KeyAlgorithm Algorithm { get; }

    /// <summary>The length of the key, in octets.</summary>
    [JsonIgnore]
    public int Length => _octets.Length;

    /// <summary>The key check value, 3 octets: zeros enciphered with a DES key, 01 repeated with an AES key.</summary>
    /// <remarks>GPCS 2.3.1 §B.5.</remarks>
    /// <exception cref="ObjectDisposedException">The key has been disposed.</exception>
    [JsonIgnore]
    public Octets CheckValue
    {
        get
        {
            ObjectDisposedException.ThrowIf(_cipher.IsDisposed, this);
            return Octets.Own(_checkValue ??= ComputeCheckValue());
        }
    }

    /// <summary>The cipher with the contexts that are kept for this key.</summary>
    internal BlockCipher Cipher => _cipher;

    /// <summary>The lengths that a key may have, in octets, the shortest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such algorithm.</exception>
    public static ImmutableArray<int> LengthsOf(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Aes => AesLengths,
        KeyAlgorithm.TripleDes => TripleDesLengths,
        KeyAlgorithm.Des => DesLengths,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "There is no such algorithm."),
    };

    /// <summary>Copies <paramref name="octets"/> into a key; the caller clears its own copy.</summary>
    /// <param name="octets">8 octets for DES, 16 or 24 for triple DES, 16, 24 or 32 for AES.</param>
    /// <param name="algorithm">The block cipher the key is for.</param>
    /// <exception cref="ArgumentException">The length does not fit the algorithm; the message says which lengths do.</exception>
    public static KeyMaterial From(ReadOnlySpan<byte> octets, KeyAlgorithm algorithm)
    {
        if (LengthsOf(algorithm).Contains(octets.Length))
        {
            return new(octets, algorithm);
        }

        string lengths = algorithm switch
        {
            KeyAlgorithm.Aes => "An AES key has 16, 24 or 32",
            KeyAlgorithm.TripleDes => "A triple DES key has 16 or 24",
            _ => "A DES key has 8",
        };
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"{lengths} octets, not {octets.Length}."), nameof(octets));
    }

    /// <summary>The key check value in hexadecimal, or a word once the key has been disposed.</summary>
    public override string ToString() => _cipher.IsDisposed ? "disposed key" : CheckValue.ToString();

    /// <summary>Frees what is kept for the key and overwrites its octets with zeros.</summary>
    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_octets);
    }

    /// <summary>Hands a copy of the octets to <paramref name="use"/> and clears the copy afterwards.</summary>
    internal TResult Expose<TState, TResult>(TState state, SecretUse<TState, TResult> use) where TState : allows ref struct
    {
        Span<byte> copy = stackalloc byte[LongestLength];
        copy = copy[.._octets.Length];
        try
        {
            // Disposal marks the key before it overwrites it: a copy of a key that is still unmarked is whole.
            _octets.CopyTo(copy);
            ObjectDisposedException.ThrowIf(_cipher.IsDisposed, typeof(KeyMaterial));
            return use(copy, state);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private byte[] ComputeCheckValue()
    {
        Span<byte> block = stackalloc byte[_cipher.BlockSize];
        block.Fill(Algorithm == KeyAlgorithm.Aes ? (byte)1 : (byte)0);
        _cipher.Transform(BlockMode.EcbEncrypt, block);
        return block[..CheckValueLength].ToArray();
    }
}

/// <summary>What is done with the octets of a key while they are in the clear.</summary>
internal delegate TResult SecretUse<TState, out TResult>(ReadOnlySpan<byte> secret, TState state)
    where TState : allows ref struct;

/// <summary>The block ciphers cards use.</summary>
public enum KeyAlgorithm
{
    /// <summary>Single DES, for cards older than TS 102 225 Release 8: one key of 8 octets.</summary>
    Des = 1,

    /// <summary>Triple DES, encrypt-decrypt-encrypt: two keys in 16 octets or three in 24.</summary>
    TripleDes = 2,

    /// <summary>AES with 16, 24 or 32 octets.</summary>
    Aes = 3,
}
