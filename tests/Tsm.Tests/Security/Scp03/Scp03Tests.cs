using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Channels;
using Tsm.Security.Keys;
using Tsm.Security.Scp03;
using Tsm.Tests.Security.Channels;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Scp03;

public sealed class Scp03Tests
{
    public sealed record Case(
        string Name, string Origin, string Encryption, string Mac, SecurityLevel Level, string HostChallenge, string Answer, string? SecurityDomain,
        string ExternalAuthenticate, string[] Plain, string[] Wrapped, string Response, string Received)
    {
        public override string ToString() => Name;

        public Scp03InitializeUpdateResponse Initialization() => Scp03InitializeUpdateResponse.TryParse(
            Octets.Parse(Answer).Span, out Scp03InitializeUpdateResponse parsed, out PacketError error) ? parsed : throw new FormatException($"{error}");

        public ChannelKeys Keys() => Sessions.Keys(Initialization().KeyVersion, KeyAlgorithm.Aes, Encryption, Mac);
    }

    [Theory, VectorData("scp/scp03.json")]
    public void The_host_speaks_as_recorded(Case vector)
    {
        using ChannelKeys keys = vector.Keys();
        Octets challenge = Octets.Parse(vector.HostChallenge);

        Assert.True(
            Scp03Channel.TryOpen(keys, vector.Level, challenge, vector.Initialization(), true, out Scp03Channel? host, out ChannelRefusal? refusal),
            refusal?.Message);

        using (host)
        {
            Assert.Equal(Octets.Parse(vector.ExternalAuthenticate), host.ExternalAuthenticate.ToOctets());
            Assert.True(host.TryStart(new(StatusWord.Success), out _));
            Assert.Equal(vector.Wrapped[0], host.Wrap(Sessions.Command(vector.Plain[0])).ToString());
            Assert.True(host.TryUnwrap(Sessions.Response(vector.Received), out ChannelResponse response), host.EndReason);
            Assert.Equal(Sessions.Response(vector.Response), response.Response);
            Assert.Equal(vector.Plain.Length, vector.Wrapped.Length);
            Assert.All(vector.Plain.Zip(vector.Wrapped).Skip(1), pair => Assert.Equal(pair.Second, host.Wrap(Sessions.Command(pair.First)).ToString()));
        }
    }

    [Theory, VectorData("scp/scp03.json")]
    public void The_card_speaks_as_recorded(Case vector)
    {
        using ChannelKeys keys = vector.Keys();
        Scp03InitializeUpdateResponse expected = vector.Initialization();

        using Scp03Card card = Scp03Card.Begin(
            keys, expected.Parameter, expected.DiversificationData, Octets.Parse(vector.HostChallenge), expected.CardChallenge, expected.SequenceCounter);

        Assert.Equal(Octets.Parse(vector.Answer), card.Initialization.Data);
        Assert.Equal(StatusWord.Success, card.Authenticate(Sessions.Command(vector.ExternalAuthenticate)));
        for (int i = 0; i < vector.Plain.Length; i++)
        {
            Assert.True(card.TryUnwrap(Sessions.Command(vector.Wrapped[i]), out var command, out StatusWord status), status.ToString());
            Assert.Equal(Sessions.Command(vector.Plain[i]), command.ToApdu());
            if (i == 0)
            {
                Assert.Equal(Sessions.Response(vector.Received), card.Wrap(Sessions.Response(vector.Response)));
            }
        }
    }

    [Theory, VectorData("scp/scp03.json")]
    public void Pseudo_random_challenges_can_be_checked(Case vector)
    {
        using ChannelKeys keys = vector.Keys();
        Scp03InitializeUpdateResponse answer = vector.Initialization();
        if (vector.SecurityDomain is null)
        {
            Assert.Null(answer.SequenceCounter);
            return;
        }

        Assert.True(answer.Parameter.PseudoRandom);
        Assert.Equal(
            answer.CardChallenge,
            Scp03KeyDerivation.CardChallenge(keys.Encryption, answer.SequenceCounter!.Value, Aid.Parse(vector.SecurityDomain), answer.CardChallenge.Length));
    }

    [Fact]
    public void A_pseudo_random_challenge_of_another_card()
    {
        // Known answer of kaoh/globalplatform.
        using var key = KeyMaterial.From(Octets.Parse("F995D0A069335C7DF42E590317FFEA6D").Span, KeyAlgorithm.Aes);

        Assert.Equal(Octets.Parse("C40932A6FEFEAEB2"), Scp03KeyDerivation.CardChallenge(key, 0x15, Aid.IssuerSecurityDomain, 8));
    }

    [Fact]
    public void The_response_obeys_the_packet_laws() => PacketLaws.Hold<Scp03InitializeUpdateResponse>(
        50,
        "00000000000000000000300360B13E5F938FC108C466C484C1D2EF1948",
        "000000000000000000003003703EB51047495B249F66C484C1D2EF1948000002",
        "00000000000000000000300361A0A1A2A3A4A5A6A7A8A9AAABACADAEAFCDD33BB9CBBD261D0747F4025EA8603B",
        "00000000000000000000300371A0A1A2A3A4A5A6A7A8A9AAABACADAEAFCDD33BB9CBBD261D0747F4025EA8603B000001");

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("00000000000000000000300260", PacketFault.UnexpectedValue, 11)]
    [InlineData("00000000000000000000300360B13E5F938FC108C466C484C1D2EF194800", PacketFault.Truncated, 30)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(Scp03InitializeUpdateResponse.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Theory]
    [InlineData(SecurityLevel.BothMac, 0x10), InlineData(SecurityLevel.BothEncryption, 0x30), InlineData(SecurityLevel.ResponseMac, 0x70)]
    public void A_level_that_the_card_does_not_offer_is_refused(SecurityLevel level, byte parameter)
    {
        using ChannelKeys keys = Sessions.Aes();
        Octets challenge = Sessions.Challenge(8, 1);
        var answer = new Scp03InitializeUpdateResponse(default, 0x30, new(parameter), challenge, challenge);

        Assert.False(Scp03Channel.TryOpen(keys, level, challenge, answer, true, out _, out ChannelRefusal? refusal));

        Assert.Equal(ChannelFault.UnsupportedLevel, refusal.Fault);
    }

    [Fact]
    public void S8_and_S16_do_not_meet_and_neither_do_keys_of_triple_DES()
    {
        using ChannelKeys keys = Sessions.Aes();
        using ChannelKeys des = Sessions.TripleDes();
        var answer = new Scp03InitializeUpdateResponse(default, 0x30, new(0x70), Sessions.Challenge(8, 1), Sessions.Challenge(8, 1));

        Assert.False(Scp03Channel.TryOpen(keys, SecurityLevel.CommandMac, Sessions.Challenge(16, 1), answer, true, out _, out ChannelRefusal? modes));
        Assert.False(Scp03Channel.TryOpen(des, SecurityLevel.CommandMac, Sessions.Challenge(8, 1), answer, true, out _, out ChannelRefusal? algorithm));

        Assert.Equal((ChannelFault.OtherProtocol, ChannelFault.UnfitKeys), (modes.Fault, algorithm.Fault));
    }

    [Fact]
    public void An_old_card_counts_only_commands_with_data()
    {
        (CommandApdu Empty, CommandApdu Full) commands = (Sessions.Command("80CA006600"), Sessions.Command("80F28002024F0000"));
        using ChannelKeys keys = Sessions.Aes();
        Octets challenge = Sessions.Challenge(8, 1);
        using Scp03Card card = Scp03Card.Begin(keys, new(0x60), Octets.Parse("00010203040506070809"), challenge, challenge, null);
        Assert.True(Scp03InitializeUpdateResponse.TryParse(card.Initialization.Data.Span, out Scp03InitializeUpdateResponse answer, out _));
        Assert.True(Scp03Channel.TryOpen(keys, SecurityLevel.CommandEncryption, challenge, answer, true, out Scp03Channel? counting, out _));
        Assert.True(Scp03Channel.TryOpen(keys, SecurityLevel.CommandEncryption, challenge, answer, false, out Scp03Channel? old, out _));

        Octets first = Send(old, commands.Full);
        Octets standard = Send(counting, commands.Full);

        Assert.Equal(standard, first);
        Assert.NotEqual(Second(counting, commands), Second(old, commands));
        counting.Dispose();
        old.Dispose();
    }

    private static Octets Send(Scp03Channel channel, CommandApdu command)
    {
        Assert.True(channel.TryStart(new(StatusWord.Success), out _));
        return channel.Wrap(command).Data;
    }

    private static Octets Second(Scp03Channel channel, (CommandApdu Empty, CommandApdu Full) commands)
    {
        channel.Wrap(commands.Empty);
        return channel.Wrap(commands.Full).Data;
    }
}
