using System.Security.Cryptography;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>DES, triple DES or AES with one key, with an initial value of zeros and without padding.</summary>
/// <remarks>
/// A context is made when its mode is first used and kept until the key is disposed. One lock per key: a key belongs to
/// one card, so nobody waits for it in practice.
/// </remarks>
internal sealed class BlockCipher(byte[] key, KeyAlgorithm algorithm) : IDisposable
{
    /// <summary>The longest block, in octets.</summary>
    public const int LongestBlock = 16;

    private const int ScratchLength = 256;

    private static readonly CipherNames Aes128 = new("AES-128"), Aes192 = new("AES-192"), Aes256 = new("AES-256");
    private static readonly CipherNames TwoKeys = new("DES-EDE"), ThreeKeys = new("DES-EDE3");

    private readonly Lock _lock = new();
    private readonly CipherContext?[] _contexts = new CipherContext?[4];
    private byte[]? _subkeySeed;

    /// <summary>The length of a block, in octets.</summary>
    public int BlockSize => algorithm == KeyAlgorithm.Aes ? 16 : 8;

    /// <summary>Whether the key is gone.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Enciphers or deciphers whole blocks in place.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of the block size.</exception>
    public void Transform(BlockMode mode, Span<byte> blocks)
    {
        RequireWholeBlocks(blocks.Length);
        if (blocks.IsEmpty)
        {
            return;
        }

        lock (_lock)
        {
            Start(mode).Update(blocks, blocks);
        }
    }

    /// <summary>The last block of CBC over <paramref name="blocks"/> followed by the block <paramref name="last"/>.</summary>
    public void Chain(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> last, Span<byte> mac)
    {
        RequireWholeBlocks(blocks.Length);
        Span<byte> scratch = stackalloc byte[ScratchLength];
        lock (_lock)
        {
            CipherContext context = Start(BlockMode.CbcEncrypt);
            while (!blocks.IsEmpty)
            {
                ReadOnlySpan<byte> part = blocks[..Math.Min(blocks.Length, ScratchLength)];
                context.Update(part, scratch);
                blocks = blocks[part.Length..];
            }

            context.Update(last, mac);
        }
    }

    /// <summary>Copies the enciphered block of zeros, from which CMAC derives its subkeys (RFC 4493 §2.3).</summary>
    public void CopySubkeySeed(Span<byte> destination)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, typeof(KeyMaterial));
            if (_subkeySeed is null)
            {
                byte[] seed = GC.AllocateArray<byte>(BlockSize, pinned: true);
                Start(BlockMode.EcbEncrypt).Update(seed, seed);
                _subkeySeed = seed;
            }

            _subkeySeed.CopyTo(destination);
        }
    }

    /// <summary>Copies the key while nobody can dispose it.</summary>
    public void CopyKey(Span<byte> destination)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, typeof(KeyMaterial));
            key.CopyTo(destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            IsDisposed = true;
            foreach (CipherContext? context in _contexts)
            {
                context?.Dispose();
            }

            Array.Clear(_contexts);
            CryptographicOperations.ZeroMemory(_subkeySeed);
        }
    }

    private CipherContext Start(BlockMode mode)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(KeyMaterial));
        if (_contexts[(int)mode] is { } kept)
        {
            kept.Restart();
            return kept;
        }

        CipherContext created = Create(mode);
        _contexts[(int)mode] = created;
        return created;
    }

    private CipherContext Create(BlockMode mode)
    {
        bool encrypt = mode is BlockMode.CbcEncrypt or BlockMode.EcbEncrypt;
        bool chained = mode is BlockMode.CbcEncrypt or BlockMode.CbcDecrypt;
        CipherNames cipher = (algorithm, key.Length) switch
        {
            (KeyAlgorithm.Aes, 16) => Aes128,
            (KeyAlgorithm.Aes, 24) => Aes192,
            (KeyAlgorithm.Aes, _) => Aes256,
            (KeyAlgorithm.TripleDes, 24) => ThreeKeys,
            _ => TwoKeys,
        };

        if (algorithm != KeyAlgorithm.Des)
        {
            return CipherContext.Create(cipher.Fetch(chained), key, encrypt);
        }

        // Encrypting, decrypting and encrypting with one key is single DES, and needs no legacy provider.
        Span<byte> doubled = stackalloc byte[16];
        key.CopyTo(doubled);
        key.CopyTo(doubled[8..]);
        CipherContext context = CipherContext.Create(cipher.Fetch(chained), doubled, encrypt);
        CryptographicOperations.ZeroMemory(doubled);
        return context;
    }

    private void RequireWholeBlocks(int length)
    {
        if (length % BlockSize != 0)
        {
            throw new ArgumentException("A block cipher without padding takes whole blocks.", nameof(length));
        }
    }

    /// <summary>A cipher of libcrypto, fetched once per process.</summary>
    private sealed class CipherNames(string name)
    {
        private readonly Lazy<nint> _chained = new(() => FetchByName(name + "-CBC"));
        private readonly Lazy<nint> _single = new(() => FetchByName(name + "-ECB"));

        public nint Fetch(bool chained) => chained ? _chained.Value : _single.Value;

        private static nint FetchByName(string name)
        {
            nint cipher = LibCrypto.CipherFetch(0, name, null);
            LibCrypto.Check(cipher != 0);
            return cipher;
        }
    }
}

/// <summary>How blocks follow each other, and which way.</summary>
internal enum BlockMode
{
    CbcEncrypt = 0,
    CbcDecrypt = 1,
    EcbEncrypt = 2,
    EcbDecrypt = 3,
}
