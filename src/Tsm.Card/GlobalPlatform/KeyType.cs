namespace Tsm.Card.GlobalPlatform;

/// <summary>What a key on a card is for; the coding is an open registry.</summary>
/// <remarks>GPCS 2.3.1 §11.1.8.</remarks>
/// <param name="Value">The octet; <c>FF</c> opens an extended coding, which is not read here.</param>
public readonly record struct KeyType(byte Value)
{
    /// <summary>DES with 8, 16 or 24 octets; how it is used is known without being said.</summary>
    public static KeyType Des { get; } = new(0x80);

    /// <summary>Triple DES in CBC; reserved today, on cards of the field still.</summary>
    public static KeyType TripleDesCbc { get; } = new(0x82);

    /// <summary>A pre-shared key of TLS.</summary>
    public static KeyType PskTls { get; } = new(0x85);

    /// <summary>AES with 16, 24 or 32 octets.</summary>
    public static KeyType Aes { get; } = new(0x88);

    /// <summary>HMAC with SHA-1; the length is said by the key.</summary>
    public static KeyType HmacSha1 { get; } = new(0x90);

    /// <summary>The public exponent of RSA, in the clear.</summary>
    public static KeyType RsaPublicExponent { get; } = new(0xA0);

    /// <summary>The modulus of RSA, in the clear.</summary>
    public static KeyType RsaModulus { get; } = new(0xA1);

    /// <summary>The public point of an elliptic curve, uncompressed.</summary>
    public static KeyType EccPublic { get; } = new(0xB0);

    /// <summary>The private scalar of an elliptic curve.</summary>
    public static KeyType EccPrivate { get; } = new(0xB1);

    /// <summary>The reference of an elliptic curve's parameters (§B.4.5).</summary>
    public static KeyType EccParameters { get; } = new(0xF0);

    /// <summary>The start of the extended coding.</summary>
    public static KeyType Extended { get; } = new(0xFF);

    /// <summary>The name, or the octet for a type without one here.</summary>
    public override string ToString() => Value switch
    {
        >= 0x80 and <= 0x84 => "DES",
        0x85 => "PSK-TLS",
        0x88 => "AES",
        0x90 or 0x91 => "HMAC-SHA1",
        0xA0 => "RSA exponent",
        0xA1 => "RSA modulus",
        0xB0 => "ECC public key",
        0xB1 => "ECC private key",
        0xF0 => "ECC parameters",
        _ => $"key type {Value:X2}",
    };
}
