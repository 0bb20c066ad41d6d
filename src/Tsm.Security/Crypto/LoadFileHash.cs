using System.Security.Cryptography;
using Tsm.Card.Encoding;

namespace Tsm.Security.Crypto;

/// <summary>The hash of a load file data block.</summary>
/// <remarks>
/// GPCS 2.3.1 §C.2, over the value of C4, before it is ciphered. It is mandatory beside a token, a DAP block or a ciphered
/// data block, and as strong as the signature over it (table C-3).
/// </remarks>
public static class LoadFileHash
{
    /// <summary>Computes it.</summary>
    public static Octets Compute(LoadFileHashAlgorithm algorithm, ReadOnlySpan<byte> dataBlock) => Octets.Own(algorithm switch
    {
        LoadFileHashAlgorithm.Sha1 => SHA1.HashData(dataBlock),
        LoadFileHashAlgorithm.Sha256 => SHA256.HashData(dataBlock),
        LoadFileHashAlgorithm.Sha384 => SHA384.HashData(dataBlock),
        LoadFileHashAlgorithm.Sha512 => SHA512.HashData(dataBlock),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    });
}

/// <summary>Hashes of load file data blocks; the values are those of card capability information.</summary>
/// <remarks>GPCS 2.3.1 §H.4, tag 83.</remarks>
public enum LoadFileHashAlgorithm
{
    /// <summary>SHA-1, 20 octets.</summary>
    Sha1 = 1,

    /// <summary>SHA-256, 32 octets.</summary>
    Sha256 = 2,

    /// <summary>SHA-384, 48 octets.</summary>
    Sha384 = 3,

    /// <summary>SHA-512, 64 octets.</summary>
    Sha512 = 4,
}
