using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <summary>What SPI, KIc and KID come down to for one direction: a cipher or none, a check or none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProtectionSuite
{
    /// <summary>The longest RC or CC, in octets.</summary>
    public const int LongestCheck = 8;

    private readonly CipherAlgorithm? _cipher;
    private readonly CheckAlgorithm _check;
    private readonly int _cipherKeyVersion;
    private readonly int _checkKeyVersion;

    private ProtectionSuite(CipherAlgorithm? cipher, CheckAlgorithm check, int checkLength, in CommandHeader header)
    {
        _cipher = cipher;
        _check = check;
        CheckLength = checkLength;
        _cipherKeyVersion = header.Kic.KeyVersion;
        _checkKeyVersion = header.Kid.KeyVersion;
    }

    /// <summary>Neither ciphering nor RC nor CC.</summary>
    public static ProtectionSuite None => new(cipher: null, CheckAlgorithm.None, checkLength: 0, default);

    /// <summary>Whether the packet is ciphered.</summary>
    public bool Ciphered => _cipher is not null;

    /// <summary>The length of RC or CC, in octets; 0 without.</summary>
    public int CheckLength { get; }

    /// <summary>What a ciphered part is a multiple of, in octets; 1 without ciphering.</summary>
    public int BlockSize => _cipher switch
    {
        null => 1,
        CipherAlgorithm.AesCbc => 16,
        _ => 8,
    };

    /// <summary>How a command packet with this header is protected.</summary>
    /// <param name="header">The header.</param>
    /// <param name="suite">The algorithms.</param>
    /// <param name="reason">Why there are none: a sentence for the caller whose header this is.</param>
    public static bool TryForCommand(in CommandHeader header, out ProtectionSuite suite, [NotNullWhen(false)] out string? reason) =>
        TryResolve(header, header.Spi.Ciphered, header.Spi.Integrity, out suite, out reason);

    /// <summary>How the response to a command packet with this header is protected when it is protected as asked.</summary>
    /// <inheritdoc cref="TryForCommand"/>
    public static bool TryForResponse(in CommandHeader header, out ProtectionSuite suite, [NotNullWhen(false)] out string? reason) =>
        TryResolve(header, header.Spi.PorCiphered, header.Spi.PorIntegrity, out suite, out reason);

    /// <summary>Why the keys cannot be used for this suite; null when they can.</summary>
    public string? Misfit(KeySet? keys)
    {
        bool keyedCheck = _check is CheckAlgorithm.DesMac or CheckAlgorithm.AesCmac
            or CheckAlgorithm.TripleDesMacTwoKeys or CheckAlgorithm.TripleDesMacThreeKeys;
        if (!Ciphered && !keyedCheck)
        {
            return null;
        }

        if (keys is null)
        {
            return "The header asks for protection by keys, and there are none.";
        }

        if (keys.Version != KeySet.AnyVersion
            && ((Ciphered && _cipherKeyVersion != 0 && _cipherKeyVersion != keys.Version)
            || (keyedCheck && _checkKeyVersion != 0 && _checkKeyVersion != keys.Version)))
        {
            return "The header names another key version than that of the keys.";
        }

        if (Ciphered && !Fits(_cipher!.Value, keys.Kic))
        {
            return "The KIc key is not one for the algorithm that KIc names.";
        }

        return keyedCheck && !Fits(_check, keys.Kid) ? "The KID key is not one for the algorithm that KID names." : null;
    }

    /// <summary>Writes RC or CC of <paramref name="octets"/> into the first <see cref="CheckLength"/> octets.</summary>
    public void Check(KeySet? keys, ReadOnlySpan<byte> octets, Span<byte> destination)
    {
        Span<byte> check = destination[..CheckLength];
        switch (_check)
        {
            case CheckAlgorithm.None:
                break;
            case CheckAlgorithm.Crc16:
                RedundancyCheck.WriteCrc16(octets, check);
                break;
            case CheckAlgorithm.Crc32:
                RedundancyCheck.WriteCrc32(octets, check);
                break;
            case CheckAlgorithm.Xor4 or CheckAlgorithm.Xor8:
                RedundancyCheck.WriteXor(octets, check);
                break;
            case CheckAlgorithm.AesCmac:
                AesCmac.Compute(keys!.Kid, octets, check);
                break;
            case CheckAlgorithm.DesMac or CheckAlgorithm.TripleDesMacTwoKeys or CheckAlgorithm.TripleDesMacThreeKeys:
                DesMac.Compute(keys!.Kid, octets, check);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Whether <paramref name="check"/> is RC or CC of <paramref name="octets"/>; takes the same time either way.</summary>
    public bool Verify(KeySet? keys, ReadOnlySpan<byte> octets, ReadOnlySpan<byte> check)
    {
        Span<byte> expected = stackalloc byte[LongestCheck];
        Check(keys, octets, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..CheckLength], check);
    }

    /// <summary>Ciphers whole blocks in place; does nothing without ciphering.</summary>
    public void Encipher(KeySet? keys, Span<byte> blocks)
    {
        if (Ciphered)
        {
            keys!.Kic.Cipher.Transform(IsCodeBook ? BlockMode.EcbEncrypt : BlockMode.CbcEncrypt, blocks);
        }
    }

    /// <summary>Deciphers whole blocks in place; does nothing without ciphering.</summary>
    public void Decipher(KeySet? keys, Span<byte> blocks)
    {
        if (Ciphered)
        {
            keys!.Kic.Cipher.Transform(IsCodeBook ? BlockMode.EcbDecrypt : BlockMode.CbcDecrypt, blocks);
        }
    }

    /// <summary>The padding that makes <paramref name="length"/> octets whole blocks.</summary>
    public int PaddingFor(int length) => (BlockSize - length % BlockSize) % BlockSize;

    private bool IsCodeBook => _cipher is CipherAlgorithm.DesEcb or CipherAlgorithm.TripleDesEcb;

    private static bool TryResolve(
        in CommandHeader header,
        bool ciphered,
        Integrity integrity,
        out ProtectionSuite suite,
        [NotNullWhen(false)] out string? reason)
    {
        CipherAlgorithm cipher = header.Kic.Algorithm is CipherAlgorithm.Implicit or CipherAlgorithm.Proprietary
            ? header.Agreed.Cipher
            : header.Kic.Algorithm;
        CheckAlgorithm check = header.Kid.AlgorithmFor(integrity);
        check = check is CheckAlgorithm.Implicit or CheckAlgorithm.Proprietary ? header.Agreed.Check : check;
        int checkLength = LengthOf(check, header.CcLength);
        reason = (integrity, checkLength) switch
        {
            (Integrity.DigitalSignature, _) => "No algorithm is defined for digital signatures.",

            // TS 102 225 §5.2: RC or CC of the response is of the type of the command's.
            _ when header.Spi is { Integrity: not Integrity.None, PorIntegrity: not Integrity.None }
                && header.Spi.Integrity != header.Spi.PorIntegrity => "RC and CC are mixed between command and response.",
            _ when ciphered && cipher is CipherAlgorithm.Implicit or CipherAlgorithm.Proprietary or CipherAlgorithm.Reserved =>
                "KIc names no algorithm, and none is agreed.",
            (not Integrity.None, 0) when check == CheckAlgorithm.AesCmac => "An AES-CMAC has 4 or 8 octets.",
            (not Integrity.None, 0) => "KID names no algorithm, and none is agreed.",
            _ => null,
        };
        suite = reason is null ? new(ciphered ? cipher : null, check, checkLength, header) : default;
        return reason is null;
    }

    private static int LengthOf(CheckAlgorithm check, int cmacLength) => check switch
    {
        CheckAlgorithm.Crc16 => 2,
        CheckAlgorithm.Crc32 or CheckAlgorithm.Xor4 => 4,
        CheckAlgorithm.AesCmac => cmacLength is 4 or 8 ? cmacLength : 0,
        CheckAlgorithm.Xor8 or CheckAlgorithm.DesMac => 8,
        CheckAlgorithm.TripleDesMacTwoKeys or CheckAlgorithm.TripleDesMacThreeKeys => 8,
        _ => 0,
    };

    private static bool Fits(CipherAlgorithm algorithm, KeyMaterial key) => (algorithm, key.Algorithm, key.Length) is
        (CipherAlgorithm.AesCbc, KeyAlgorithm.Aes, _)
        or (CipherAlgorithm.TripleDesTwoKeys, KeyAlgorithm.TripleDes, 16)
        or (CipherAlgorithm.TripleDesThreeKeys, KeyAlgorithm.TripleDes, 24)
        or (CipherAlgorithm.TripleDesEcb, KeyAlgorithm.TripleDes, _)
        or (CipherAlgorithm.DesCbc or CipherAlgorithm.DesEcb, KeyAlgorithm.Des, _);

    private static bool Fits(CheckAlgorithm algorithm, KeyMaterial key) => (algorithm, key.Algorithm, key.Length) is
        (CheckAlgorithm.AesCmac, KeyAlgorithm.Aes, _)
        or (CheckAlgorithm.TripleDesMacTwoKeys, KeyAlgorithm.TripleDes, 16)
        or (CheckAlgorithm.TripleDesMacThreeKeys, KeyAlgorithm.TripleDes, 24)
        or (CheckAlgorithm.DesMac, KeyAlgorithm.Des, _);
}
