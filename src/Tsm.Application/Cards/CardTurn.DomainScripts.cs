using System.Collections.Immutable;
using System.Security.Cryptography;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.CardContent;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using CardReceipt = Tsm.Card.GlobalPlatform.Receipt;

namespace Tsm.Application.Cards;

/// <summary>The scripts of providers' security domains, and the tokens and receipts of delegated management.</summary>
internal sealed partial class CardTurn
{
    // The stock security domain of UICCs (GPCS 2.3.1 §H.1.3).
    private static readonly Aid DomainPackage = Aid.Parse("A0000001515350");
    private static readonly Aid DomainModule = Aid.Parse("A000000151535041");

    private const int TokenKeyVersion = 0x70, ReceiptKeyVersion = 0x71;
    private const byte CurveP256 = 0x00;

    /// <summary>The script of a step whose commands hold keys or data of a provider.</summary>
    private PlannedStep PlanDomain(CardJob job) => job.Cursor.Stage switch
    {
        Stage.PutDelegationKeys => PutDelegationKeys(),
        Stage.ListDelegationKeys => Single(GetDataCommand.For(CardObject.KeyInformation), Purpose.ListDelegationKeys, null),
        Stage.Bar => Single(GetDataCommand.For(CardObject.KeyInformation), Purpose.Bar, _card.Barriers[job.Cursor.BarsTried].Domain) with
        {
            After = job.Cursor with { Stage = Stage.AuditApplications },
        },
        Stage.CreateDomain => CreateDomain(job.Order!.Domain!),
        Stage.PutDomainKeys => PutDomainKeys(DomainOf(job)!),
        Stage.ListDomainKeys => Single(GetDataCommand.For(CardObject.KeyInformation), Purpose.ListDomainKeys, DomainOf(job)!.Aid),
        Stage.ProveDomainKeys => Single(GetDataCommand.For(CardObject.KeyInformation), Purpose.ProveDomainKeys, DomainOf(job)!.Aid),
        Stage.RetireDomainKeys => Single(
            DeleteCommand.ForKeys(checked((byte)DomainOf(job)!.Keys[0].Version)), Purpose.RetireDomainKeys, DomainOf(job)!.Aid),
        Stage.Personalise => Personalise(job),
        Stage.Extradite => Single(
            InstallCommand.ForExtradition(job.Order!.Domain!.Aid, (job.Instance ?? job.LoadFile)!.Value), Purpose.Extradite, job.Instance ?? job.LoadFile),
        Stage.DeleteDomain => Single(DeleteCommand.For(job.Order!.Domain!.Aid, related: false), Purpose.DeleteDomain, job.Order.Domain.Aid),
        _ => throw new InvalidOperationException($"There is no script of a domain at stage {job.Cursor.Stage}."),
    };

    /// <summary>Whose the content of a job is, and the tokens that its commands need.</summary>
    private ContentOwner OwnerOf(CardJob job, bool signs)
    {
        CardDomain? domain = DomainOf(job);
        if (domain is not { Mode: ContractMode.Delegated } || SenderOf(job).KeysOf is null)
        {
            return new(job.Order?.Domain?.Aid, null);
        }

        return signs ? new(domain.Aid, Sign) : ContentOwner.Planned(domain.Aid);

        ChainedCommand Sign(ChainedCommand command)
        {
            using ContentKey key = _context.Keys.TokenKey();
            return ContentSignatures.Permit(command, key);
        }
    }

    private PlannedStep PutDelegationKeys()
    {
        using KeySet issuer = OpenKeys(null, Domain!.KeyVersion);
        using ContentKey token = _context.Keys.TokenKey();
        DelegationKeys delegation = _card.Delegation!;
        byte[] secret = _context.Keys.Unseal(delegation.ReceiptKey);
        using KeyMaterial receipt = KeyMaterial.From(secret, KeyAlgorithm.Aes);
        CryptographicOperations.ZeroMemory(secret);

        KeyData point = KeyData.Of([new(KeyType.EccPublic, token.PublicPoint), new(KeyType.EccParameters, Octets.Copy([CurveP256]))], default);
        ChainedCommand putToken = PutKeyCommand.For(Replaced(delegation.Token, TokenKeyVersion), 1, PutKeyData.Of(TokenKeyVersion, [point]));
        KeyData key = KeyTransport.Protect(receipt, issuer.Dek!, TransportOptions);
        ChainedCommand putReceipt = PutKeyCommand.For(Replaced(delegation.Receipt, ReceiptKeyVersion), 1, PutKeyData.Of(ReceiptKeyVersion, [key]));
        return delegation switch
        {
            { Token: KeyPlace.Ours } => new([putReceipt], [new(Purpose.PutReceiptKey, null)], new()),
            { Receipt: KeyPlace.Ours } => new([putToken], [new(Purpose.PutTokenKey, null)], new()),
            _ => new([putToken, putReceipt], [new(Purpose.PutTokenKey, null), new(Purpose.PutReceiptKey, null)], new()),
        };

        // A key that is there is replaced, which must keep its type and length, and one that is not is added (§11.8.2.3.3).
        static int Replaced(KeyPlace place, int version) => place == KeyPlace.Anothers ? version : 0;
    }

    private PlannedStep CreateDomain(DomainOrder ordered)
    {
        Spi spi = Read<Spi>(Octets.Parse(Model.Spi));
        Octets parameters = new InstallParameters
        {
            Application = new SecurityDomainParameters
            {
                Protocols = [new(0x80, 0x00)],
                AcceptsExtradition = SecurityDomainParameters.Accept(DomainAcceptance.AnyAuthorized),
                ReleasesContent = SecurityDomainParameters.Accept(DomainAcceptance.AnyAuthorized),
            }.ToOctets(),
            Toolkit = new ToolkitParameters { Priority = 1, MinimumSecurity = ToolkitParameters.AtLeast(Wire(spi)[0]), Tars = [ordered.Tar] },
        }.ToOctets();
        return Single(
            InstallCommand.ForInstallAndMakeSelectable(DomainPackage, DomainModule, ordered.Aid, PrivilegesOf(ordered.Mode), parameters),
            Purpose.CreateDomain,
            ordered.Aid);
    }

    private static Privileges PrivilegesOf(ContractMode mode) => mode switch
    {
        ContractMode.Delegated => Privileges.DelegatedManagement,
        ContractMode.Authorized => Privileges.SecurityDomain | Privileges.AuthorizedManagement,
        _ => Privileges.SecurityDomain,
    };

    private PlannedStep PutDomainKeys(CardDomain domain)
    {
        using KeySet parent = domain.InUse is { } own ? OpenKeys(domain.Aid, own.Version) : OpenKeys(null, Domain!.KeyVersion);
        using KeySet keys = OpenKeys(domain.Aid, domain.Next!.Version);
        KeyMaterial dek = parent.Dek!;

        // TS 102 226 §8.2.1.5: an AES key that signs packets says how long its checksums are.
        int? checksum = keys.Kid.Algorithm == KeyAlgorithm.Aes ? Model.ChecksumLength : null;
        if (domain.InUse is null && Model.FirstDomainKeys == DomainKeyRoad.StoreData)
        {
            return StoreDomainKeys(domain, keys, dek);
        }

        ImmutableArray<KeyData> data =
        [
            KeyTransport.Protect(keys.Kic, dek, TransportOptions),
            KeyTransport.Protect(keys.Kid, dek, TransportOptions, checksum),
            KeyTransport.Protect(keys.Dek!, dek, TransportOptions),
        ];
        ChainedCommand put = PutKeyCommand.For(0, 1, PutKeyData.Of(keys.Version, data));
        return Model.ScriptFormat == ScriptFormat.Expanded
            ? new([put], [new(Purpose.PutDomainKeys, domain.Aid)], new())
            : new([put, CompactScript.GetResponse], [new(Purpose.PutDomainKeys, domain.Aid), new(Purpose.GetResponse, null)], new());
    }

    /// <summary>The issuer's domain hands the keys on to the new one: 00B9 and 8113 for each (GPCS 2.3.1 §11.11.4).</summary>
    private static PlannedStep StoreDomainKeys(CardDomain domain, KeySet keys, KeyMaterial dek)
    {
        Octets Groups(int keyId, KeyMaterial key) => KeyTransport.ProtectInGroups(key, dek, keys.Version, keyId).ToOctets();
        Octets data = Octets.Concat(Groups(1, keys.Kic), Groups(2, keys.Kid), Groups(3, keys.Dek!));
        return DataFor(domain.Aid, data, StoreDataEncryption.Encrypted, Purpose.PutDomainKeys);
    }

    private KeyTransportOptions TransportOptions => Model.Algorithm == KeyAlgorithm.Aes ? new(Model.KeyLayout) : KeyTransportOptions.ForTripleDes;

    private PlannedStep Personalise(CardJob job) => DataFor(
        job.Instance!.Value, Octets.Own(_context.Keys.Unseal(job.Order!.Personalisation)), StoreDataEncryption.None, Purpose.StoreDataLast);

    /// <summary>INSTALL [for personalization] and STORE DATA; what the last one proves is <paramref name="last"/>.</summary>
    private static PlannedStep DataFor(Aid receiver, Octets data, StoreDataEncryption encryption, Purpose last)
    {
        IReadOnlyList<CommandApdu> blocks = StoreDataCommand.Blocks(data, StoreDataStructure.DataGroups, encryption);
        return new(
            [InstallCommand.ForPersonalization(receiver), .. blocks],
            [
                new(Purpose.ForPersonalization, receiver),
                .. Enumerable.Repeat(new StepPart(Purpose.StoreData, receiver), blocks.Count - 1),
                new(last, receiver),
            ],
            new());
    }

    private static PlannedStep Single(CommandApdu command, Purpose purpose, Aid? aid) => new([command], [new(purpose, aid)], new());

    /// <summary>The receipt of an operation that the provider's domain has executed: the card's proof to its issuer.</summary>
    private void CheckReceipt(OutstandingPacket packet, Octets answer)
    {
        if (packet.KeysOf is not { } executing || DomainOf(executing) is not { Mode: ContractMode.Delegated })
        {
            return;
        }

        StepPart part = packet.Parts.Last(p => p.Purpose != Purpose.GetResponse);
        Func<CardReceipt, Octets>? input = ReceiptInput(part, executing);
        if (input is null)
        {
            return;
        }

        CardReceipt receipt = default;
        string? why = CardReceipt.IsNone(answer.Span) ? "is missing"
            : !CardReceipt.TryParse(answer.Span, out receipt, out PacketError error) ? $"cannot be read: {error}"
            : receipt.Confirmation.Counter <= (_card.Delegation?.Receipts ?? -1) ? $"has counter {receipt.Confirmation.Counter}, which is not above {_card.Delegation?.Receipts}"
            : !Proves(receipt, input(receipt)) ? "has a wrong signature"
            : null;
        if (why is null)
        {
            _card = _card with { Delegation = _card.Delegation! with { Receipts = receipt.Confirmation.Counter } };
            Note("answer", $"{Name(part.Purpose)}: receipt {receipt.Confirmation.Counter} holds.", answer, Grade.Proven);
            return;
        }

        Problem problem = DomainProblems.ReceiptWrong(Name(part.Purpose), why, answer);
        _card = _card with { Uncertain = true };
        RecordReceipt(part, why);
        Abandon(problem, Grade.Proven);
    }

    private bool Proves(CardReceipt receipt, Octets input)
    {
        byte[] secret = _context.Keys.Unseal(_card.Delegation!.ReceiptKey);
        using ContentKey key = ContentKey.From(KeyMaterial.From(secret, KeyAlgorithm.Aes));
        CryptographicOperations.ZeroMemory(secret);
        return ContentSignatures.Proves(receipt, input, key);
    }

    private Func<CardReceipt, Octets>? ReceiptInput(StepPart part, Aid domain) => part.Purpose switch
    {
        Purpose.LoadLast => receipt => receipt.LoadInput(part.Aid!.Value, domain),
        Purpose.InstallForInstall or Purpose.InstallAndMakeSelectable or Purpose.MakeSelectable =>
            receipt => receipt.InstallInput(Active.LoadFile!.Value, part.Aid!.Value),
        Purpose.DeleteInstance or Purpose.DeleteLoadFile or Purpose.DeleteLeftover => receipt => receipt.DeleteInput(part.Aid!.Value),
        _ => null,
    };
}
