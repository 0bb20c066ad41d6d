using System.Collections.Immutable;
using System.Globalization;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Why requests are refused or fail: each reason has a code of its own, and says who can do what about it.</summary>
public static class RequestProblems
{
    /// <summary>The code that others than the carrier are never told.</summary>
    public const string ForeignCode = "PROVIDER_FOREIGN";

    /// <summary>The layer of what concerns requests.</summary>
    public const string Layer = "request";

    /// <summary>What others than the carrier are told of a failure that is the carrier's own.</summary>
    public static Problem AtTheCarrier { get; } = Of(
        "CARD_NOT_SERVABLE",
        "Card not servable",
        "The carrier cannot serve this card at present.",
        "Something is missing on the carrier's side.",
        "Ask the carrier; it sees the reason.");

    /// <summary>What a user is told of a failure on the provider's side.</summary>
    public static Problem AtTheProvider { get; } = Of(
        "PROVIDER_NOT_READY",
        "Provider not ready",
        "The provider of the service cannot serve this request at present.",
        "Something is missing on the provider's side.",
        "Try later, or ask the provider.");

    /// <summary>A provider asks for a service of another: it is told no more than for one that does not exist.</summary>
    public static Problem ProviderForeign(string identifier, string provider) => Of(
        ForeignCode,
        "Service of another provider",
        $"Service {identifier} is not of provider {provider}.",
        "A provider can ask for its own services only.",
        "The provider named another's service: tell it, or look whether its identifiers are mixed up.",
        identifier);

    /// <summary>Nobody ever had this number.</summary>
    public static Problem NumberUnknown(string number) => Of(
        "NUMBER_UNKNOWN",
        "Number unknown",
        $"No card of ours has or had the number {number}.",
        "The number is mistyped, of another network, or its card was not imported.",
        "Correct the number; the carrier can import the card.");

    /// <summary>The number is nobody's now.</summary>
    public static Problem NumberNotInService(string number) => Of(
        "NUMBER_NOT_IN_SERVICE",
        "Number not in service",
        $"The number {number} is no longer in service.",
        "It was given back or changed, and has no card now.",
        "Ask with the number that the user has now.");

    /// <summary>The number is another card's.</summary>
    public static Problem NumberOfAnotherCard(string number, string? iccid) => Of(
        "NUMBER_OF_ANOTHER_CARD",
        "Number of another card",
        iccid is null ? $"The number {number} is not that of the card that asks." : $"The number {number} is not that of card {iccid} at this time.",
        "The number has moved to another card, the message came from another number, or somebody asks in the name of another.",
        "Ask with number and card that belong together; the user's phone shows its own number.");

    /// <summary>Neither number nor card leads anywhere.</summary>
    public static Problem CardUnknown(string card) => Of(
        "CARD_UNKNOWN", "Card unknown", $"No card is called {card}.", "The ICCID is mistyped, or the card was not imported.", "Correct it, or import the card.");

    /// <summary>No service goes by this identifier.</summary>
    public static Problem ServiceUnknown(string identifier) => Of(
        "SERVICE_UNKNOWN",
        "Service unknown",
        $"No service goes by {identifier}.",
        "It is neither the id of a service, nor a registered AID, nor a code of the private table; the tables of card and server may disagree.",
        "Name a service that is offered, or have the provider register the identifier.");

    /// <summary>The service is offered no more.</summary>
    public static Problem ServiceWithdrawn(Service service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return Of(
            "SERVICE_WITHDRAWN",
            "Service withdrawn",
            $"{service.Name} is not offered any more.",
            "Its provider has withdrawn it; what is on cards can still be suspended and terminated.",
            "Choose another service.");
    }

    /// <summary>Nobody knows this operation.</summary>
    public static Problem OperationUnknown(string operation) => Of(
        "OPERATION_UNKNOWN",
        "Operation unknown",
        $"Nobody knows the operation {operation}.",
        "The word or code is mistaken, or is that of a newer card or program.",
        "Ask for download, personalise, activate, suspend, resume, terminate, deploy, upgrade or rotateKeys.");

    /// <summary>Not for this side.</summary>
    public static Problem OperationNotForSide(ServiceOperation operation, RequestOrigin origin) => Of(
        "OPERATION_NOT_FOR_SIDE",
        "Operation for others",
        $"{operation} cannot be asked for by {Side(origin)}.",
        "Each side may ask for some operations only.",
        "Have the provider or the carrier ask for it.");

    /// <summary>The life cycle does not allow it.</summary>
    public static Problem OperationIllegal(ServiceOperation operation, string state, string next) => Of(
        "OPERATION_ILLEGAL",
        "Illegal step of the life cycle",
        $"{operation} is not possible: the service is {state}.",
        "In the present state of the service on this card the step makes no sense.",
        next);

    /// <summary>It never was there.</summary>
    public static Problem ServiceNotOnCard(ServiceOperation operation) => Of(
        "SERVICE_NOT_ON_CARD",
        "Service not on the card",
        $"{operation} is not possible: the service is not on the card.",
        "It was never downloaded to this card.",
        "Download or deploy it first.");

    /// <summary>It was there.</summary>
    public static Problem ServiceTerminated(ServiceOperation operation) => Of(
        "SERVICE_TERMINATED",
        "Service terminated",
        $"{operation} is not possible: the service was terminated on this card.",
        "What was terminated accepts nothing more.",
        "Download it anew: that is a new generation.");

    /// <summary>Only who suspended, or the carrier, resumes.</summary>
    public static Problem SuspendedByAnother(RequestOrigin origin) => Of(
        "SUSPENDED_BY_ANOTHER",
        "Suspended by another",
        $"The service was suspended by {Side(origin)}: only they, or the carrier, resume it.",
        "Who suspends has a reason that others do not know.",
        "Ask those who suspended it, or the carrier.");

    /// <summary>No version can be asked for.</summary>
    public static Problem VersionUnknown(Service service, string? version)
    {
        ArgumentNullException.ThrowIfNull(service);
        return version is null
            ? Of(
                "VERSION_NOT_APPROVED",
                "No approved version",
                $"{service.Name} has no version that the carrier has approved.",
                "The provider has uploaded none, or the carrier has not looked at it.",
                "The carrier approves a version.")
            : Of(
                "VERSION_UNKNOWN",
                "Version unknown",
                $"{service.Name} has no approved version {version}.",
                "The version is mistyped, or the carrier has not approved it.",
                "Ask for an approved version, or leave the version out for the newest.");
    }

    /// <summary>Nothing newer is there.</summary>
    public static Problem UpgradeNotNeeded(string version) => Of(
        "UPGRADE_NOT_NEEDED",
        "No newer version",
        $"Version {version} is on the card already.",
        "It is the version that was asked for.",
        "Nothing needs to be done.");

    /// <summary>The load file cannot run there.</summary>
    public static Problem CapIncompatible(string application, string model, ImmutableArray<string> reasons) => Of(
        "CAP_INCOMPATIBLE",
        "Application incompatible with the card",
        $"{application} cannot run on cards of model {model}.",
        reasons.IsDefaultOrEmpty ? "The card lacks what it needs." : string.Join(' ', reasons),
        "The provider builds it for this card model, or the user gets a newer card.");

    /// <summary>It does not fit.</summary>
    public static Problem MemoryShort(int needed, int free) => Of(
        "MEMORY_SHORT",
        "Not enough memory",
        string.Create(CultureInfo.InvariantCulture, $"It takes about {needed} octets; {Math.Max(0, free)} are free on the card by our books."),
        "Other services fill the card, or jobs that wait have reserved what is left.",
        "Terminate what is not needed, or choose a card with more memory.");

    /// <summary>We cannot command the card.</summary>
    public static Problem CardKeysMissing(string iccid) => Of(
        "CARD_KEYS_MISSING", "No keys for the card", $"Card {iccid} has no key set that we know.", "It was imported without keys.", "Import its keys.");

    /// <summary>The same key stands for another request.</summary>
    public static Problem IdReused(string id) => Of(
        "REQUEST_ID_REUSED",
        "Request id reused",
        "This Idempotency-Key was used for another request.",
        "A key stands for one request; this one differs from the first that carried it.",
        "Take a new key for a new request.",
        $"request {id}");

    /// <summary>There is none, or it is another's.</summary>
    public static Problem Unknown(string id) => Of(
        "REQUEST_UNKNOWN", "Request unknown", $"No request has the id {id}.", "The id is mistyped, or the request is another's.", "List your requests.");

    /// <summary>It is over.</summary>
    public static Problem Ended(ServiceRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(
            "REQUEST_ENDED",
            "Request ended",
            $"The request has ended as {request.Status.ToString().ToLowerInvariant()}.",
            "It was over before it was called off.",
            "Look at its outcome.");
    }

    /// <summary>Somebody has called it off.</summary>
    public static Problem CalledOff { get; } = Of(
        "CALLED_OFF", "Called off", "The request was called off.", "Somebody asked for it.", "Nothing needs to be done.");

    /// <summary>The card has shown that it was not done.</summary>
    public static Problem NotDone(ServiceOperation? operation, string state) => Of(
        "NOT_EXECUTED",
        "Not executed",
        $"The card has not carried out {operation}: it proves that the service is {state}.",
        "The message was lost, or the card was out of reach for too long.",
        "Ask anew; what was allocated is released.");

    /// <summary>The card has the application, and has not proven that it took the data.</summary>
    public static Problem DataUnproven(string state) => Of(
        "DATA_UNPROVEN",
        "Data unproven",
        $"The service is {state} on the card, and the card has not proven that it has taken its data.",
        "The answer to the data was lost, and no audit shows data.",
        "Ask anew: it brings new data. What was allocated is released and goes to no other card.");

    /// <summary>The card has not proven that its domain has new keys.</summary>
    public static Problem RotationUnproven { get; } = Of(
        "ROTATION_UNPROVEN",
        "Rotation unproven",
        "The card has not proven that the domain has new keys.",
        "The answer was lost, and no audit shows keys. Both sets are kept.",
        "Ask for rotateKeys anew: it proves the keys that are there, and goes on from them.");

    /// <summary>It is not known yet.</summary>
    public static Problem Pending(string iccid) => Of(
        "PENDING_CONFIRMATION",
        "Pending confirmation",
        $"Card {iccid} has not said in time what became of it.",
        "The card is off or out of reach, or its answer was lost.",
        "Wait: the card is audited as soon as it can be reached, and what it proves decides.");

    /// <summary>The templates of the version cannot be filled in.</summary>
    public static Problem PersonalisationInvalid(string what) => Of(
        "PERSONALISATION_INVALID",
        "Personalisation cannot be made",
        what,
        "The templates of the version and what is known or allocated do not fit together.",
        "The provider corrects the version or its application server.");

    private static Problem Of(string code, string name, string meaning, string cause, string next, params ImmutableArray<string> evidence) =>
        new(Layer, code, name, meaning, cause, next, evidence.IsDefault ? [] : evidence);

    private static string Side(RequestOrigin origin) => origin switch
    {
        RequestOrigin.Card or RequestOrigin.Phone => "the user",
        RequestOrigin.Provider => "the provider",
        RequestOrigin.CustomerService => "customer service",
        RequestOrigin.Policy => "a rule",
        _ => "the carrier",
    };
}
