using Tsm.Card.Encoding;

namespace Tsm.Security.AuditTrail;

/// <summary>The signed end of the chain at a time: it vouches for every entry up to its position.</summary>
/// <param name="Tenant">Whose trail.</param>
/// <param name="Number">1, 2, 3, ... without a gap, so that no head can be taken out from between others.</param>
/// <param name="Position">The position of the last entry it covers.</param>
/// <param name="Hash">The hash at that position.</param>
/// <param name="At">When it was signed, in whole milliseconds.</param>
/// <param name="Key">The <see cref="AuditPublicKey.Id"/> of the key.</param>
/// <param name="Signature">ECDSA with P-256 and SHA-256 over all of the above, in DER.</param>
public sealed record AuditHead(
    string Tenant, long Number, long Position, Octets Hash, DateTimeOffset At, string Key, Octets Signature)
{
    private const string HeadForm = "tsm audit head 1";

    /// <summary>The place in the chain, to be kept elsewhere.</summary>
    public AuditAnchor Anchor => new(Position, Hash);

    /// <summary>What is signed: form, tenant, number, position, hash (32 octets), time in milliseconds since 1970, key.</summary>
    internal ReadOnlySpan<byte> Content() => new CanonicalForm()
        .Add(HeadForm)
        .Add(Tenant)
        .Add(Number)
        .Add(Position)
        .Add(Hash.Span)
        .Add(At.ToUnixTimeMilliseconds())
        .Add(Key)
        .Span;
}
