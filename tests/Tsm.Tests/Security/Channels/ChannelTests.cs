using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Scp03;

namespace Tsm.Tests.Security.Channels;

/// <summary>What holds for both ends of every secure channel.</summary>
public sealed class ChannelTests
{
    public static TheoryData<string, SecurityLevel> All
    {
        get
        {
            var all = new TheoryData<string, SecurityLevel>();
            foreach (SecurityLevel level in Enum.GetValues<SecurityLevel>())
            {
                foreach (string protocol in (string[])["S8", "S16", "SCP02"])
                {
                    if (protocol == "SCP02" ? level != SecurityLevel.BothEncryption : level != SecurityLevel.ResponseMac)
                    {
                        all.Add(protocol, level);
                    }
                }
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Commands_and_responses_come_out_as_they_went_in(string protocol, SecurityLevel level)
    {
        (SecureChannel host, CardChannel card) = Sessions.Open(protocol, level);
        var exchanges =
            from data in ArbMap.Default.GeneratorFor<byte>().ArrayOf()
            from answer in ArbMap.Default.GeneratorFor<byte>().ArrayOf()
            from channel in Gen.Choose(0, 3)
            from status in Gen.Elements(0x9000, 0x6310, 0x6283)
            select (Command: new ChainedCommand((byte)(0x80 | channel), 0xE6, 0, 0, Octets.Own(data), 0), Answer: new ResponseApdu(Octets.Own(answer), new((ushort)status)));

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(exchanges.ToArbitrary(), e => Sessions.Carries(host, card, e.Command, e.Answer)));

        Assert.True(Sessions.Carries(host, card, new(0x80, Instruction.PutKey, 0, 0x81, Sessions.Challenge(700, 0), 0), new(StatusWord.Success)));
        host.Dispose();
        card.Dispose();
    }

    [Theory, MemberData(nameof(All))]
    public void The_most_data_goes_in_one_command_and_one_octet_more_does_not(string protocol, SecurityLevel level)
    {
        (SecureChannel host, CardChannel card) = Sessions.Open(protocol, level);
        int most = host.MaxDataLength;

        Assert.InRange(host.Wrap(new CommandApdu(0x80, 0xE2, 0x80, 0, Sessions.Challenge(most, 0))).Data.Length, 240, 255);
        if (most < CommandApdu.MaxData)
        {
            var longer = new CommandApdu(0x80, 0xE2, 0x80, 0, Sessions.Challenge(most + 1, 0));
            Assert.Throws<ArgumentException>(() => host.Wrap(longer));
            Assert.Throws<InvalidOperationException>(() => host.Wrap(ChainedCommand.From(longer) with { Data = Sessions.Challenge(256, 0) }).ToApdu());
        }

        host.Dispose();
        card.Dispose();
    }

    [Theory, InlineData("S8"), InlineData("S16"), InlineData("SCP02")]
    public void Other_keys_are_named_as_such_and_nothing_is_sent(string protocol)
    {
        bool scp02 = protocol == "SCP02";
        int length = protocol == "S16" ? 16 : 8;
        using ChannelKeys keys = scp02 ? Sessions.TripleDes() : Sessions.Aes();
        using ChannelKeys others = scp02 ? Sessions.TripleDes(0x90) : Sessions.Aes(0x90);
        Octets challenge = Sessions.Challenge(length, 1);
        using CardChannel card = scp02
            ? Tsm.Security.Scp02.Scp02Card.Begin(keys, ChannelOptions.Standard.Scp02, Sessions.Challenge(10, 0), challenge, Sessions.Challenge(6, 9), 1)
            : Scp03Card.Begin(keys, new(0x70), Sessions.Challenge(10, 0), challenge, Sessions.Challenge(length, 9), 1);

        Assert.False(ChannelOpening.TryOpen(
            others, SecurityLevel.CommandMac, challenge, card.Initialization, ChannelOptions.Standard, out SecureChannel? channel, out ChannelRefusal? refusal));

        Assert.Null(channel);
        Assert.Equal((ChannelFault.WrongKeys, true), (refusal.Fault, refusal.EndangersCard));
        Assert.Contains("Do not try again", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6A88", ChannelFault.OtherKeyVersion)]
    [InlineData("6983", ChannelFault.Blocked)]
    [InlineData("6700", ChannelFault.OtherProtocol)]
    [InlineData("6D00", ChannelFault.UnexpectedAnswer)]
    [InlineData("9000", ChannelFault.UnexpectedAnswer)]
    [InlineData("000000000000000000003101551122334455667788112233445566778899 9000", ChannelFault.OtherKeyVersion)]
    [InlineData("000000000000000000003001551122334455667788112233445566778899 9000", ChannelFault.OtherProtocol)]
    public void Says_why_a_card_does_not_begin(string answer, ChannelFault fault)
    {
        using ChannelKeys keys = Sessions.Aes();

        Assert.False(ChannelOpening.TryOpen(
            keys, SecurityLevel.CommandMac, Sessions.Challenge(8, 1), Sessions.Response(answer), ChannelOptions.Standard, out _, out ChannelRefusal? refusal));

        Assert.Equal(fault, refusal.Fault);
        Assert.NotEmpty(refusal.Message);
    }

    [Theory, InlineData("S8"), InlineData("S16"), InlineData("SCP02")]
    public void An_altered_octet_ends_the_channel_on_either_side(string protocol)
    {
        CommandApdu command = Sessions.Command("80F28002024F0000");
        for (int at = 0; at < 10; at++)
        {
            (SecureChannel host, CardChannel card) = Sessions.Open(protocol, SecurityLevel.BothMac);
            CommandApdu wrapped = host.Wrap(command);
            byte[] altered = wrapped.Data.ToArray();
            altered[at] ^= 1;
            Assert.False(card.TryUnwrap(wrapped with { Data = Octets.Own(altered) }, out _, out StatusWord status));
            Assert.Equal(StatusWord.SecurityNotSatisfied, status);
            Assert.False(card.TryUnwrap(wrapped, out _, out _));

            (host, card) = Sessions.Open(protocol, SecurityLevel.BothMac);
            Assert.True(card.TryUnwrap(host.Wrap(command), out _, out _));
            ResponseApdu answer = card.Wrap(Sessions.Response("11229000"));
            altered = answer.Data.ToArray();
            altered[at] ^= 0x80;
            Assert.False(host.TryUnwrap(answer with { Data = Octets.Own(altered) }, out ChannelResponse response));
            Assert.Equal(default, response);
            Assert.Contains("R-MAC", host.EndReason, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => host.Wrap(command));
        }
    }

    [Theory, InlineData("S8", SecurityLevel.BothEncryption), InlineData("S16", SecurityLevel.BothMac), InlineData("SCP02", SecurityLevel.BothMac)]
    public void A_repeated_or_unprotected_command_is_refused_and_so_is_a_bare_success(string protocol, SecurityLevel level)
    {
        CommandApdu command = Sessions.Command("80F28002024F0000");
        (SecureChannel host, CardChannel card) = Sessions.Open(protocol, level);
        CommandApdu wrapped = host.Wrap(command);
        Assert.True(card.TryUnwrap(wrapped, out _, out _));
        Assert.False(host.TryUnwrap(new(StatusWord.Success), out _));
        Assert.False(card.TryUnwrap(wrapped, out _, out _));
        Assert.False(card.IsOpen);

        (_, card) = Sessions.Open(protocol, level);
        Assert.False(card.TryUnwrap(command, out _, out _));
    }

    [Fact]
    public void The_card_refuses_what_is_not_an_authentication()
    {
        using ChannelKeys keys = Sessions.Aes();
        Octets challenge = Sessions.Challenge(8, 1);
        Scp03Card Begin() => Scp03Card.Begin(keys, new(0x00), Sessions.Challenge(10, 0), challenge, challenge, null);

        Assert.Equal(new StatusWord(0x6300), Begin().Authenticate(Sessions.Command("8482010010 00112233445566778899AABBCCDDEEFF")));
        Assert.Equal(StatusWord.WrongLength, Begin().Authenticate(Sessions.Command("8482010001 00")));
        Assert.Equal(StatusWord.IncorrectParameters, Begin().Authenticate(Sessions.Command("8482110010 00112233445566778899AABBCCDDEEFF")));
        using Scp03Card once = Begin();
        once.Authenticate(Sessions.Command("8482010001 00"));
        Assert.Equal(StatusWord.ConditionsNotSatisfied, once.Authenticate(Sessions.Command("8482010001 00")));
    }

    [Theory, InlineData(0x6300, ChannelFault.WrongKeys), InlineData(0x6982, ChannelFault.Blocked), InlineData(0x6985, ChannelFault.UnexpectedAnswer)]
    public void The_host_explains_a_refused_authentication(ushort status, ChannelFault fault)
    {
        using ChannelKeys keys = Sessions.Aes();
        Octets challenge = Sessions.Challenge(8, 1);
        using Scp03Card card = Scp03Card.Begin(keys, new(0x00), Sessions.Challenge(10, 0), challenge, challenge, null);
        Assert.True(ChannelOpening.TryOpen(
            keys, SecurityLevel.CommandMac, challenge, card.Initialization, ChannelOptions.Standard, out SecureChannel? host, out _));
        CommandApdu command = Sessions.Command("80F28002024F0000");

        Assert.Throws<InvalidOperationException>(() => host.Wrap(command));
        Assert.False(host.TryStart(new(new StatusWord(status)), out ChannelRefusal? refusal));
        Assert.Equal(fault, refusal.Fault);
        Assert.Throws<InvalidOperationException>(() => host.Wrap(command));
        host.Dispose();
    }

    [Fact]
    public void Initialize_update_is_written_and_read()
    {
        CommandApdu command = InitializeUpdateCommand.For(0x30, Octets.Parse("FDF38259A1E0DE44"));

        Assert.Equal("8050300008FDF38259A1E0DE4400", command.ToString());
        Assert.True(InitializeUpdateCommand.TryParse(command, out InitializeUpdateRequest request, out _));
        Assert.Equal(new InitializeUpdateRequest(0x30, Octets.Parse("FDF38259A1E0DE44")), request);
        Assert.False(InitializeUpdateCommand.TryParse(command with { Data = default }, out _, out PacketError length));
        Assert.False(InitializeUpdateCommand.TryParse(command with { P2 = 1 }, out _, out PacketError parameter));
        Assert.Equal((PacketFault.LengthMismatch, PacketFault.UnexpectedValue), (length.Fault, parameter.Fault));
        Assert.Throws<ArgumentException>(() => InitializeUpdateCommand.For(0, default));
    }

    [Fact]
    public void No_printed_channel_shows_a_key()
    {
        using ChannelKeys keys = Sessions.Aes();
        (SecureChannel host, _) = Sessions.Open("S8", SecurityLevel.BothEncryption);

        Assert.Equal("version 48: ENC " + keys.Encryption.CheckValue + ", MAC " + keys.Mac.CheckValue + ", DEK " + keys.Dek!.CheckValue, keys.ToString());
        Assert.Equal(host.GetType().FullName, host.ToString());
        host.Dispose();
        Assert.Throws<InvalidOperationException>(() => host.Wrap(Sessions.Command("80CA006600")));
    }
}
