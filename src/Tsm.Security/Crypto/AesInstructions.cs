using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Tsm.Security.Crypto;

/// <summary>AES by the instructions of x86, which take the same time for every key and every block.</summary>
/// <remarks>
/// FIPS 197. A packet of an SMS is some fifteen blocks, for which entering libcrypto costs more than the blocks do. There is
/// no lock: nothing changes but at disposal, and whoever was at work then finds the key gone when he is done.
/// </remarks>
internal sealed class AesInstructions : BlockCipher
{
    private const int Block = 16;
    private const int LongestSchedule = 15;

    // Round keys to encipher with, then those to decipher with; pinned, so that overwriting them leaves no copy.
    private readonly byte[] _schedule = GC.AllocateArray<byte>(2 * LongestSchedule * Block, pinned: true);
    private readonly int _rounds;

    /// <summary>Expands a key of 16, 24 or 32 octets.</summary>
    public AesInstructions(ReadOnlySpan<byte> key) : base(Block)
    {
        _rounds = key.Length / 4 + 6;
        Expand(key, MemoryMarshal.Cast<byte, uint>(_schedule.AsSpan())[..(4 * (_rounds + 1))]);

        // FIPS 197 §5.3.5: the equivalent inverse cipher takes the same keys in reverse, the inner ones with their columns mixed.
        for (int round = 0; round <= _rounds; round++)
        {
            Vector128<byte> roundKey = Unsafe.Add(ref Encryption, _rounds - round);
            Unsafe.Add(ref Decryption, round) = round == 0 || round == _rounds ? roundKey : Aes.InverseMixColumns(roundKey);
        }
    }

    /// <summary>Whether the processor has them.</summary>
    public static bool IsSupported => Aes.IsSupported;

    private ref Vector128<byte> Encryption => ref Unsafe.As<byte, Vector128<byte>>(ref MemoryMarshal.GetArrayDataReference(_schedule));

    private ref Vector128<byte> Decryption => ref Unsafe.Add(ref Encryption, LongestSchedule);

    /// <inheritdoc/>
    protected override void TransformCore(BlockMode mode, Span<byte> blocks)
    {
        RequireAlive();
        Span<Vector128<byte>> vectors = MemoryMarshal.Cast<byte, Vector128<byte>>(blocks);
        switch (mode)
        {
            case BlockMode.CbcEncrypt:
                Chain(vectors);
                break;
            case BlockMode.CbcDecrypt:
                Unchain(vectors);
                break;
            case BlockMode.EcbEncrypt:
                foreach (ref Vector128<byte> block in vectors)
                {
                    block = Encipher(block, ref Encryption, _rounds);
                }

                break;
            default:
                foreach (ref Vector128<byte> block in vectors)
                {
                    block = Decipher(block, ref Decryption, _rounds);
                }

                break;
        }

        RequireAlive();
    }

    /// <inheritdoc/>
    protected override void ChainCore(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> last, Span<byte> mac)
    {
        RequireAlive();
        ref Vector128<byte> keys = ref Encryption;
        Vector128<byte> chained = Vector128<byte>.Zero;
        foreach (Vector128<byte> block in MemoryMarshal.Cast<byte, Vector128<byte>>(blocks))
        {
            chained = Encipher(chained ^ block, ref keys, _rounds);
        }

        Encipher(chained ^ Vector128.Create(last), ref keys, _rounds).CopyTo(mac);
        RequireAlive();
    }

    /// <inheritdoc/>
    protected override void Release() => CryptographicOperations.ZeroMemory(_schedule);

    private void Chain(Span<Vector128<byte>> blocks)
    {
        ref Vector128<byte> keys = ref Encryption;
        Vector128<byte> chained = Vector128<byte>.Zero;
        foreach (ref Vector128<byte> block in blocks)
        {
            block = chained = Encipher(chained ^ block, ref keys, _rounds);
        }
    }

    private void Unchain(Span<Vector128<byte>> blocks)
    {
        ref Vector128<byte> keys = ref Decryption;
        Vector128<byte> before = Vector128<byte>.Zero;
        foreach (ref Vector128<byte> block in blocks)
        {
            Vector128<byte> ciphered = block;
            block = Decipher(ciphered, ref keys, _rounds) ^ before;
            before = ciphered;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Encipher(Vector128<byte> block, ref Vector128<byte> keys, int rounds)
    {
        block ^= keys;
        for (int round = 1; round < rounds; round++)
        {
            block = Aes.Encrypt(block, Unsafe.Add(ref keys, round));
        }

        return Aes.EncryptLast(block, Unsafe.Add(ref keys, rounds));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Decipher(Vector128<byte> block, ref Vector128<byte> keys, int rounds)
    {
        block ^= keys;
        for (int round = 1; round < rounds; round++)
        {
            block = Aes.Decrypt(block, Unsafe.Add(ref keys, round));
        }

        return Aes.DecryptLast(block, Unsafe.Add(ref keys, rounds));
    }

    /// <summary>The key expansion of FIPS 197 §5.2, on words as they lie in memory: their first octet is the lowest.</summary>
    private static void Expand(ReadOnlySpan<byte> key, Span<uint> words)
    {
        int length = key.Length / 4;
        for (int i = 0; i < length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        }

        uint constant = 1;
        for (int i = length; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % length == 0)
            {
                word = Substitute(BitOperations.RotateRight(word, 8)) ^ constant;
                constant = constant << 1 ^ (constant >> 7) * 0x11B;
            }
            else if (length > 6 && i % length == 4)
            {
                word = Substitute(word);
            }

            words[i] = words[i - length] ^ word;
        }
    }

    /// <summary>SubWord: AESKEYGENASSIST substitutes the second word of its operand into the first of its result.</summary>
    private static uint Substitute(uint word) =>
        Aes.KeygenAssist(Vector128.CreateScalar((ulong)word << 32).AsByte(), 0).AsUInt32().ToScalar();
}
