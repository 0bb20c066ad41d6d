using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using SecurityDomain = Tsm.Simulator.Content.SecurityDomain;

namespace Tsm.Tests.Simulator;

/// <summary>Keys on the card: PUT KEY, DELETE of keys and the road through the parent (GPCS 2.3.1 §11.8, §11.11).</summary>
public sealed class DomainKeysTests
{
    [Fact]
    public void S3_04_First_keys_come_through_the_parent_by_STORE_DATA()
    {
        using var bench = new DomainBench();
        var own = new TestKeys(1, 0x30);
        bench.Bench.Expect("9000", DomainBench.ForDomain());
        CommandApdu[] script =
        [
            InstallCommand.ForPersonalization(DomainBench.Provider),
            .. StoreDataCommand.Blocks(own.Groups(bench.IssuerKeys), StoreDataStructure.DataGroups, StoreDataEncryption.Encrypted, 60),
        ];

        bench.Bench.Expect("9000", script);

        Assert.Equal(LifeCycle.Personalized, bench.Domain().State);
        Assert.Equal("9000", bench.Run(own, DomainBench.ProviderTar, GetDataCommand.For(CardObject.KeyInformation)).Status.ToString());
    }

    [Fact]
    public void Keys_through_the_parent_with_a_wrong_check_value_are_6982_and_leave_no_trace()
    {
        using var bench = new DomainBench();
        bench.Expect("9000", bench.Issuer, DomainBench.ForDomain());
        using KeyMaterial dek = bench.IssuerKeys.OpenDek();
        using KeySet keys = new TestKeys(1, 0x30).Open();
        KeyDataGroups right = KeyTransport.ProtectInGroups(keys.Kic, dek, 1, 1);
        KeyDataGroups wrong = KeyTransport.ProtectInGroups(keys.Kid, dek, 1, 2) with { CheckValue = Octets.Parse("000000") };
        Octets data = Octets.Concat(
            DataGroup.Join(new DataGroup(DataGroup.BerTlvObjects, Octets.Parse("DF7001AA"))), right.ToOctets(), wrong.ToOctets());
        bench.Expect("9000", bench.Issuer, InstallCommand.ForPersonalization(DomainBench.Provider));

        bench.Expect("6982", bench.Issuer, StoreDataCommand.Blocks(data, StoreDataStructure.DataGroups, StoreDataEncryption.Encrypted)[0]);

        Assert.Empty(bench.Domain().KeySets);
        Assert.Empty(bench.Domain().Objects);
        Assert.Equal(LifeCycle.Selectable, bench.Domain().State);
    }

    [Theory, InlineData("aes", 16), InlineData("aes256", 32), InlineData("3des", 16), InlineData("3des3", 24)]
    public void A_key_set_of_each_kind_is_added_and_serves(string profile, int length)
    {
        var bench = new CardBench(CardProfiles.Get(profile));
        KeyAlgorithm algorithm = profile.StartsWith("3des", StringComparison.Ordinal) ? KeyAlgorithm.TripleDes : KeyAlgorithm.Aes;
        Octets Whole(Octets key) => Octets.Concat(key, Octets.Parse("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF")).Slice(0, length);
        var under = new TestKeys(2, Whole(CardBench.KicKey), Whole(CardBench.KidKey), Whole(CardBench.DekKey), algorithm);
        var fresh = new TestKeys(3, 0x40, length, algorithm);

        CompactResponse answer = bench.Run(fresh.Put(0, under).ToApdu(), CompactScript.GetResponse);

        Assert.Equal(10, answer.Data.Length);
        Assert.Equal(2, bench.Card.KeySets.Length);
        using KeySet keys = fresh.Open();
        CommandHeader header = bench.Header(version: 3) with { Counter = new(1) };
        Octets packet = PacketProtection.Protect(header, keys, CompactScript.Write([GetDataCommand.For(CardObject.ExtendedResources)]).Span);
        Octets? response = CardBench.Assemble(bench.Messages(packet).SelectMany(m => bench.Card.Receive(m)));
        Assert.Equal(ResponseKind.Proven, PacketProtection.Open(response!.Value.Span, header, keys).Kind);
    }

    [Fact]
    public void A_replaced_set_begins_to_count_anew_and_the_proof_of_the_change_has_the_old_keys()
    {
        using var bench = new DomainBench();
        bench.Make();
        var old = new TestKeys(1, 0x30);
        var fresh = new TestKeys(1, 0x50);
        bench.Run(old, DomainBench.ProviderTar, GetDataCommand.For(CardObject.KeyInformation));

        CompactResponse answer = bench.Run(old, DomainBench.ProviderTar, fresh.Put(1, old).ToApdu(), CompactScript.GetResponse);

        Assert.Equal("9000", answer.Status.ToString());
        Assert.Equal(Counter.Zero, Assert.Single(bench.Domain().KeySets).Counter);
        Assert.False(bench.Transmit(old, DomainBench.ProviderTar, default)!.Status!.Value.IsOk);
        Assert.Equal("9000", bench.Run(fresh, DomainBench.ProviderTar, GetDataCommand.For(CardObject.KeyInformation)).Status.ToString());
        Assert.Empty(bench.Bench.Account.CounterReused);
        Assert.Empty(bench.Bench.Account.ExecutedTwice);
    }

    [Fact]
    public void A_wrong_check_value_is_6982_and_nothing_of_the_command_is_stored()
    {
        using var bench = new DomainBench();

        bench.Expect("6982", bench.Issuer, new TestKeys(3, 0x40).Put(0, bench.IssuerKeys, spoiled: 2));

        Assert.Single(bench.Bench.Card.KeySets);
    }

    [Fact]
    public void PUT_KEY_refuses_versions_that_are_there_or_are_not_there_and_other_lengths()
    {
        using var bench = new DomainBench();

        bench.Expect("6A80", bench.Issuer, new TestKeys(2, 0x40).Put(0, bench.IssuerKeys));
        bench.Expect("6A88", bench.Issuer, new TestKeys(3, 0x40).Put(5, bench.IssuerKeys));
        bench.Expect("6A80", bench.Issuer, new TestKeys(2, 0x40, 32).Put(2, bench.IssuerKeys));
        bench.Expect("9000", bench.Issuer, new TestKeys(4, 0x40, 32).Put(0, bench.IssuerKeys));
        bench.Expect("6A80", bench.Issuer, new TestKeys(4, 0x40).Put(2, bench.IssuerKeys));

        Assert.Equal([2, 4], bench.Bench.Card.KeySets.Select(k => k.Version));
    }

    [Fact]
    public void Without_a_DEK_no_keys_come()
    {
        var card = new SimulatedCard(
            CardBench.IccidOf(1), CardBench.MsisdnOf(1), CardProfiles.Aes,
            [new CardKeySet(2, KeyAlgorithm.Aes, CardBench.KicKey, CardBench.KidKey)], new Account());
        var keys = new TestKeys(2, CardBench.KicKey, CardBench.KidKey, CardBench.DekKey);
        using var open = new KeySet(2, keys.OpenDek(), keys.OpenDek(), null);

        ResponseApdu answer = card.Environment.Issuer.Execute(
            new TestKeys(3, 0x40).Put(0, keys).ToApdu(), new Tsm.Simulator.Content.PacketKeys(card.KeySets[0], open));

        Assert.Equal("6985", answer.Status.ToString());
    }

    [Fact]
    public void Keys_for_tokens_and_receipts_are_kept_beside_the_sets_and_told()
    {
        using var bench = new DomainBench();

        bench.PutTokenKeys();

        Octets told = bench.Execute(bench.Issuer, GetDataCommand.For(CardObject.KeyInformation)).Data;
        Assert.True(KeyInformation.TryParseTemplate(told.Span, out var keys, out _));
        Assert.Equal([0x02, 0x02, 0x02, 0x70, 0x71], keys.Select(k => (int)k.KeyVersion));
        Assert.Equal(["ECC public key", "AES"], bench.Issuer.OtherKeys.Select(k => k.Type.ToString()));
        bench.Expect("9000", bench.Issuer, DeleteCommand.ForKeys(0x71));
        bench.Expect("6A88", bench.Issuer, DeleteCommand.ForKeys(0x71));
    }

    [Theory]
    [InlineData("B0410400F0010000")]
    [InlineData("B00104F0010000")]
    [InlineData("B00104F0017700")]
    [InlineData("A10101A0010300")]
    public void A_public_key_that_is_none_is_6A80(string key)
    {
        string whole = key.StartsWith("B041", StringComparison.Ordinal) ? "B04104" + new string('1', 128) + "F0010000" : key;
        using var bench = new DomainBench();

        bench.Expect("6A80", bench.Issuer, new CommandApdu(0x80, Instruction.PutKey, 0x00, 0x01, Octets.Parse("70" + whole), Le: 0));
    }

    [Fact]
    public void A_public_key_too_long_for_one_command_comes_in_a_chain()
    {
        using var bench = new DomainBench();
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var point = rsa.ExportParameters(includePrivateParameters: false);
        KeyData key = KeyData.Of(
            [new(KeyType.RsaModulus, Octets.Own(point.Modulus!)), new(KeyType.RsaPublicExponent, Octets.Own(point.Exponent!))], default);
        IReadOnlyList<CommandApdu> parts = PutKeyCommand.For(0, 1, PutKeyData.Of(0x70, [key])).Cut();

        Assert.Equal("9000", bench.Execute(bench.Issuer, parts[0]).ToString());
        Assert.Equal("709000", bench.Execute(bench.Issuer, parts[1]).ToString());

        Assert.Equal("RSA modulus", Assert.Single(bench.Issuer.OtherKeys).Type.ToString());
        Assert.Equal("9000", bench.Execute(bench.Issuer, parts[0]).ToString());
        bench.Expect("6985", bench.Issuer, GetDataCommand.For(CardObject.KeyInformation));
        bench.Expect("9000", bench.Issuer, GetDataCommand.For(CardObject.KeyInformation));
    }

    [Fact]
    public void The_last_set_and_the_one_in_use_are_not_deleted()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        var keys = new TestKeys(1, 0x30);
        bench.Expect("6985", domain, DeleteCommand.ForKeys(1));
        bench.Run(keys, DomainBench.ProviderTar, new TestKeys(3, 0x50).Put(0, keys).ToApdu());

        Assert.Equal("6985", bench.Run(keys, DomainBench.ProviderTar, DeleteCommand.ForKeys(1)).Status.ToString());
        Assert.Equal("9000", bench.Run(new TestKeys(3, 0x50), DomainBench.ProviderTar, DeleteCommand.ForKeys(1)).Status.ToString());
        bench.Expect("6A88", domain, DeleteCommand.ForKeys(1));
        bench.Expect("6985", domain, DeleteCommand.ForKeys(3, 2));
        Assert.Equal(3, Assert.Single(domain.KeySets).Version);
    }

    [Fact]
    public void The_same_keys_put_again_are_executed_twice_and_others_are_not()
    {
        using var bench = new DomainBench();
        var first = new TestKeys(2, 0x40);
        bench.Expect("9000", bench.Issuer, new TestKeys(3, 0x60).Put(0, bench.IssuerKeys));
        bench.Expect("6A80", bench.Issuer, new TestKeys(3, 0x60).Put(0, bench.IssuerKeys));
        Assert.Single(bench.Bench.Account.RepeatedAfterSuccess);

        bench.Expect("9000", bench.Issuer, new TestKeys(3, 0x70).Put(3, bench.IssuerKeys), new TestKeys(3, 0x60).Put(3, bench.IssuerKeys));
        Assert.Empty(bench.Bench.Account.ExecutedTwice);
        bench.Expect("9000", bench.Issuer, new TestKeys(3, 0x60).Put(3, bench.IssuerKeys));

        Assert.StartsWith("PUT KEY version 03 ", Assert.Single(bench.Bench.Account.ExecutedTwice).Command, StringComparison.Ordinal);
        Assert.Equal(2, first.Version);
    }
}
