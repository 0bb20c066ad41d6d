using Tsm.Application.Ports;
using Tsm.Application.Providers;

namespace Tsm.Server.Contracts;

/// <summary>A card as it is listed.</summary>
/// <param name="Iccid">Its ICCID with check digit.</param>
/// <param name="Msisdn">Its number, digits without plus.</param>
/// <param name="Model">The name of its card model.</param>
/// <param name="Contents">The number of items known to be on it.</param>
/// <param name="ActiveJob">The job that runs now.</param>
/// <param name="Queued">The jobs that wait.</param>
/// <param name="LastProofAt">When it last proved something.</param>
/// <param name="Uncertain">Whether something on it is unknown until it is audited.</param>
public sealed record CardSummary(
    string Iccid, string Msisdn, string Model, int Contents, string? ActiveJob, int Queued, DateTimeOffset? LastProofAt, bool Uncertain)
{
    /// <summary>The row as the API shows it.</summary>
    public static CardSummary From(CardRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(row.Iccid, row.Msisdn, row.Model, row.Contents, row.ActiveJob, row.Queued, row.LastProofAt, row.Uncertain);
    }
}

/// <summary>A card with what is known of it. Keys are shown by their check values only.</summary>
/// <param name="Iccid">Its ICCID with check digit.</param>
/// <param name="Msisdn">Its number, digits without plus.</param>
/// <param name="Model">The name of its card model.</param>
/// <param name="ActiveJob">The job that runs now.</param>
/// <param name="Queued">The jobs that wait.</param>
/// <param name="LastProofAt">When it last proved something.</param>
/// <param name="Uncertain">Whether something on it is unknown until it is audited.</param>
/// <param name="KeySets">Its key sets.</param>
/// <param name="Domains">Its counters, one per TAR and key version.</param>
/// <param name="Contents">What is on it.</param>
/// <param name="AuditedAt">When its registry was last read.</param>
/// <param name="SecurityDomains">The providers' security domains on it.</param>
/// <param name="ApplicationTable">Its private application table as an audit has read it; absent when none was read.</param>
public sealed record CardDetails(
    string Iccid,
    string Msisdn,
    string Model,
    string? ActiveJob,
    int Queued,
    DateTimeOffset? LastProofAt,
    bool Uncertain,
    IReadOnlyList<KeySetSummary> KeySets,
    IReadOnlyList<CardCounter> Domains,
    IReadOnlyList<CardContent> Contents,
    DateTimeOffset? AuditedAt,
    IReadOnlyList<CardSecurityDomain> SecurityDomains,
    CardApplicationTable? ApplicationTable);

/// <summary>For whom the keys of a domain are sealed.</summary>
/// <param name="PublicKey">65 octets, an uncompressed point of P-256, hexadecimal.</param>
public sealed record HandOverRequest(string? PublicKey);

/// <summary>The keys of a provider's domain, for the provider alone.</summary>
/// <param name="Card">The ICCID.</param>
/// <param name="Domain">The AID of the domain.</param>
/// <param name="Tar">The TAR at which it takes packets.</param>
/// <param name="KeySet">The key set by its check values.</param>
/// <param name="Counter">The last counter that was used under it.</param>
/// <param name="Encapsulated">Of the HPKE envelope (RFC 9180, base mode, P-256, HKDF-SHA256, AES-128-GCM; info tsm-domain-keys-1, associated data
/// CARD/DOMAIN/VERSION in ASCII).</param>
/// <param name="Ciphertext">Of the envelope; in it each key after its length in one octet: KIc, KID, DEK.</param>
public sealed record DomainKeysHandedOver(
    string Card, string Domain, string Tar, DomainKeySetSummary KeySet, ulong Counter, string Encapsulated, string Ciphertext);

/// <summary>The private application table of a card, and in what it disagrees with the server's.</summary>
/// <param name="Tlv">Its octets (DF70), hexadecimal; empty when the card has none.</param>
/// <param name="Disagreements">Every code on which card and server disagree; none when they agree.</param>
public sealed record CardApplicationTable(string Tlv, IReadOnlyList<TableDisagreement> Disagreements);

/// <summary>A provider's security domain on a card.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="Tar">The TAR at which it takes packets.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Mode">Who commands its content: simple, delegated or authorized.</param>
/// <param name="State">The life cycle state that the card last proved.</param>
/// <param name="KeySets">Its key sets, the one in use last.</param>
public sealed record CardSecurityDomain(
    string Aid, string Tar, string Provider, ContractMode Mode, string? State, IReadOnlyList<DomainKeySetSummary> KeySets);

/// <summary>A key set of a provider's security domain by its check values.</summary>
/// <param name="Version">The key version number, 1 to 15.</param>
/// <param name="Algorithm">The algorithm of its keys.</param>
/// <param name="KicCheckValue">Check value of the ciphering key.</param>
/// <param name="KidCheckValue">Check value of the key of the cryptographic checksum.</param>
/// <param name="DekCheckValue">Check value of the key encryption key.</param>
/// <param name="Proven">Whether the domain has answered under it.</param>
public sealed record DomainKeySetSummary(int Version, string Algorithm, string KicCheckValue, string KidCheckValue, string DekCheckValue, bool Proven);

/// <summary>A key set by its check values.</summary>
/// <param name="Version">The key version number, 1 to 15.</param>
/// <param name="Algorithm">The algorithm of its keys.</param>
/// <param name="KicCheckValue">Check value of the ciphering key.</param>
/// <param name="KidCheckValue">Check value of the key of the cryptographic checksum.</param>
/// <param name="DekCheckValue">Check value of the key encryption key, where it is known.</param>
public sealed record KeySetSummary(int Version, string Algorithm, string KicCheckValue, string KidCheckValue, string? DekCheckValue);

/// <summary>A counter: never used twice, never lower.</summary>
/// <param name="Tar">The toolkit application reference, six hexadecimal digits.</param>
/// <param name="KeyVersion">The key version number.</param>
/// <param name="Counter">The last counter that was used.</param>
public sealed record CardCounter(string Tar, int KeyVersion, ulong Counter);

/// <summary>One item on a card: what is wanted, what is confirmed, and whether it is unknown.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="Kind">loadFile, application or securityDomain.</param>
/// <param name="Wanted">The life cycle state that was asked for.</param>
/// <param name="Confirmed">The life cycle state that the card last proved.</param>
/// <param name="Unknown">Whether the state is unknown until the card is audited.</param>
/// <param name="Name">The name of its application in the catalogue.</param>
/// <param name="LoadFile">For an application: the AID of its load file.</param>
/// <param name="Application">The id of its application in the catalogue.</param>
/// <param name="ProvenAt">When the confirmed state was proven.</param>
/// <param name="Domain">The AID of the provider's security domain that it belongs to; absent for the issuer's.</param>
/// <param name="Personalised">For an application: whether it has taken its data.</param>
public sealed record CardContent(
    string Aid,
    string Kind,
    string? Wanted,
    string? Confirmed,
    bool Unknown,
    string? Name,
    string? LoadFile,
    string? Application,
    DateTimeOffset? ProvenAt,
    string? Domain,
    bool? Personalised);

/// <summary>A line of a card's history.</summary>
/// <param name="Id">Its place in the order of all.</param>
/// <param name="At">When it happened.</param>
/// <param name="Job">The job it belongs to.</param>
/// <param name="Kind">What it is about: job, sent, submitted, answer, receipt, counter.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Raw">The octets it is about, hexadecimal.</param>
public sealed record CardHistoryEntry(long Id, DateTimeOffset At, string? Job, string Kind, string Text, string? Raw)
{
    /// <summary>The line as the API shows it.</summary>
    public static CardHistoryEntry From(StoredHistoryEntry stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        HistoryEntry entry = stored.Entry;
        return new(stored.Id, entry.At, entry.Job, entry.Kind, entry.Text, entry.Raw.IsEmpty ? null : entry.Raw.ToString());
    }
}

/// <summary>What an import did, or would do.</summary>
/// <param name="Imported">The number of cards.</param>
/// <param name="DryRun">Whether nothing was written.</param>
/// <param name="Cards">The first hundred of them.</param>
public sealed record CardImportResult(int Imported, bool DryRun, IReadOnlyList<ImportedCardSummary> Cards);

/// <summary>A card of an import.</summary>
/// <param name="Iccid">Its ICCID.</param>
/// <param name="Msisdn">Its number, digits without plus.</param>
/// <param name="Model">The name of its card model.</param>
public sealed record ImportedCardSummary(string Iccid, string Msisdn, string Model);
