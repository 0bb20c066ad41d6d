using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Security.Channels;
using Tsm.Security.Keys;
using Tsm.Security.Scp02;
using Tsm.Tests.Security.Channels;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Scp02;

public sealed class Scp02Tests
{
    public sealed record Case(
        string Name, string Origin, string Encryption, string Mac, string Dek, string SessionDekCheckValue, SecurityLevel Level, Scp02Parameter Parameter,
        string HostChallenge, string Answer, string ExternalAuthenticate, string[] Plain, string[] Wrapped, string[] Responses, string[] Received)
    {
        public override string ToString() => Name;

        public Scp02InitializeUpdateResponse Initialization() => Scp02InitializeUpdateResponse.TryParse(
            Octets.Parse(Answer).Span, out Scp02InitializeUpdateResponse parsed, out PacketError error) ? parsed : throw new FormatException($"{error}");

        public ChannelKeys Keys() => Sessions.Keys(Initialization().KeyVersion, KeyAlgorithm.TripleDes, Encryption, Mac, Dek);
    }

    [Theory, VectorData("scp/scp02.json")]
    public void The_host_speaks_as_recorded(Case vector)
    {
        using ChannelKeys keys = vector.Keys();

        Assert.True(
            Scp02Channel.TryOpen(
                keys, vector.Level, Octets.Parse(vector.HostChallenge), vector.Initialization(), vector.Parameter, out Scp02Channel? host, out ChannelRefusal? refusal),
            refusal?.Message);

        using (host)
        {
            Assert.Equal(Octets.Parse(vector.ExternalAuthenticate), host.ExternalAuthenticate.ToOctets());
            Assert.Equal(vector.SessionDekCheckValue, host.Dek!.ToString());
            Assert.True(host.TryStart(new(StatusWord.Success), out _));
            for (int i = 0; i < vector.Plain.Length; i++)
            {
                Assert.Equal(vector.Wrapped[i], host.Wrap(Sessions.Command(vector.Plain[i])).ToString());
                Assert.True(host.TryUnwrap(Sessions.Response(vector.Received[i]), out ChannelResponse response), host.EndReason);
                Assert.Equal(Sessions.Response(vector.Responses[i]), response.Response);
            }
        }
    }

    [Theory, VectorData("scp/scp02.json")]
    public void The_card_speaks_as_recorded(Case vector)
    {
        using ChannelKeys keys = vector.Keys();
        Scp02InitializeUpdateResponse expected = vector.Initialization();

        using Scp02Card card = Scp02Card.Begin(
            keys, vector.Parameter, expected.DiversificationData, Octets.Parse(vector.HostChallenge), expected.CardChallenge, expected.SequenceCounter);

        Assert.Equal(Octets.Parse(vector.Answer), card.Initialization.Data);
        Assert.Equal(StatusWord.Success, card.Authenticate(Sessions.Command(vector.ExternalAuthenticate)));
        for (int i = 0; i < vector.Plain.Length; i++)
        {
            Assert.True(card.TryUnwrap(Sessions.Command(vector.Wrapped[i]), out var command, out StatusWord status), status.ToString());
            Assert.Equal(Sessions.Command(vector.Plain[i]), command.ToApdu());
            Assert.Equal(Sessions.Response(vector.Received[i]), card.Wrap(Sessions.Response(vector.Responses[i])));
        }
    }

    [Fact]
    public void The_response_obeys_the_packet_laws() =>
        PacketLaws.Hold<Scp02InitializeUpdateResponse>(32, "00000000000000000000700200016B4524ABEE7CF32EA3838BC148F3");

    [Theory]
    [InlineData(SecurityLevel.BothMac, Scp02Parameter.Usual), InlineData(SecurityLevel.BothEncryption, Scp02Parameter.PseudoRandomResponseMac)]
    public void A_level_that_the_card_does_not_offer_is_refused(SecurityLevel level, Scp02Parameter parameter)
    {
        using ChannelKeys keys = Sessions.TripleDes();
        var answer = new Scp02InitializeUpdateResponse(default, 0x20, 0, Sessions.Challenge(6, 1), Sessions.Challenge(8, 1));

        Assert.False(Scp02Channel.TryOpen(keys, level, Sessions.Challenge(8, 1), answer, parameter, out _, out ChannelRefusal? refusal));

        Assert.Equal(ChannelFault.UnsupportedLevel, refusal.Fault);
    }

    [Fact]
    public void An_error_counts_in_the_chain_of_R_MACs_although_it_comes_without()
    {
        (SecureChannel host, CardChannel card) = Sessions.Open("SCP02", SecurityLevel.BothMac);
        CommandApdu command = Sessions.Command("80CA00E000");
        Assert.True(card.TryUnwrap(host.Wrap(command), out _, out _));
        Assert.True(host.TryUnwrap(card.Wrap(new(StatusWord.ReferencedDataNotFound)), out ChannelResponse error));

        Assert.False(error.IsProven);
        Assert.True(Sessions.Carries(host, card, command, Sessions.Response("E0009000")));
        host.Dispose();
        card.Dispose();
    }
}
