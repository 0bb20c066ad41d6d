using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Keys;
using Tsm.Security.Scp02;
using Tsm.Tests.Security.Channels;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Keys;

public sealed class KeyTransportTests
{
    public sealed record Case(
        string Name, string Origin, KeyAlgorithm DekAlgorithm, string? Dek, string? SessionOf, KeyAlgorithm KeyAlgorithm, string[] Keys, KeyBlockLayout Layout,
        int? CmacLength, int Replaced, int Version, string Apdu)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/put-key.json")]
    public void Puts_keys_and_takes_them_as_the_card_does(Case vector)
    {
        using KeyMaterial dek = Dek(vector);
        var options = new KeyTransportOptions(vector.Layout);
        KeyMaterial[] keys = [.. vector.Keys.Select(k => KeyMaterial.From(Octets.Parse(k).Span, vector.KeyAlgorithm))];

        var data = PutKeyData.Of(vector.Version, [.. keys.Select((k, i) => KeyTransport.Protect(k, dek, options, i == 1 ? vector.CmacLength : null))]);
        ChainedCommand command = PutKeyCommand.For(vector.Replaced, 1, data);

        Assert.Equal(Sessions.Command(vector.Apdu), command.ToApdu());
        Assert.True(PutKeyCommand.TryParse(command, out PutKeyRequest request, out PacketError error), error.ToString());
        Assert.Equal(new PutKeyRequest((byte)vector.Replaced, 1, data), request);
        foreach ((KeyData stored, int i) in request.Data.Keys.Select((k, i) => (k, i)))
        {
            Assert.True(KeyTransport.TryOpen(stored, dek, options, out KeyMaterial? key, out int? cmacLength));
            Assert.Equal((keys[i].CheckValue, keys[i].Length, i == 1 ? vector.CmacLength : null), (key.CheckValue, key.Length, cmacLength));
            key.Dispose();
        }

        Assert.True(PutKeyResponse.TryParse(data.ExpectedAnswer.Span, out PutKeyResponse answer, out _));
        Assert.True(answer.Confirms(data));
        Assert.Equal(keys.Select(k => k.CheckValue), answer.CheckValues);
    }

    public sealed record GroupsCase(
        string Name, KeyAlgorithm DekAlgorithm, string Dek, KeyAlgorithm KeyAlgorithm, string Key, int Version, int Id, string Groups)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/key-data-groups.json")]
    public void Puts_keys_into_data_groups_and_takes_them_as_the_card_does(GroupsCase vector)
    {
        using var dek = KeyMaterial.From(Octets.Parse(vector.Dek).Span, vector.DekAlgorithm);
        using var key = KeyMaterial.From(Octets.Parse(vector.Key).Span, vector.KeyAlgorithm);

        KeyDataGroups groups = KeyTransport.ProtectInGroups(key, dek, vector.Version, vector.Id);

        Assert.Equal(vector.Groups, groups.ToOctets().ToString());
        Assert.True(DataGroup.TryParseAll(groups.ToOctets().Span, out var parts, out _));
        Assert.True(KeyDataGroups.TryParse(parts[0], parts[1], out KeyDataGroups read, out PacketError error), error.ToString());
        Assert.Equal(groups, read);
        Assert.True(KeyTransport.TryOpen(read.ToKeyData(), dek, KeyTransportOptions.ForAes, out KeyMaterial? opened, out _));
        Assert.Equal((key.Algorithm, key.Length, key.CheckValue), (opened.Algorithm, opened.Length, opened.CheckValue));
        opened.Dispose();
    }

    [Theory]
    [InlineData("00B8", "B90C800188810110820101830101", "8113", PacketFault.UnexpectedValue)]
    [InlineData("00B9", "B90C800188810110820101830101", "8114", PacketFault.UnexpectedValue)]
    [InlineData("00B9", "B809800188810110820101", "8113", PacketFault.UnexpectedValue)]
    [InlineData("00B9", "B909800188810110820101", "8113", PacketFault.Truncated)]
    [InlineData("00B9", "B90D80028888810110820101830101", "8113", PacketFault.LengthMismatch)]
    [InlineData("00B9", "B90C800108810110820101830101", "8113", PacketFault.ReservedValue)]
    [InlineData("00B9", "B90C800188810111820101830101", "8113", PacketFault.ReservedValue)]
    [InlineData("00B9", "B90C800188810110820101830180", "8113", PacketFault.ReservedValue)]
    public void Data_groups_that_are_no_key_are_told_apart(string first, string attributes, string second, PacketFault fault)
    {
        var value = new DataGroup(Convert.ToUInt16(second, 16), Octets.Own(new byte[16]));

        Assert.False(KeyDataGroups.TryParse(new(Convert.ToUInt16(first, 16), Octets.Parse(attributes)), value, out _, out PacketError error));

        Assert.Equal(fault, error.Fault);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Aes, 16), InlineData(KeyAlgorithm.Aes, 24), InlineData(KeyAlgorithm.Aes, 32)]
    [InlineData(KeyAlgorithm.TripleDes, 16), InlineData(KeyAlgorithm.TripleDes, 24), InlineData(KeyAlgorithm.Des, 8)]
    public void Every_key_travels_under_every_DEK(KeyAlgorithm algorithm, int length)
    {
        using var key = KeyMaterial.From([.. Enumerable.Range(1, length).Select(i => (byte)i)], algorithm);
        using var aes = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        using var des = KeyMaterial.From([.. Enumerable.Range(7, 16).Select(i => (byte)i)], KeyAlgorithm.TripleDes);
        foreach (KeyMaterial dek in (KeyMaterial[])[aes, des])
        {
            foreach (KeyBlockLayout layout in Enum.GetValues<KeyBlockLayout>())
            {
                foreach (bool chained in (bool[])[false, true])
                {
                    var options = new KeyTransportOptions(layout, chained);
                    Assert.True(KeyTransport.TryOpen(KeyTransport.Protect(key, dek, options), dek, options, out KeyMaterial? opened, out _));
                    Assert.Equal((key.Algorithm, key.Length, key.CheckValue), (opened.Algorithm, opened.Length, opened.CheckValue));
                    opened.Dispose();
                }
            }
        }
    }

    [Fact]
    public void A_pre_shared_key_has_its_own_type_length_and_check_value()
    {
        // Check value: sha1sum of the key, first three octets.
        using var psk = KeyMaterial.From(Octets.Parse("000102030405060708090A0B0C0D0E0F").Span, KeyAlgorithm.Aes);
        using var dek = KeyMaterial.From(new byte[16], KeyAlgorithm.TripleDes);
        var options = new KeyTransportOptions(KeyBlockLayout.LengthWhenPadded, Chained: true, PskTls: true);

        KeyData data = KeyTransport.Protect(psk, dek, options);

        KeyComponent component = Assert.Single(data.Components);
        Assert.Equal((KeyType.PskTls, 17, (byte)16), (component.Type, component.Block.Length, component.Block[0]));
        Assert.Equal(Octets.Parse("56178B"), data.CheckValue);
        Assert.True(KeyTransport.TryOpen(data, dek, options, out KeyMaterial? opened, out _));
        Assert.Equal(psk.CheckValue, opened.CheckValue);
        Assert.False(KeyTransport.TryOpen(data, dek, options with { PskTls = false }, out _, out _));
    }

    [Fact]
    public void A_card_refuses_keys_under_another_DEK_and_malformed_ones()
    {
        using var key = KeyMaterial.From(Octets.Parse("000102030405060708090A0B0C0D0E0F").Span, KeyAlgorithm.Aes);
        using var dek = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        KeyTransportOptions options = KeyTransportOptions.ForAes;

        Assert.False(KeyTransport.TryOpen(KeyTransport.Protect(key, key, options), dek, options, out KeyMaterial? wrong, out _));
        Assert.Null(wrong);
        foreach (string block in (string[])["", "00", "10", "1000112233445566778899AABBCCDDEEFF05", "0800112233445566778899AABBCCDDEEFF", "40" + new string('0', 128)])
        {
            Assert.False(KeyTransport.TryOpen(KeyData.Of(KeyType.Aes, Octets.Parse(block), default), dek, options, out _, out _), block);
        }

        Assert.False(KeyTransport.TryOpen(default, dek, options, out _, out _));
        Assert.False(KeyTransport.TryOpen(KeyData.Of(KeyType.RsaModulus, new(), default), dek, options, out _, out _));
    }

    private static KeyMaterial Dek(Case vector)
    {
        if (vector.SessionOf is not { } key)
        {
            return KeyMaterial.From(Octets.Parse(vector.Dek!).Span, vector.DekAlgorithm);
        }

        // A channel in which all static keys are the same; the challenges do not enter S-DEK.
        ChannelKeys keys = Sessions.Keys(0xFF, vector.DekAlgorithm, key, key, key);
        Octets challenge = Sessions.Challenge(8, 0);
        CardChannel card = Scp02Card.Begin(keys, Scp02Parameter.Usual, Sessions.Challenge(10, 0), challenge, Sessions.Challenge(6, 0), sequenceCounter: 0);
        Assert.True(ChannelOpening.TryOpen(
            keys, SecurityLevel.CommandMac, challenge, card.Initialization, ChannelOptions.Standard, out SecureChannel? channel, out _));
        return channel.Dek!;
    }
}
