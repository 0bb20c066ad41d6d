using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Security.Hpke;

namespace Tsm.Tests.Security.Hpke;

public sealed class HpkeEnvelopeTests
{
    private static readonly Octets Info = Octets.Parse("4F6465206F6E2061204772656369616E2055726E");
    private static readonly Octets Associated = Octets.Parse("436F756E742D30");
    private static readonly Octets Data = Octets.Parse("4265617574792069732074727574682C20747275746820626561757479");
    private static readonly Octets Recipient = Octets.Parse("04FE8C19CE0905191EBC298A9245792531F26F0CECE2460639E8BC39CB7F706A826A779B4CF969B8A0E539C7F62FB3D30AD6AA8F80E30F1D128AAFD68A2CE72EA0");
    private static readonly Octets RecipientSecret = Octets.Parse("F3CE7FDAE57E1A310D87F1EBBDE6F328BE0A99CDBCADF4D6589CF29DE4B8FFD2");
    private static readonly Octets Ephemeral = Octets.Parse("04A92719C6195D5085104F469A8B9814D5838FF72B60501E2C4466E5E67B325AC98536D7B61A1AF4B78E5B7F951C0900BE863C403CE65C9BFCB9382657222D18C4");
    private static readonly Octets EphemeralSecret = Octets.Parse("4995788EF4B9D6132B249CE59A77281493EB39AF373D236A1FE415CB0C2D7BEB");
    private static readonly Octets Sealed = Octets.Parse("5AD590BB8BAA577F8619DB35A36311226A896E7342A6D836D8B7BCD2F20B6C7F9076AC232E3AB2523F39513434");

    /// <summary>RFC 9180 appendix A.3.1, the first message.</summary>
    [Fact]
    public void Seals_and_opens_the_known_answer()
    {
        using ECDiffieHellman ephemeral = Key(Ephemeral, EphemeralSecret), recipient = Key(Recipient, RecipientSecret);

        HpkeEnvelope envelope = HpkeEnvelope.Seal(ephemeral, Recipient.Span, Info.Span, Associated.Span, Data.Span);

        Assert.Equal((Ephemeral, Sealed), (envelope.Encapsulated, envelope.Ciphertext));
        Assert.True(new HpkeEnvelope(Ephemeral, Sealed).TryOpen(recipient, Info.Span, Associated.Span, out byte[]? opened));
        Assert.Equal(Data, Octets.Own(opened!));
    }

    [Fact]
    public void Opens_for_its_recipient_only_and_only_unchanged() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 200).SelectMany(n => Gen.Choose(0, 10_000).Select(p => (Length: n, Place: p))).ToArbitrary(),
        c =>
        {
            using var recipient = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            byte[] data = RandomNumberGenerator.GetBytes(c.Length);
            HpkeEnvelope envelope = HpkeEnvelope.Seal(HpkeEnvelope.PublicKeyOf(recipient), Info.Span, Associated.Span, data);
            byte[] altered = envelope.Ciphertext.ToArray();
            altered[c.Place % altered.Length] ^= 1;
            return envelope.TryOpen(recipient, Info.Span, Associated.Span, out byte[]? opened) && opened!.AsSpan().SequenceEqual(data)
                && !envelope.TryOpen(other, Info.Span, Associated.Span, out _)
                && !envelope.TryOpen(recipient, Associated.Span, Associated.Span, out _)
                && !envelope.TryOpen(recipient, Info.Span, Info.Span, out _)
                && !(envelope with { Ciphertext = Octets.Own(altered) }).TryOpen(recipient, Info.Span, Associated.Span, out _);
        }));

    [Theory]
    [InlineData("")]
    [InlineData("04")]
    [InlineData("02FE8C19CE0905191EBC298A9245792531F26F0CECE2460639E8BC39CB7F706A82")]
    [InlineData("0400000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000001")]
    public void A_key_that_is_no_point_is_refused(string key)
    {
        using var recipient = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

        Assert.Throws<ArgumentException>(() => HpkeEnvelope.Seal(Octets.Parse(key).Span, Info.Span, default, Data.Span));
        Assert.False(new HpkeEnvelope(Octets.Parse(key), Sealed).TryOpen(recipient, Info.Span, default, out _));
        Assert.False(new HpkeEnvelope(Ephemeral, Octets.Empty).TryOpen(recipient, Info.Span, default, out _));
    }

    private static ECDiffieHellman Key(Octets point, Octets secret) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new() { X = point.Slice(1, 32).ToArray(), Y = point.Slice(33).ToArray() },
        D = secret.ToArray(),
    });
}
