using System.Collections.Immutable;
using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Content;
using SecurityDomain = Tsm.Simulator.Content.SecurityDomain;

namespace Tsm.Tests.Simulator;

/// <summary>A card with security domains on the table, and senders that know the keys of each.</summary>
internal sealed class DomainBench(CardProfile? profile = null, int? memory = null) : IDisposable
{
    public static readonly Aid Provider = Aid.Parse("F0546D53020001");
    public static readonly Aid Second = Aid.Parse("F0546D53020002");
    public static readonly Tar ProviderTar = Tar.Parse("ABC001");
    public static readonly Tar SecondTar = Tar.Parse("ABC002");
    public static readonly Octets ReceiptKey = Octets.Parse("710102030405060708090A0B0C0D0E0F");

    private readonly ECDsa _token = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public CardBench Bench { get; } = new(profile, memory);

    public CardEnvironment Environment => Bench.Card.Environment;

    public SecurityDomain Issuer => Environment.Issuer;

    public CardContent Content => Bench.Card.Content;

    public SecurityDomain Domain(Aid? aid = null) => Environment.FindDomain(aid ?? Provider)!;

    /// <summary>INSTALL [for install and make selectable] of a domain.</summary>
    public static CommandApdu ForDomain(
        Aid? aid = null, Tar? tar = null, Privileges? privileges = null, SecurityDomainParameters? parameters = null,
        InstallPurpose purpose = InstallPurpose.InstallAndMakeSelectable)
    {
        Octets install = new InstallParameters
        {
            Application = (parameters ?? new SecurityDomainParameters { Protocols = [new(0x80, 0x00)] }).ToOctets(),
            Toolkit = new ToolkitParameters { Tars = [tar ?? ProviderTar] },
        }.ToOctets();
        CommandApdu command = InstallCommand.ForInstallAndMakeSelectable(
            Aid.SecurityDomainLoadFile, Aid.SecurityDomainModule, aid ?? Provider, privileges ?? Privileges.SecurityDomain, install);
        return command with { P1 = (byte)purpose };
    }

    /// <summary>A command to a domain, as if it came in a packet that the issuer's first key set protects.</summary>
    public ResponseApdu Execute(SecurityDomain domain, CommandApdu command)
    {
        using KeySet keys = IssuerKeys.Open(Bench.Card.KeySets[0].Version);
        return domain.Execute(command, new PacketKeys(Bench.Card.KeySets[0], keys));
    }

    public void Expect(string status, SecurityDomain domain, params ChainedCommand[] commands)
    {
        foreach (CommandApdu command in commands.SelectMany(c => c.Cut()))
        {
            ResponseApdu response = Execute(domain, command);
            Assert.True(response.Status.ToString() == status || (command.P1 & 0x80) != 0, $"{command.Name}: {response}");
        }
    }

    /// <summary>Makes a domain and gives it its first keys, so that it is PERSONALIZED.</summary>
    public SecurityDomain Make(Privileges? privileges = null, Aid? aid = null, Tar? tar = null, SecurityDomainParameters? parameters = null)
    {
        Expect("9000", Issuer, ForDomain(aid, tar, privileges, parameters));
        SecurityDomain domain = Domain(aid);
        Expect("9000", domain, new TestKeys(1, 0x30).Put(0, IssuerKeys));
        return domain;
    }

    /// <summary>The keys that the bench has given the issuer's domain.</summary>
    public TestKeys IssuerKeys { get; } = new(2, CardBench.KicKey, CardBench.KidKey, CardBench.DekKey);

    /// <summary>Gives the issuer's domain the keys of delegated management.</summary>
    public void PutTokenKeys()
    {
        ECParameters point = _token.ExportParameters(includePrivateParameters: false);
        KeyData token = KeyData.Of(
            [
                new(KeyType.EccPublic, Octets.Own([0x04, .. point.Q.X!, .. point.Q.Y!])),
                new(KeyType.EccParameters, Octets.Parse("00")),
            ],
            default);
        using KeyMaterial dek = IssuerKeys.OpenDek();
        using KeyMaterial receipt = KeyMaterial.From(ReceiptKey.Span, KeyAlgorithm.Aes);
        Expect("9000", Issuer, PutKeyCommand.For(0, 1, PutKeyData.Of(0x70, [token])));
        Expect("9000", Issuer, PutKeyCommand.For(0, 1, PutKeyData.Of(0x71, [KeyTransport.Protect(receipt, dek, KeyTransportOptions.ForAes)])));
    }

    /// <summary>The command with the carrier's token.</summary>
    public ChainedCommand Permit(ChainedCommand command)
    {
        using ContentKey key = ContentKey.From(ECDsa.Create(_token.ExportParameters(includePrivateParameters: true)));
        return Tsm.Security.CardContent.ContentSignatures.Permit(command, key);
    }

    /// <summary>Loads the sample applet.</summary>
    public void Load(SecurityDomain by, Aid? owner = null, bool permitted = false)
    {
        ChainedCommand install = InstallCommand.ForLoad(CardBench.SamplePackage, owner, permitted ? SampleHash() : default);
        Expect("9000", by, permitted ? Permit(install) : install);
        Expect("9000", by, [.. CardBench.SampleBlocks().Select(ChainedCommand.From)]);
    }

    public static Octets SampleHash()
    {
        Assert.True(LoadFileContent.TryParse(CardBench.SampleLoadFile().Span, out LoadFileContent content, out _));
        return Octets.Own(SHA256.HashData(content.DataBlock.Span));
    }

    public static ChainedCommand ForSample(Aid? instance = null) =>
        InstallCommand.ForInstallAndMakeSelectable(CardBench.SamplePackage, CardBench.SampleModule, instance ?? CardBench.SampleModule);

    public static IReadOnlyList<RegistryEntry> Entries(ResponseApdu page)
    {
        Assert.True(RegistryEntry.TryParsePage(page.Data.Span, out ImmutableArray<RegistryEntry> entries, out _));
        return entries;
    }

    /// <summary>Sends commands in one packet under some keys.</summary>
    public ResponseOpening? Transmit(TestKeys keys, Tar tar, Octets script)
    {
        keys.Counter = keys.Counter.Next();
        CommandHeader header = Bench.Header("1639", keys.Version) with { Tar = tar, Counter = keys.Counter };
        using KeySet open = keys.Open();
        Octets packet = PacketProtection.Protect(header, open, script.Span);
        return Send(packet, header, open);
    }

    public ResponseOpening? Send(Octets packet, CommandHeader header, KeySet keys) =>
        CardBench.Assemble(Bench.Messages(packet).SelectMany(m => Bench.Card.Receive(m))) is { } response
            ? PacketProtection.Open(response.Span, header, keys)
            : null;

    /// <summary>Sends commands in one packet under some keys and demands a proven answer.</summary>
    public CompactResponse Run(TestKeys keys, Tar tar, params IReadOnlyList<CommandApdu> commands)
    {
        ResponseOpening? answer = Transmit(keys, tar, CompactScript.Write(commands));
        Assert.Equal(ResponseKind.Proven, answer!.Kind);
        Assert.True(answer.Packet!.Status.IsOk, answer.Packet.Status.ToString());
        Assert.True(CompactResponse.TryParse(answer.Packet.Data.Span, out CompactResponse response, out _));
        return response;
    }

    public void Dispose() => _token.Dispose();
}

/// <summary>Keys of a domain as a sender knows them, with the sender's counter.</summary>
internal sealed class TestKeys(int version, Octets kic, Octets kid, Octets dek, KeyAlgorithm algorithm = KeyAlgorithm.Aes)
{
    /// <summary>Keys made up of one octet.</summary>
    public TestKeys(int version, byte seed, int length = 16, KeyAlgorithm algorithm = KeyAlgorithm.Aes)
        : this(version, Key(seed, 1, length), Key(seed, 2, length), Key(seed, 3, length), algorithm)
    {
    }

    public int Version => version;

    public Counter Counter { get; set; }

    public KeySet Open(int? other = null) => new(
        other ?? version, KeyMaterial.From(kic.Span, algorithm), KeyMaterial.From(kid.Span, algorithm), OpenDek());

    public KeyMaterial OpenDek() => KeyMaterial.From(dek.Span, algorithm);

    /// <summary>PUT KEY of these keys under those.</summary>
    public ChainedCommand Put(int replaced, TestKeys under, int? spoiled = null)
    {
        using KeySet keys = Open();
        using KeyMaterial transport = under.OpenDek();
        KeyTransportOptions options = algorithm == KeyAlgorithm.Aes ? KeyTransportOptions.ForAes : KeyTransportOptions.ForTripleDes;
        KeyData[] data =
        [
            KeyTransport.Protect(keys.Kic, transport, options),
            KeyTransport.Protect(keys.Kid, transport, options, algorithm == KeyAlgorithm.Aes ? 8 : null),
            KeyTransport.Protect(keys.Dek!, transport, options),
        ];
        if (spoiled is { } at)
        {
            data[at] = KeyData.Of(data[at].Components, Octets.Parse("000000"));
        }

        return PutKeyCommand.For(replaced, 1, PutKeyData.Of(version, [.. data]));
    }

    /// <summary>The data groups of these keys under those.</summary>
    public Octets Groups(TestKeys under)
    {
        using KeySet keys = Open();
        using KeyMaterial transport = under.OpenDek();
        return Octets.Concat(
            KeyTransport.ProtectInGroups(keys.Kic, transport, version, 1).ToOctets(),
            KeyTransport.ProtectInGroups(keys.Kid, transport, version, 2).ToOctets(),
            KeyTransport.ProtectInGroups(keys.Dek!, transport, version, 3).ToOctets());
    }

    private static Octets Key(byte seed, byte which, int length) =>
        Octets.Own([.. Enumerable.Range(0, length).Select(i => (byte)(seed ^ (which * 0x11) ^ i))]);
}
