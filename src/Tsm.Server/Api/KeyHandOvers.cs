using System.Text;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Security.Hpke;
using Tsm.Security.Keys;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Hands the keys of a domain to its provider, in the authorized mode alone: in the others the carrier needs them.</summary>
internal static class KeyHandOvers
{
    private const string Info = "tsm-domain-keys-1";

    public static async Task<IResult> HandOverAsync(
        string card,
        string provider,
        HandOverRequest body,
        Caller caller,
        Lookup lookup,
        CardStates states,
        IKeyVault vault,
        IBooks books,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        // What is another's is answered as what is not there.
        bool isTheirs = caller.Provider is not { } own || string.Equals(own, provider, StringComparison.Ordinal);
        if (!isTheirs
            || await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key
            || await states.FindAsync(key, cancellationToken) is not { State: { } state }
            || state.SecurityDomains.FirstOrDefault(d => string.Equals(d.Provider, provider, StringComparison.Ordinal)) is not { InUse: { } keys } domain)
        {
            return ApiProblems.Result(DomainEndpoints.NoDomain(provider, card));
        }

        if (domain.Mode != ContractMode.Authorized)
        {
            return ApiProblems.Result(ModeWrong(domain));
        }

        if (!Octets.TryParse(body.PublicKey, out Octets recipient) || recipient.Length != HpkeEnvelope.PublicKeyLength)
        {
            return ApiProblems.Result(NoPoint);
        }

        HpkeEnvelope envelope;
        using (KeySet opened = vault.Open(key, domain.Aid, keys.Wrapped))
        {
            try
            {
                envelope = SealedKeySet.Seal(
                    opened, recipient.Span, Encoding.ASCII.GetBytes(Info), Encoding.ASCII.GetBytes(FormattableString.Invariant($"{state.Iccid}/{domain.Aid}/{keys.Version}")));
            }
            catch (ArgumentException)
            {
                return ApiProblems.Result(NoPoint);
            }
        }

        // Noted first: keys that have left without a trace would be worse than a note without keys.
        await NoteAsync(caller, books, state.Iccid, domain, keys, recipient, time.GetUtcNow(), cancellationToken);
        return Results.Ok(new DomainKeysHandedOver(
            state.Iccid,
            domain.Aid.ToString(),
            domain.Tar.ToString(),
            CardEndpoints.KeySet(keys),
            state.Domains.FirstOrDefault(d => d.Tar == domain.Tar && d.KeyVersion == keys.Version)?.Counter ?? 0,
            envelope.Encapsulated.ToString(),
            envelope.Ciphertext.ToString()));
    }

    private static async Task NoteAsync(
        Caller caller, IBooks books, string iccid, CardDomain domain, DomainKeys keys, Octets recipient, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var note = new KeyHandOver { Id = KeyHandOver.Name(iccid, domain.Aid.ToString(), keys.Version), Owner = domain.Provider, At = now, Recipient = recipient };
        AuditEntry audit = AuditEntries.BookSaved(
            now,
            caller.Actor,
            note,
            $"The keys of {domain.Provider}'s domain on card {iccid} were handed to the provider.",
            ("domain", domain.Aid.ToString()),
            ("iccid", iccid),
            ("keyVersion", keys.Version.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        bool isSaved;
        do
        {
            BookEntry<KeyHandOver>? known = await books.FindAsync<KeyHandOver>(caller.Tenant, note.Id, cancellationToken);
            isSaved = await books.SaveAsync(caller.Tenant, note, known?.Version ?? 0, audit, cancellationToken);
        }
        while (!isSaved);
    }

    private static Application.Jobs.Problem NoPoint { get; } = ApiProblems.RequestInvalid(
        "publicKey takes an uncompressed point of P-256, 65 octets, hexadecimal.", "Correct the request; nothing was handed over.");

    private static Application.Jobs.Problem ModeWrong(CardDomain domain) => new(
        "contract",
        "MODE_WRONG",
        "Wrong mode",
        $"The domain of {domain.Provider} was made in the mode {domain.Mode.ToString().ToLowerInvariant()}: its keys stay with the server, which commands it.",
        "Keys are handed over in the authorized mode alone.",
        "Make an authorized contract, and have the domain made anew.",
        []);
}
