using Tsm.Application.Cards;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Jobs;

/// <summary>The refusals and failures of jobs that have to do with providers' security domains.</summary>
public static class DomainProblems
{
    /// <summary>The issuer's key set has no key under which keys could travel.</summary>
    public static Problem NoKeyEncryptionKey(string iccid) => new(
        "globalplatform",
        "DEK_MISSING",
        "No key encryption key",
        $"The key set of card {iccid} has no DEK (KIK, key 3): keys of a security domain cannot travel to it.",
        "The card was imported without the column dek.",
        "Import the card with its DEK, or keep the application in the issuer's domain.",
        []);

    /// <summary>Another domain of the card has the TAR.</summary>
    public static Problem TarTaken(Tar tar, Aid holder) => new(
        "globalplatform",
        "TAR_TAKEN",
        "TAR in use on this card",
        $"TAR {tar} leads to {holder} on this card.",
        "Two providers were given the same TAR, or the card came with one of its own there.",
        "Give the provider another TAR.",
        []);

    /// <summary>The domain is there with keys that we do not have.</summary>
    public static Problem KeysUnknown(Aid domain) => new(
        "globalplatform",
        "DOMAIN_KEYS_UNKNOWN",
        "The domain's keys are not ours",
        $"Security domain {domain} is on the card and personalised, and its keys are not known here.",
        "Somebody else has made it, or it was made after the backup that this database was restored from.",
        "Delete the domain with its content through the issuer's domain, or import its keys; then ask again.",
        []);

    /// <summary>What stands under the domain's AID is no domain.</summary>
    public static Problem NoDomain(Aid domain) => new(
        "lifecycle",
        "AID_EXISTS",
        "AID in use on this card",
        $"{domain} is on the card already and is no security domain.",
        "Another application was installed under the AID of the provider's domain.",
        "Terminate the other one first, or give the provider another domain AID.",
        []);

    /// <summary>The content belongs to another domain.</summary>
    public static Problem OtherDomain(Aid content, Aid? found, Aid? expected) => new(
        "lifecycle",
        "DOMAIN_DIFFERS",
        "It belongs to another domain",
        $"{content} belongs to {found?.ToString() ?? "the issuer's domain"}, not to {expected?.ToString() ?? "the issuer's domain"}.",
        "It was installed before the provider had a domain, or under another contract.",
        "Extradite it to the provider's domain, or terminate it and deploy it anew.",
        []);

    /// <summary>The domain has to be named.</summary>
    public static Problem DomainNeeded(Operation operation) => new(
        "api",
        "DOMAIN_NEEDED",
        "Which domain?",
        $"{operation} is about a provider's security domain, and none was named.",
        "The job was asked for without a provider.",
        "POST /api/v1/cards/{card}/domains/{provider}/rotate-keys and /extradite name it.",
        []);

    /// <summary>The domain is not on the card.</summary>
    public static Problem DomainMissing(Aid domain) => new(
        "lifecycle",
        "DOMAIN_MISSING",
        "The domain is not on the card",
        $"Security domain {domain} is not on the card.",
        "Nothing of the provider was deployed to this card yet, or its last application was terminated.",
        "Deploy an application of the provider first.",
        []);

    /// <summary>The domain is on the card and answers nothing, so what was sent to it before may still be executed.</summary>
    public static Problem Silent(Aid domain, int keyVersion) => new(
        "globalplatform",
        "DOMAIN_SILENT",
        "A domain does not answer",
        $"The issuer's domain answers, and lists security domain {domain}, which does not answer under key version {keyVersion}.",
        "The packets to it were lost, or its keys were replaced by somebody else or after the backup that this database was restored from. "
            + "What was sent to it earlier may still arrive, so nothing else is done.",
        "Ask again. If it never answers, delete the domain with its content by other means, then audit the card.",
        []);

    /// <summary>The card has stored other keys than were sent.</summary>
    public static Problem KeysDiffer(Aid domain, Octets expected, Octets found) => new(
        "globalplatform",
        "KEY_CHECK_DIFFERS",
        "The card has other keys than were sent",
        $"PUT KEY to {domain} was answered {found}, expected was {expected}: key version and check values.",
        "The card deciphers with another key than ours, or takes keys in another layout.",
        "Check keyLayout of the card model and the DEK of the card; the keys before are still in use.",
        []);

    /// <summary>An operation that brings data was asked for without.</summary>
    public static Problem DataNeeded() => new(
        "api",
        "DATA_NEEDED",
        "Which data?",
        "Personalise brings an application its data, and there are none.",
        "The job was asked for without a request: data come with the parameters of a service.",
        "Ask for it with POST /api/v1/requests, which makes the data from the template of the service.",
        []);

    /// <summary>Data that do not fit one packet.</summary>
    /// <param name="length">How long the data are, in octets.</param>
    /// <param name="most">How many of them one packet carries.</param>
    public static Problem DataTooLong(int length, int most, CardModel model) => new(
        "capacity",
        "PERSONALISATION_TOO_LONG",
        "Too much data for one packet",
        $"The data have {length} octets; a packet of card model {model.Name} carries {most} of them.",
        "INSTALL [for personalization] and its STORE DATA belong together: the card forgets the first with the end of the packet.",
        "Shorten the data, or raise maxSegments of the card model if the card takes more.",
        []);

    /// <summary>A receipt that proves nothing.</summary>
    public static Problem ReceiptWrong(string command, string why, Octets answer) => new(
        "globalplatform",
        "RECEIPT_WRONG",
        "The receipt does not hold",
        $"{command} was done by the provider's domain, but its receipt {why}.",
        "The card has another receipt key than ours, a receipt was repeated, or the domain has no Delegated Management.",
        "The card is audited before the next job. Compare the card's key 71/01 with ours, and ask the provider if it goes on.",
        [answer.ToString()]);

    /// <summary>The card does not take the carrier's token.</summary>
    public static Problem TokenRefused(string command, Aid domain, StatusWord status) => new(
        "globalplatform",
        "TOKEN_REFUSED",
        "The card refuses the token",
        $"{command} in the domain {domain} was answered {status}: the token is none that the card's issuer has signed.",
        "The card has another token key (70/01) than the one that we sign with, or the domain that verifies tokens has none.",
        "Compare the public token key of the tenant with what the card was given; new cards get it before their first delegated domain.",
        [$"{command} was answered {status} in a PoR with a valid cryptographic checksum of the provider's domain."]);

    /// <summary>A card that remembers no more services.</summary>
    public static Problem TooManyServices(int limit) => new(
        "capacity",
        "SERVICES_TOO_MANY",
        "Too many services on the card",
        $"The card remembers {limit} services.",
        "Many services were on this card one after the other, and each is remembered for good.",
        "Deploy a new version of one of them instead of a new service, or use another card.",
        []);
}
