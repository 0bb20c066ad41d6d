using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Scp80;

public sealed class ResponsePacketTests
{
    public sealed record Case(
        string Name,
        string Origin,
        string? Note,
        string? KicKey,
        KeyAlgorithm? KicAlgorithm,
        string? KidKey,
        KeyAlgorithm? KidAlgorithm,
        string Spi,
        string Kic,
        string Kid,
        string Tar,
        string Counter,
        string Packet,
        ResponseKind Kind,
        string? Status,
        string? Data,
        int PaddingCounter,
        ResponsePadding Padding = ResponsePadding.Zeros,
        int Trailing = 0,
        bool Rebuildable = true)
    {
        public CommandHeader Sent => Known.Header(Spi, Kic, Kid, Tar, Counter);

        public KeySet? Keys => Known.Keys(Sent, KicKey, KicAlgorithm, KidKey, KidAlgorithm);

        public ResponseStatus ExpectedStatus => new(Octets.Parse(Status!)[0]);

        public override string ToString() => Name;
    }

    [Theory, VectorData("scp80/response-packets.json")]
    public void Opens_what_cards_answered(Case vector)
    {
        using KeySet? keys = vector.Keys;

        ResponseOpening opening = PacketProtection.Open(Octets.Parse(vector.Packet).Span, vector.Sent, keys);

        Assert.True(vector.Kind == opening.Kind, $"{opening.Kind}: {opening.Reason}");
        Assert.Equal(vector.Trailing, opening.TrailingOctets);
        if (vector.Kind == ResponseKind.Proven)
        {
            CommandHeader sent = vector.Sent;
            Assert.Equal(
                new(sent.Tar, sent.Counter, vector.ExpectedStatus, Octets.Parse(vector.Data ?? ""), vector.PaddingCounter), opening.Packet);
            Assert.Equal((sent.Spi.PorIntegrity, null), (opening.ProvenBy, opening.Reason));
        }
        else
        {
            Assert.Null(opening.Packet);
            Assert.Equal(Integrity.None, opening.ProvenBy);
            Assert.NotNull(opening.Reason);
        }

        Assert.Equal(vector.Kind == ResponseKind.Malformed ? null : vector.ExpectedStatus, opening.Status);
    }

    [Theory, VectorData("scp80/response-packets.json")]
    public void Answers_as_cards_do(Case vector)
    {
        using KeySet? keys = vector.Keys;

        Octets packet = PacketProtection.ProtectResponse(
            vector.Sent, keys, vector.ExpectedStatus, Octets.Parse(vector.Data ?? "").Span, plain: false, vector.Padding);

        if (vector.Rebuildable && vector.Kind != ResponseKind.Malformed)
        {
            Assert.Equal(Octets.Parse(vector.Packet), packet);
        }
        else
        {
            Assert.NotEqual(Octets.Parse(vector.Packet), packet);
        }
    }

    [Theory, VectorData("scp80/response-packets.json")]
    public void A_response_without_its_header_is_read_all_the_same(Case vector)
    {
        using KeySet? keys = vector.Keys;
        Octets packet = Octets.Parse(vector.Packet);

        Assert.Equal(vector.Kind, PacketProtection.Open(packet.Slice(3).Span, vector.Sent, keys).Kind);
        Assert.True(PacketProtection.TryReadResponseTar(packet.Span, out Tar tar));
        Assert.Equal(vector.Sent.Tar, tar);
    }

    [Theory]
    [InlineData("00", "0000000011")]
    [InlineData("06", "0000000000")]
    [InlineData("0C", "0000000011")]
    public void A_plain_answer_to_a_ciphered_command_is_an_indication(string status, string counter)
    {
        using KeySet keys = Aes();
        Octets packet = Octets.Parse($"027100 0010 0A B00011 {counter} 00 {status} 0190001122");

        ResponseOpening opening = PacketProtection.Open(packet.Span, Sent, keys);

        Assert.Equal((ResponseKind.Indicated, new ResponseStatus(Octets.Parse(status)[0])), (opening.Kind, opening.Status));
    }

    [Fact]
    public void A_plain_answer_as_long_as_blocks_is_an_indication()
    {
        using KeySet keys = Aes();
        Octets packet = PacketProtection.ProtectResponse(Sent, keys, ResponseStatus.Ok, new byte[9], plain: true);

        Assert.Equal(ResponseKind.Indicated, PacketProtection.Open(packet.Span, Sent, keys).Kind);
    }

    [Fact]
    public void An_answer_signed_but_not_ciphered_is_proven()
    {
        using KeySet keys = Aes();
        CommandHeader clear = Sent with { Spi = Sent.Spi with { PorCiphered = false } };

        Assert.All([0, 1, 10, 17], length =>
        {
            Octets packet = PacketProtection.ProtectResponse(clear, keys, ResponseStatus.CounterLow, new byte[length], plain: false);
            ResponseOpening opening = PacketProtection.Open(packet.Span, Sent, keys);
            Assert.Equal((ResponseKind.Proven, ResponseStatus.CounterLow), (opening.Kind, opening.Status));
        });
    }

    [Fact]
    public void A_signed_answer_with_counter_zero_belongs_to_no_command_and_proves_nothing()
    {
        using KeySet keys = Aes();
        CommandHeader unbound = Sent with { Counter = Counter.Zero };
        Octets packet = PacketProtection.ProtectResponse(unbound, keys, ResponseStatus.Ok, [1, 2, 3], plain: false);

        ResponseOpening opening = PacketProtection.Open(packet.Span, Sent, keys);

        Assert.Equal((ResponseKind.Indicated, ResponseStatus.Ok), (opening.Kind, opening.Status));
        Assert.Null(opening.Packet);
    }

    [Fact]
    public void An_answer_to_something_else_is_foreign()
    {
        using KeySet keys = Aes();
        using KeySet others = Known.Keys(Sent, new string('7', 32), KeyAlgorithm.Aes, new string('8', 32), KeyAlgorithm.Aes)!;

        Assert.Equal(ResponseKind.Foreign, OpenAnswerTo(Sent with { Counter = Sent.Counter.Next() }, keys));
        Assert.Equal(ResponseKind.Foreign, OpenAnswerTo(Sent with { Tar = new Tar(1) }, keys));
        Assert.Equal(ResponseKind.Foreign, OpenAnswerTo(Sent, others));

        ResponseKind OpenAnswerTo(CommandHeader header, KeySet cardKeys) => PacketProtection.Open(
            PacketProtection.ProtectResponse(header, cardKeys, ResponseStatus.Ok, [1, 2, 3], plain: false).Span, Sent, keys).Kind;
    }

    [Fact]
    public void A_shorter_checksum_than_asked_for_proves_nothing()
    {
        using KeySet keys = Aes();
        Octets packet = PacketProtection.ProtectResponse(Sent with { CcLength = 4 }, keys, ResponseStatus.Ok, [1, 2, 3], plain: false);

        Assert.Equal(ResponseKind.Malformed, PacketProtection.Open(packet.Span, Sent, keys).Kind);
        Assert.Equal(ResponseKind.Proven, PacketProtection.Open(packet.Span, Sent with { CcLength = 4 }, keys).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("027100")]
    [InlineData("02710000")]
    [InlineData("027100000B")]
    [InlineData("027100000B09B0001100000000110002")]
    [InlineData("027100000B0BB0001100000000110002")]
    [InlineData("027100000C0AB0001100000000110002")]
    [InlineData("027F0015B000110000000011000200000000000000000000")]
    public void What_is_no_response_packet_is_malformed(string hex)
    {
        using KeySet keys = Aes();

        Assert.Equal(ResponseKind.Malformed, PacketProtection.Open(Octets.Parse(hex).Span, Sent, keys).Kind);
    }

    [Fact]
    public void Keys_that_do_not_fit_the_command_are_our_own_fault()
    {
        using KeySet keys = Aes();

        Assert.Throws<ArgumentException>(() => PacketProtection.Open([], Sent, keys: null));
        Assert.Throws<ArgumentException>(() => PacketProtection.Open([], Sent with { Kic = new(CipherAlgorithm.DesCbc, 1) }, keys));
    }

    private static CommandHeader Sent => Known.Header("1619", "12", "12", "B00011", "0000000011");

    private static KeySet Aes() => Known.Keys(Sent, new string('1', 32), KeyAlgorithm.Aes, new string('2', 32), KeyAlgorithm.Aes)!;
}
