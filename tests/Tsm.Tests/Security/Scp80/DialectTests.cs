using FsCheck;
using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Tests.Security.Scp80;

/// <summary>Packets over other roads than short messages.</summary>
public sealed class DialectTests
{
    private static readonly PacketDialect[] All = Enum.GetValues<PacketDialect>();

    private static readonly CommandHeader Header = Known.Header("1619", "12", "12", "B00001", "0000000007");

    [Fact]
    public void Lengths_in_BER_grow_where_they_must()
    {
        using KeySet keys = Keys();

        // CPI, CPL in 1, 2 and 3 octets, CHL; 14 octets of header and CC and whole blocks.
        Assert.Equal("01", PacketProtection.Protect(Header, keys, new byte[2], PacketDialect.CatTp).ToString()[..2]);
        Assert.Equal("0118", PacketProtection.Protect(Header, keys, new byte[2], PacketDialect.CatTp).ToString()[..4]);
        Assert.Equal("018188", PacketProtection.Protect(Header, keys, new byte[100], PacketDialect.TcpIp).ToString()[..6]);
        Assert.Equal("03820218", PacketProtection.Protect(Header, keys, new byte[500], PacketDialect.Ussd).ToString()[..8]);
    }

    [Fact]
    public void What_was_protected_opens_on_its_road_only() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Elements(All).SelectMany(d => Gen.Choose(0, 700).Select(n => (Dialect: d, Length: n))).ToArbitrary(),
        c =>
        {
            using KeySet keys = Keys();
            byte[] data = [.. Enumerable.Range(0, c.Length).Select(i => (byte)(i & 0xFF))];
            Octets packet = PacketProtection.Protect(Header, keys, data, c.Dialect);
            bool isShort = c.Dialect is PacketDialect.SmsPp or PacketDialect.SmsCb;
            PacketDialect other = isShort ? PacketDialect.CatTp : PacketDialect.SmsPp;
            CommandOpening opening = PacketProtection.OpenCommand(packet.Span, keys, dialect: c.Dialect);
            return opening.Status.IsOk && opening.Data.Span.SequenceEqual(data)
                && packet.Length == PacketProtection.PacketLength(Header, c.Length, c.Dialect)
                && !PacketProtection.OpenCommand(packet.Span, keys, dialect: other).Status.IsOk;
        }));

    [Fact]
    public void The_most_data_is_as_much_as_fits() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Elements(All).SelectMany(d => Gen.Choose(0, 400).Select(n => (Dialect: d, Capacity: n))).ToArbitrary(),
        c =>
        {
            int most = PacketProtection.MaxDataLength(Header, c.Capacity, c.Dialect);
            return PacketProtection.PacketLength(Header, most + 1, c.Dialect) > c.Capacity
                && (most < 0 || PacketProtection.PacketLength(Header, most, c.Dialect) <= c.Capacity);
        }));

    [Fact]
    public void Responses_open_on_their_road() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Elements(All.Except([PacketDialect.SmsCb]).ToArray()).SelectMany(d => Gen.Choose(0, 300).Select(n => (Dialect: d, Length: n))).ToArbitrary(),
        c =>
        {
            using KeySet keys = Keys();
            byte[] data = [.. Enumerable.Range(0, c.Length).Select(i => (byte)(i & 0xFF))];
            Octets packet = PacketProtection.ProtectResponse(Header, keys, ResponseStatus.Ok, data, plain: false, dialect: c.Dialect);
            ResponseOpening opening = PacketProtection.Open(packet.Span, Header, keys, c.Dialect);
            return opening.Kind == ResponseKind.Proven && opening.Packet!.Data.Span.SequenceEqual(data)
                && PacketProtection.TryReadResponseTar(packet.Span, out Tar tar, c.Dialect) && tar == Header.Tar;
        }));

    /// <summary>opentelecoms-org/gsm0348 Gsm0348Test.java @738c6f08.</summary>
    [Fact]
    public void A_plain_response_over_CAT_TP_is_read()
    {
        CommandHeader asked = Known.Header("0001", "00", "00", "B00001", "0000000000");

        ResponseOpening opening = PacketProtection.Open(Octets.Parse("020E0AB0000100000000000000026101").Span, asked, keys: null, PacketDialect.CatTp);
        Assert.True(PacketInspection.TryResponse(
            Octets.Parse("020E0AB0000100000000000000026101").Span, asked, keys: null, out PacketInspection? seen, out _, PacketDialect.CatTp));

        Assert.Equal((ResponseKind.Indicated, ResponseStatus.Ok), (opening.Kind, opening.Status));
        Assert.Equal(Octets.Parse("026101"), seen!.Data);
    }

    [Fact]
    public void Cell_broadcast_has_no_responses() => Assert.Throws<ArgumentException>(() =>
        PacketProtection.ProtectResponse(Header, null, ResponseStatus.Ok, [], plain: true, dialect: PacketDialect.SmsCb));

    private static KeySet Keys() => new(
        1, KeyMaterial.From(new byte[16], KeyAlgorithm.Aes), KeyMaterial.From([.. Enumerable.Range(0, 16).Select(i => (byte)i)], KeyAlgorithm.Aes), dek: null);
}
