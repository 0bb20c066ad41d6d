using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.CardContent;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Control;
using SecurityDomain = Tsm.Simulator.Content.SecurityDomain;

namespace Tsm.Tests.Simulator;

/// <summary>Content in security domains: simple, delegated and authorized management, and personalisation.</summary>
public sealed class DomainContentTests
{
    private static readonly Aid Package = CardBench.SamplePackage;
    private static readonly Aid Module = CardBench.SampleModule;

    [Fact]
    public void S3_05_What_the_issuer_loads_for_a_domain_belongs_to_it()
    {
        using var bench = new DomainBench();
        bench.Make();

        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());

        Assert.Equal(DomainBench.Provider, Assert.Single(bench.Content.LoadFiles).SecurityDomain);
        Assert.Equal(DomainBench.Provider, bench.Content.FindInstance(Module)!.SecurityDomain);
    }

    [Fact]
    public void S3_05_A_domain_owns_nothing_before_it_has_keys_of_its_own()
    {
        using var bench = new DomainBench();
        bench.Expect("9000", bench.Issuer, DomainBench.ForDomain());

        bench.Expect("6985", bench.Issuer, InstallCommand.ForLoad(Package, DomainBench.Provider));
        bench.Expect("6A88", bench.Issuer, InstallCommand.ForLoad(Package, DomainBench.Second));
        bench.Expect("9000", bench.Domain(), new TestKeys(1, 0x30).Put(0, bench.IssuerKeys));
        bench.Expect("9000", bench.Issuer, InstallCommand.ForLoad(Package, DomainBench.Provider));

        Assert.Equal(DomainBench.Provider, bench.Bench.Card.Load!.Owner);
    }

    [Fact]
    public void A_domain_without_DM_or_AM_manages_no_content()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        bench.Load(bench.Issuer, DomainBench.Provider);

        bench.Expect("6985", domain, InstallCommand.ForLoad(Aid.Parse("F0546D5399")));
        bench.Expect("6985", domain, DomainBench.ForSample());
        bench.Expect("6985", domain, DeleteCommand.For(Package, related: false));
        bench.Expect("6985", domain, InstallCommand.ForExtradition(Aid.IssuerSecurityDomain, Package));
        bench.Expect("6985", domain, DomainBench.ForDomain(DomainBench.Second, DomainBench.SecondTar));
    }

    [Fact]
    public void A_domain_with_AM_manages_its_own_content_without_tokens_and_no_other()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.SecurityDomain | Privileges.AuthorizedManagement);
        bench.PutTokenKeys();
        bench.Expect("6A80", domain, bench.Permit(InstallCommand.ForLoad(Package, hash: DomainBench.SampleHash())));

        bench.Load(domain);
        bench.Expect("9000", domain, DomainBench.ForSample());

        Assert.Equal(DomainBench.Provider, bench.Content.FindInstance(Module)!.SecurityDomain);
        Assert.Equal("00", bench.Execute(domain, DeleteCommand.For(Module, related: false)).Data.ToString());
        bench.Expect("9000", domain, DeleteCommand.For(Package, related: false));
        bench.Load(bench.Issuer);
        bench.Expect("6985", domain, DeleteCommand.For(Package, related: false), DomainBench.ForSample());
        bench.Expect("6985", domain, InstallCommand.ForLoad(Aid.Parse("F0546D5399"), Aid.IssuerSecurityDomain));
    }

    [Fact]
    public void A_domain_locks_its_own_applications_and_no_others()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        SecurityDomain other = bench.Make(aid: DomainBench.Second, tar: DomainBench.SecondTar);
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());

        bench.Expect("6985", other, SetStatusCommand.Lock(Module));
        bench.Expect("9000", domain, SetStatusCommand.Lock(Module), SetStatusCommand.Unlock(Module));
    }

    [Fact]
    public void S3_07_Delegated_content_needs_the_carriers_token_for_each_command()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.DelegatedManagement);
        bench.PutTokenKeys();
        ChainedCommand load = InstallCommand.ForLoad(Package, hash: DomainBench.SampleHash());

        bench.Expect("6982", domain, load);
        bench.Expect("6982", domain, Spoil(bench.Permit(load)));
        bench.Expect("6A80", domain, bench.Permit(InstallCommand.ForLoad(Package)));
        bench.Load(domain, permitted: true);
        bench.Expect("6982", domain, DomainBench.ForSample());
        bench.Expect("9000", domain, bench.Permit(DomainBench.ForSample()));
        bench.Expect("6982", domain, DeleteCommand.For(Module, related: false));
        bench.Expect("9000", domain, bench.Permit(DeleteCommand.For(Module, related: false)));

        Assert.Equal(4, bench.Bench[Tally.TokensRefused]);
        Assert.Equal(3, bench.Bench[Tally.ReceiptsMade]);
    }

    [Fact]
    public void S3_07_The_card_proves_what_was_delegated_by_receipts_that_count()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.DelegatedManagement);
        bench.PutTokenKeys();
        using ContentKey key = ContentKey.From(KeyMaterial.From(DomainBench.ReceiptKey.Span, KeyAlgorithm.Aes));
        bench.Expect("9000", domain, bench.Permit(InstallCommand.ForLoad(Package, hash: DomainBench.SampleHash())));
        ResponseApdu[] loaded = [.. CardBench.SampleBlocks().Select(b => bench.Execute(domain, b))];

        Receipt load = ReceiptOf(loaded[^1]);
        Receipt install = ReceiptOf(bench.Execute(domain, bench.Permit(DomainBench.ForSample()).ToApdu()));
        Receipt move = ReceiptOf(bench.Execute(
            domain, bench.Permit(InstallCommand.ForExtradition(Aid.IssuerSecurityDomain, Module)).ToApdu()));

        Assert.True(ContentSignatures.Proves(load, load.LoadInput(Package, DomainBench.Provider), key));
        Assert.True(ContentSignatures.Proves(install, install.InstallInput(Package, Module), key));
        Assert.True(ContentSignatures.Proves(move, move.ExtraditionInput(DomainBench.Provider, Module, Aid.IssuerSecurityDomain), key));
        Assert.Equal([1, 2, 3], new[] { load, install, move }.Select(r => (int)r.Confirmation.Counter));
        string digits = bench.Bench.Card.Iccid.ToString();
        Assert.StartsWith(digits, load.Confirmation.UniqueData.ToString(), StringComparison.Ordinal);
        Assert.Equal("C2020003", bench.Execute(bench.Issuer, GetDataCommand.For(CardObject.ConfirmationCounter)).Data.ToString());
    }

    [Fact]
    public void A_token_for_one_command_permits_no_other_and_none_to_the_issuer()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.DelegatedManagement);
        bench.PutTokenKeys();
        bench.Load(domain, permitted: true);
        ChainedCommand permitted = bench.Permit(DomainBench.ForSample());
        byte[] data = permitted.Data.ToArray();
        data[8 + 8 + 7] ^= 1;

        bench.Expect("6982", domain, permitted with { Data = Octets.Own(data) });
        bench.Expect("6A80", bench.Issuer, permitted);
        bench.Expect("6982", domain, permitted with { P1 = (byte)InstallPurpose.Install });
        bench.Expect("9000", domain, permitted);
    }

    [Fact]
    public void A_token_too_long_for_one_command_comes_in_a_chain_in_one_packet()
    {
        using var bench = new DomainBench();
        bench.Make(Privileges.DelegatedManagement);
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var modulus = rsa.ExportParameters(includePrivateParameters: false);
        KeyData key = KeyData.Of(
            [new(KeyType.RsaModulus, Octets.Own(modulus.Modulus!)), new(KeyType.RsaPublicExponent, Octets.Own(modulus.Exponent!))], default);
        bench.Expect("9000", bench.Issuer, PutKeyCommand.For(0, 1, PutKeyData.Of(0x70, [key])));
        ChainedCommand load = ContentSignatures.Permit(InstallCommand.ForLoad(Package, hash: DomainBench.SampleHash()), ContentKey.From(rsa));
        IReadOnlyList<CommandApdu> parts = load.Cut();
        var keys = new TestKeys(1, 0x30);

        Assert.Equal(2, parts.Count);
        Assert.Equal("9000", bench.Run(keys, DomainBench.ProviderTar, parts).Status.ToString());
        Assert.Equal(Package, bench.Bench.Card.Load!.LoadFile);

        // The rest of a chain says nothing in a packet of its own.
        bench.Run(keys, DomainBench.ProviderTar, parts[0]);
        Assert.Equal("6A80", bench.Run(keys, DomainBench.ProviderTar, parts[1]).Status.ToString());
    }

    [Fact]
    public void A_receipt_key_of_triple_DES_makes_MACs_of_eight_octets()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.DelegatedManagement);
        bench.PutTokenKeys();
        bench.Expect("9000", bench.Issuer, DeleteCommand.ForKeys(0x71));
        using KeyMaterial dek = bench.IssuerKeys.OpenDek();
        using KeyMaterial des = KeyMaterial.From(DomainBench.ReceiptKey.Span, KeyAlgorithm.TripleDes);
        bench.Expect("9000", bench.Issuer, PutKeyCommand.For(0, 1, PutKeyData.Of(0x71, [KeyTransport.Protect(des, dek, KeyTransportOptions.ForTripleDes)])));
        bench.Load(domain, permitted: true);

        Receipt receipt = ReceiptOf(bench.Execute(domain, bench.Permit(DomainBench.ForSample()).ToApdu()));

        using ContentKey key = ContentKey.From(KeyMaterial.From(DomainBench.ReceiptKey.Span, KeyAlgorithm.TripleDes));
        Assert.Equal(8, receipt.Signature.Length);
        Assert.True(ContentSignatures.Proves(receipt, receipt.InstallInput(Package, Module), key));
    }

    [Fact]
    public void Without_a_token_key_nothing_can_be_permitted()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.DelegatedManagement);

        bench.Expect("6982", domain, bench.Permit(InstallCommand.ForLoad(Package, hash: DomainBench.SampleHash())));
    }

    [Fact]
    public void A_load_belongs_to_the_domain_that_opened_it()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.SecurityDomain | Privileges.AuthorizedManagement);
        bench.Expect("9000", domain, InstallCommand.ForLoad(Package));

        bench.Expect("6985", bench.Issuer, CardBench.SampleBlocks()[0]);
        bench.Expect("9000", domain, CardBench.SampleBlocks()[0]);
    }

    [Fact]
    public void S3_06_A_domain_personalises_its_application_in_one_packet()
    {
        using var bench = new DomainBench();
        bench.Make();
        var keys = new TestKeys(1, 0x30);
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());
        Octets data = DataGroup.Join(new DataGroup(0x0101, Octets.Parse("AABBCC")), new DataGroup(0x0102, Octets.Own(new byte[90])));
        CommandApdu[] script =
        [
            InstallCommand.ForPersonalization(Module),
            .. StoreDataCommand.Blocks(data, StoreDataStructure.DataGroups, StoreDataEncryption.None, 40),
        ];

        Assert.Equal("9000", bench.Run(keys, DomainBench.ProviderTar, script).Status.ToString());
        Assert.Equal("9000", bench.Run(
            keys, DomainBench.ProviderTar, InstallCommand.ForPersonalization(Module), Store(new DataGroup(0x0101, Octets.Parse("DD")))).Status.ToString());

        var personalisation = bench.Content.FindInstance(Module)!.Personalisation!;
        Assert.Equal(2, personalisation.Rounds);
        Assert.Equal(["0101 DD", $"0102 {new string('0', 180)}"], personalisation.Groups.Select(g => $"{g.Identifier:X4} {g.Data}"));
        Assert.Equal(2, bench.Bench[Tally.Personalisations]);
    }

    [Fact]
    public void Only_the_domain_of_an_application_personalises_it()
    {
        using var bench = new DomainBench();
        bench.Make();
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());

        bench.Expect("6985", bench.Issuer, InstallCommand.ForPersonalization(Module));
        bench.Expect("6A88", bench.Domain(), InstallCommand.ForPersonalization(Package));
        bench.Expect("9000", bench.Issuer, SetStatusCommand.Lock(Module));
        bench.Expect("6985", bench.Domain(), InstallCommand.ForPersonalization(Module));
    }

    [Fact]
    public void The_end_of_a_round_another_command_and_a_new_packet_end_the_forwarding()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        var keys = new TestKeys(1, 0x30);
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());
        CommandApdu store = Store(new DataGroup(0x0101, Octets.Parse("AA")));
        CommandApdu open = InstallCommand.ForPersonalization(Module);

        // What is not forwarded is for the domain itself, which has no such group.
        bench.Expect("9000", domain, open, store);
        bench.Expect("6A80", domain, store);
        bench.Expect("9000", domain, open, GetDataCommand.For(CardObject.KeyInformation));
        bench.Expect("6A80", domain, store);
        Assert.Equal("9000", bench.Run(keys, DomainBench.ProviderTar, open).Status.ToString());
        Assert.Equal("6A80", bench.Run(keys, DomainBench.ProviderTar, store).Status.ToString());

        Assert.Equal(1, bench.Content.FindInstance(Module)!.Personalisation!.Rounds);
    }

    [Fact]
    public void Blocks_come_in_their_order()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        IReadOnlyList<CommandApdu> blocks = StoreDataCommand.Blocks(
            Octets.Parse("DF7010" + new string('A', 32)), StoreDataStructure.BerTlv, StoreDataEncryption.None, 8);

        bench.Expect("9000", domain, blocks[0]);
        bench.Expect("6A86", domain, blocks[2]);
        bench.Expect("6A86", domain, blocks[1]);
        bench.Expect("9000", domain, [.. blocks.Select(ChainedCommand.From)]);

        Assert.Equal(0xDF70u, Assert.Single(domain.Objects).Key);
    }

    [Fact]
    public void Objects_are_kept_told_and_replaced_and_what_the_card_computes_is_not_stored()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        CommandApdu Objects(string hex) => new(0x80, Instruction.StoreData, 0x90, 0, Octets.Parse(hex));

        bench.Expect("9000", domain, Objects("DF7002AABB 4204 01020304"), Objects("DF7001CC"));

        Assert.Equal("DF7001CC", bench.Execute(domain, GetDataCommand.For(0xDF70)).Data.ToString());
        Assert.Equal("420401020304", bench.Execute(domain, GetDataCommand.For(CardObject.IssuerIdentification)).Data.ToString());
        bench.Expect("6A88", bench.Issuer, GetDataCommand.For(0xDF70));
        bench.Expect("6A80", domain, Objects("E000"), Objects("4F05F001020304"), Objects("DF70"));

        IReadOnlyList<CommandApdu> large = StoreDataCommand.Blocks(BerTlv.Encode(0xDF71, new byte[5000]), StoreDataStructure.BerTlv, StoreDataEncryption.None);
        bench.Expect("9000", domain, [.. large.SkipLast(1).Select(ChainedCommand.From)]);
        bench.Expect("6A84", domain, large[^1]);
    }

    [Fact]
    public void The_view_of_a_card_shows_domains_and_the_hash_of_what_personalised_and_no_secret()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(Privileges.DelegatedManagement);
        bench.PutTokenKeys();
        bench.Load(domain, permitted: true);
        bench.Expect("9000", domain, bench.Permit(DomainBench.ForSample()));
        DataGroup group = new(0x0101, Octets.Parse("00112233445566778899"));
        bench.Expect("9000", domain, InstallCommand.ForPersonalization(Module), Store(group));

        DomainView view = DomainView.Of(bench.Bench.Card, domain);
        DomainView issuer = DomainView.Of(bench.Bench.Card, bench.Issuer);
        PersonalisationView personalisation = ApplicationView.Of(bench.Content.FindInstance(Module)!).Personalisation!;

        Assert.Equal(("PERSONALIZED", "A08000", "A000000151000000"), (view.State, view.Privileges, view.Parent));
        Assert.Equal(("ABC001", "F0546D5301", "F0546D53010101"), (view.Tars.Single(), view.LoadFiles.Single(), view.Applications.Single()));
        Assert.Equal((1, "0000000000"), (view.KeySets.Single().Version, view.KeySets.Single().Counter));
        Assert.Equal(["ECC public key", "AES"], issuer.Keys.Select(k => k.Type));
        Assert.Equal(2, issuer.Receipts);
        Assert.Equal(new DataGroupView("0101", 10), personalisation.Groups.Single());
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(DataGroup.Join(group).Span)), personalisation.Sha256);
        string all = System.Text.Json.JsonSerializer.Serialize(new object[] { view, issuer, personalisation });
        Assert.DoesNotContain(group.Data.ToString(), all, StringComparison.Ordinal);
        Assert.DoesNotContain(DomainBench.ReceiptKey.ToString(), all, StringComparison.Ordinal);
    }

    private static CommandApdu Store(DataGroup group) =>
        StoreDataCommand.Blocks(DataGroup.Join(group), StoreDataStructure.DataGroups, StoreDataEncryption.None)[0];

    private static Receipt ReceiptOf(ResponseApdu answer)
    {
        Assert.Equal("9000", answer.Status.ToString());
        Assert.True(Receipt.TryParse(answer.Data.Span, out Receipt receipt, out PacketError error), error.ToString());
        return receipt;
    }

    private static ChainedCommand Spoil(ChainedCommand command)
    {
        byte[] data = command.Data.ToArray();
        data[^1] ^= 1;
        return command with { Data = Octets.Own(data) };
    }
}
