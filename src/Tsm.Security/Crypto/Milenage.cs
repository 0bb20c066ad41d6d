using System.Security.Cryptography;

namespace Tsm.Security.Crypto;

/// <summary>The part of Milenage that personalisation needs: OPc, the operator's constant as a card keeps it.</summary>
/// <remarks>TS 35.206 §3 and §5.1. OP is never written to a card.</remarks>
public static class Milenage
{
    /// <summary>The length of Ki, OP and OPc, in octets.</summary>
    public const int Size = 16;

    /// <summary>Computes OPc = AES(Ki, OP) XOR OP.</summary>
    /// <param name="ki">Ki, the secret of the subscription.</param>
    /// <param name="op">OP, the secret of the operator.</param>
    /// <param name="opc">Where OPc is written to; the caller clears it after use.</param>
    /// <exception cref="ArgumentException">One of them has not 16 octets.</exception>
    public static void ComputeOpc(ReadOnlySpan<byte> ki, ReadOnlySpan<byte> op, Span<byte> opc)
    {
        if (ki.Length != Size || op.Length != Size || opc.Length != Size)
        {
            throw new ArgumentException("Ki, OP and OPc have 16 octets each.", nameof(ki));
        }

        Span<byte> enciphered = stackalloc byte[Size];
        using var aes = Aes.Create();
        aes.SetKey(ki);
        aes.EncryptEcb(op, enciphered, PaddingMode.None);
        for (int i = 0; i < Size; i++)
        {
            opc[i] = (byte)(enciphered[i] ^ op[i]);
        }

        CryptographicOperations.ZeroMemory(enciphered);
    }
}
