using System.Security.Cryptography;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>A block cipher of libcrypto, weak and degenerate DES keys included.</summary>
/// <remarks>
/// A context is made when its mode is first used and kept until the key is disposed. One lock per key: a key belongs to
/// one card, so nobody waits for it in practice.
/// </remarks>
internal sealed class EvpCipher(byte[] key, KeyAlgorithm algorithm) : BlockCipher(algorithm == KeyAlgorithm.Aes ? 16 : 8)
{
    private const int ScratchLength = 256;

    private static readonly CipherNames Aes128 = new("AES-128"), Aes192 = new("AES-192"), Aes256 = new("AES-256");
    private static readonly CipherNames TwoKeys = new("DES-EDE"), ThreeKeys = new("DES-EDE3");

    private readonly Lock _lock = new();
    private readonly CipherContext?[] _contexts = new CipherContext?[4];

    /// <inheritdoc/>
    protected override void TransformCore(BlockMode mode, Span<byte> blocks)
    {
        lock (_lock)
        {
            Start(mode).Update(blocks, blocks);
        }
    }

    /// <inheritdoc/>
    protected override void ChainCore(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> last, Span<byte> mac)
    {
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

    /// <inheritdoc/>
    protected override void Release()
    {
        lock (_lock)
        {
            foreach (CipherContext? context in _contexts)
            {
                context?.Dispose();
            }

            Array.Clear(_contexts);
        }
    }

    private CipherContext Start(BlockMode mode)
    {
        RequireAlive();
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
