using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>Card capability information: what a card's security domains can do.</summary>
/// <remarks>
/// GPCS 2.3.1 §H.4, the answer to GET DATA 0067. Algorithms are bits of one octet or two; what a card does not tell is
/// empty, and says nothing about what it can.
/// </remarks>
public sealed class CardCapability
{
    private const uint Tag = 0x67;
    private const uint ProtocolTag = 0xA0;
    private const uint DomainPrivilegesTag = 0x81;
    private const uint ApplicationPrivilegesTag = 0x82;
    private const uint HashTag = 0x83;
    private const uint CipherTag = 0x84;
    private const uint TokenTag = 0x85;
    private const uint ReceiptTag = 0x86;
    private const uint DapTag = 0x87;
    private const uint CurvesTag = 0x88;
    private const int MaxProtocols = 32;

    /// <summary>The secure channel protocols.</summary>
    public ImmutableArray<ProtocolCapability> Protocols { get; init; } = [];

    /// <summary>The most that a supplementary security domain may get (81); null when the card does not tell.</summary>
    public Privileges? DomainPrivileges { get; init; }

    /// <summary>The most that an application may get (82); null when the card does not tell.</summary>
    public Privileges? ApplicationPrivileges { get; init; }

    /// <summary>Hashes of load file data blocks (83), one octet each: 01 SHA-1, 02 SHA-256, 03 SHA-384, 04 SHA-512.</summary>
    public Octets Hashes { get; init; }

    /// <summary>Ciphers of load file data blocks (84), bits.</summary>
    public Octets Ciphers { get; init; }

    /// <summary>Algorithms of tokens (85), bits.</summary>
    public Octets Tokens { get; init; }

    /// <summary>Algorithms of receipts (86), bits.</summary>
    public Octets Receipts { get; init; }

    /// <summary>Algorithms of load file data block signatures (87), bits.</summary>
    public Octets Daps { get; init; }

    /// <summary>References of elliptic curves (88).</summary>
    public Octets Curves { get; init; }

    /// <summary>Whether a mask of algorithms (85 to 87) names one.</summary>
    public static bool Offers(Octets mask, SignatureBits algorithm)
    {
        int bits = (mask.Length > 0 ? mask[0] : 0) | (mask.Length > 1 ? mask[1] << 8 : 0);
        return (bits & (int)algorithm) != 0;
    }

    /// <summary>Reads the answer; unknown objects are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> answer, out CardCapability? capability, out PacketError error)
    {
        capability = null;
        if (!CardObject.TryOpen(answer, Tag, out ReadOnlySpan<byte> objects, out int origin, out error))
        {
            return false;
        }

        Privileges? domain = null, application = null;
        var protocols = ImmutableArray.CreateBuilder<ProtocolCapability>();
        var reader = new BerTlvReader(objects, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            PacketFault fault = tag switch
            {
                ProtocolTag when protocols.Count == MaxProtocols => PacketFault.LimitExceeded,
                ProtocolTag when !ProtocolCapability.TryAdd(protocols, value) => PacketFault.LengthMismatch,
                DomainPrivilegesTag => ReadPrivileges(value, ref domain),
                ApplicationPrivilegesTag => ReadPrivileges(value, ref application),
                _ => PacketFault.None,
            };
            if (fault != PacketFault.None)
            {
                error = new(fault, reader.ValueOffset);
                return false;
            }
        }

        error = reader.Error;
        capability = error.Fault != PacketFault.None
            ? null
            : new()
            {
                Protocols = protocols.ToImmutable(),
                DomainPrivileges = domain,
                ApplicationPrivileges = application,
                Hashes = Find(objects, HashTag),
                Ciphers = Find(objects, CipherTag),
                Tokens = Find(objects, TokenTag),
                Receipts = Find(objects, ReceiptTag),
                Daps = Find(objects, DapTag),
                Curves = Find(objects, CurvesTag),
            };
        return capability is not null;
    }

    /// <summary>The answer of a card.</summary>
    public Octets ToOctets()
    {
        List<Octets> objects = [.. Protocols.Select(p => BerTlv.Encode(ProtocolTag, p.ToOctets().Span))];
        Add(objects, DomainPrivilegesTag, DomainPrivileges?.ToThreeOctets() ?? default);
        Add(objects, ApplicationPrivilegesTag, ApplicationPrivileges?.ToThreeOctets() ?? default);
        Add(objects, HashTag, Hashes);
        Add(objects, CipherTag, Ciphers);
        Add(objects, TokenTag, Tokens);
        Add(objects, ReceiptTag, Receipts);
        Add(objects, DapTag, Daps);
        Add(objects, CurvesTag, Curves);
        return BerTlv.Encode(Tag, Octets.Concat([.. objects]).Span);
    }

    internal static void Add(List<Octets> objects, uint tag, Octets value)
    {
        if (!value.IsEmpty)
        {
            objects.Add(BerTlv.Encode(tag, value.Span));
        }
    }

    internal static Octets Find(ReadOnlySpan<byte> source, uint tag) =>
        BerTlv.TryFind(source, tag, out ReadOnlySpan<byte> value) ? Octets.Copy(value) : default;

    private static PacketFault ReadPrivileges(ReadOnlySpan<byte> value, ref Privileges? privileges)
    {
        bool read = Privileges.TryParse(value, out Privileges found, out PacketError error);
        privileges = read ? found : privileges;
        return error.Fault;
    }
}

/// <summary>A secure channel protocol of a card with its variants.</summary>
/// <remarks>GPCS 2.3.1 §H.4, tag A0; for SCP81 Amd B v1.2 §3.2.1.</remarks>
public sealed class ProtocolCapability
{
    private const uint NumberTag = 0x80;
    private const uint ParametersTag = 0x81;
    private const uint KeySizesTag = 0x82;
    private const uint SuitesTag = 0x83;
    private const uint PskLengthTag = 0x84;

    /// <summary>The number of the protocol, such as 03.</summary>
    public byte Number { get; init; }

    /// <summary>The variants (i), one octet each.</summary>
    public Octets Parameters { get; init; }

    /// <summary>Sizes of AES keys, bits: 01, 02 and 04 for 128, 192 and 256.</summary>
    public Octets KeySizes { get; init; }

    /// <summary>Suites of TLS, two octets each.</summary>
    public Octets Suites { get; init; }

    /// <summary>The longest pre-shared key, in octets; null when the card does not tell.</summary>
    public int? MaxPskLength { get; init; }

    internal static bool TryAdd(ImmutableArray<ProtocolCapability>.Builder protocols, ReadOnlySpan<byte> source)
    {
        if (!BerTlv.TryFind(source, NumberTag, out ReadOnlySpan<byte> number) || number.Length != 1)
        {
            return false;
        }

        bool told = BerTlv.TryFind(source, PskLengthTag, out ReadOnlySpan<byte> length) && length.Length is 1 or 2;
        protocols.Add(new()
        {
            Number = number[0],
            Parameters = CardCapability.Find(source, ParametersTag),
            KeySizes = CardCapability.Find(source, KeySizesTag),
            Suites = CardCapability.Find(source, SuitesTag),
            MaxPskLength = told ? (int)CardObject.ToNumber(length) : null,
        });
        return true;
    }

    internal Octets ToOctets()
    {
        List<Octets> objects = [];
        CardCapability.Add(objects, NumberTag, Octets.Copy([Number]));
        CardCapability.Add(objects, ParametersTag, Parameters);
        CardCapability.Add(objects, KeySizesTag, KeySizes);
        CardCapability.Add(objects, SuitesTag, Suites);
        CardCapability.Add(objects, PskLengthTag, MaxPskLength is { } length ? Octets.Copy([(byte)length]) : default);
        return Octets.Concat([.. objects]);
    }
}

/// <summary>Algorithms in the masks of card capability information; the second octet's bits follow the first's.</summary>
/// <remarks>GPCS 2.3.1 §H.4.</remarks>
public enum SignatureBits
{
    /// <summary>RSA with 1024 bits, PKCS#1 v1.5 and SHA-1.</summary>
    RsaPkcs1Sha1 = 0x01,

    /// <summary>RSA with more bits, PSS and SHA-256.</summary>
    RsaPssSha256 = 0x02,

    /// <summary>A MAC with single DES and final triple DES.</summary>
    DesMac = 0x04,

    /// <summary>AES-CMAC with a key of 128 bits.</summary>
    AesCmac128 = 0x08,

    /// <summary>AES-CMAC with a key of 192 bits.</summary>
    AesCmac192 = 0x10,

    /// <summary>AES-CMAC with a key of 256 bits.</summary>
    AesCmac256 = 0x20,

    /// <summary>ECDSA on a curve of 256 bits.</summary>
    Ecdsa256 = 0x40,

    /// <summary>ECDSA on a curve of 384 bits.</summary>
    Ecdsa384 = 0x80,

    /// <summary>ECDSA on a curve of 512 bits.</summary>
    Ecdsa512 = 0x100,

    /// <summary>ECDSA on a curve of 521 bits.</summary>
    Ecdsa521 = 0x200,
}
