using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>The check value of a pre-shared key of TLS: the first octets of its SHA-1.</summary>
/// <remarks>Amd B v1.2 §3.9.1.</remarks>
internal static class PskCheckValue
{
    private const int Size = 3;

    public static Octets Compute(KeyMaterial key) => key.Expose(0, static (secret, _) => Octets.Copy(SHA1.HashData(secret).AsSpan(0, Size)));
}
