using System.Security.Cryptography;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>DES, triple DES or AES with one key, with an initial value of zeros and without padding.</summary>
/// <remarks>Members may be called from several threads at once, <see cref="Dispose()"/> included.</remarks>
internal abstract class BlockCipher(int blockSize) : IDisposable
{
    private byte[]? _subkeys;
    private volatile bool _isDisposed;

    /// <summary>The length of a block, in octets.</summary>
    public int BlockSize => blockSize;

    /// <summary>Whether the key is gone.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>The cipher for a key: by the instructions of the processor where it has some for it, else by libcrypto.</summary>
    /// <param name="key">The octets of the key, which stay its owner's.</param>
    /// <param name="algorithm">What the key is for.</param>
    public static BlockCipher Create(byte[] key, KeyAlgorithm algorithm) =>
        algorithm == KeyAlgorithm.Aes && AesInstructions.IsSupported ? new AesInstructions(key) : new EvpCipher(key, algorithm);

    /// <summary>Enciphers or deciphers whole blocks in place.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of the block size.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone, or went meanwhile.</exception>
    public void Transform(BlockMode mode, Span<byte> blocks)
    {
        RequireWholeBlocks(blocks.Length);
        if (!blocks.IsEmpty)
        {
            TransformCore(mode, blocks);
        }
    }

    /// <summary>The last block of CBC over <paramref name="blocks"/> followed by the block <paramref name="last"/>.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of the block size.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone, or went meanwhile.</exception>
    public void Chain(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> last, Span<byte> mac)
    {
        RequireWholeBlocks(blocks.Length);
        ChainCore(blocks, last, mac);
    }

    /// <summary>K1 and K2 of CMAC, one after the other (RFC 4493 §2.3). They are as secret as the key.</summary>
    public ReadOnlySpan<byte> Subkeys()
    {
        byte[]? known = Volatile.Read(ref _subkeys);
        if (known is null)
        {
            byte[] made = MakeSubkeys();
            known = Interlocked.CompareExchange(ref _subkeys, made, null) ?? made;
            if (known != made || _isDisposed)
            {
                CryptographicOperations.ZeroMemory(made);
            }
        }

        RequireAlive();
        return known;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Release();
        CryptographicOperations.ZeroMemory(Volatile.Read(ref _subkeys));
    }

    /// <summary>As <see cref="Transform"/>, of at least one block.</summary>
    protected abstract void TransformCore(BlockMode mode, Span<byte> blocks);

    /// <summary>As <see cref="Chain"/>.</summary>
    protected abstract void ChainCore(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> last, Span<byte> mac);

    /// <summary>Frees and overwrites what was derived from the key.</summary>
    protected abstract void Release();

    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    protected void RequireAlive() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(KeyMaterial));

    private byte[] MakeSubkeys()
    {
        byte[] subkeys = GC.AllocateArray<byte>(2 * blockSize, pinned: true);
        Span<byte> first = subkeys.AsSpan(0, blockSize), second = subkeys.AsSpan(blockSize);
        Transform(BlockMode.EcbEncrypt, first);
        AesCmac.Double(first);
        first.CopyTo(second);
        AesCmac.Double(second);
        return subkeys;
    }

    private void RequireWholeBlocks(int length)
    {
        if (length % blockSize != 0)
        {
            throw new ArgumentException("A block cipher without padding takes whole blocks.", nameof(length));
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
