using Tsm.Application.Jobs;

namespace Tsm.Application.Services;

/// <summary>What can be wrong with services and their versions.</summary>
public static class ServiceProblems
{
    /// <summary>The layer of these problems.</summary>
    public const string Layer = "service";

    /// <summary>There is no such service, or none that the caller may see.</summary>
    public static Problem Unknown(string service) => Of(
        "SERVICE_UNKNOWN",
        "Service unknown",
        $"No service is called {service}.",
        "Neither an id, a registered AID nor a code of the private table reads like that.",
        "Look it up with GET /api/v1/services.");

    /// <summary>A service of this id is there.</summary>
    public static Problem Exists(string service) => Of(
        "SERVICE_EXISTS",
        "Service exists",
        $"A service is called {service} already.",
        "Ids of services are unique among all providers, and are never used again.",
        "Choose another id, or amend the service if it is yours.");

    /// <summary>What was sent cannot be offered.</summary>
    public static Problem Invalid(string meaning) => Of(
        "SERVICE_INVALID", "Service invalid", meaning, "What is wrong stands with each field.", "Correct the fields and send it again; nothing was changed.");

    /// <summary>An identifier belongs to somebody else.</summary>
    public static Problem IdentifierTaken(string meaning) => Of(
        "SERVICE_IDENTIFIER_TAKEN",
        "Identifier taken",
        meaning,
        "A registered AID and a code of the private table stand for one service only, on cards and here.",
        "Take an identifier that is free; nothing was changed.");

    /// <summary>Nobody may ask for it any more.</summary>
    public static Problem Withdrawn(Service service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return Of(
            "SERVICE_WITHDRAWN",
            "Service withdrawn",
            $"Service {service.Id} was withdrawn on {service.WithdrawnAt:yyyy-MM-dd}.",
            "What is on cards can still be suspended and terminated; nothing new is taken.",
            "Offer it under a new id.");
    }

    /// <summary>There is no such version.</summary>
    public static Problem VersionUnknown(string service, string version) => Of(
        "SERVICE_VERSION_UNKNOWN",
        "Version unknown",
        $"Service {service} has no version {version}.",
        "The version is mistyped, or was not uploaded yet.",
        $"Look it up with GET /api/v1/services/{service}.");

    /// <summary>A version of this name is there, and it is another.</summary>
    public static Problem VersionExists(string service, string version) => Of(
        "SERVICE_VERSION_EXISTS",
        "Version exists",
        $"Service {service} has a version {version} already, and it is not the same.",
        "A version is never changed: cards may have it.",
        "Give it a new name.");

    /// <summary>The version cannot be taken.</summary>
    public static Problem VersionInvalid(string meaning) => Of(
        "SERVICE_VERSION_INVALID",
        "Version invalid",
        meaning,
        "What is wrong stands with each field.",
        "Correct the fields and send it again; nothing was changed.");

    /// <summary>Too many versions.</summary>
    public static Problem TooManyVersions(string service, int limit) => Of(
        "SERVICE_VERSIONS_TOO_MANY",
        "Too many versions",
        $"Service {service} has {limit} versions; there are no more.",
        "Every version that was ever uploaded is kept.",
        "Offer what is new as a new service.");

    /// <summary>Nothing of the service is approved.</summary>
    public static Problem NotApproved(string service) => Of(
        "SERVICE_NOT_APPROVED",
        "Service not approved",
        $"No version of service {service} is approved.",
        "The carrier has not looked at it yet, or has rejected it.",
        "Ask the carrier to approve a version.");

    /// <summary>The version is not approved.</summary>
    public static Problem VersionNotApproved(string service, ServiceVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return Of(
            "SERVICE_VERSION_NOT_APPROVED",
            "Version not approved",
            $"Version {version.Version} of service {service} is {(version.RejectedAt is null ? "not approved yet" : "rejected")}.",
            version.Rejection ?? "The carrier decides which versions go to cards.",
            "Ask the carrier to approve it, or take another version.");
    }

    /// <summary>Somebody else has changed the service again and again.</summary>
    public static Problem Changing(string service) => Of(
        "SERVICE_CHANGING",
        "Service changing",
        $"Service {service} was changed by others at the same time; nothing was done.",
        "Several people or programs work on it.",
        "Look at it, then send the request again.");

    /// <summary>A load file of a version is not in the catalogue.</summary>
    public static Problem ApplicationGone(string service, string version, string application) => Of(
        "SERVICE_APPLICATION_GONE",
        "Load file gone",
        $"Load file {application} of version {version} of service {service} is not in the catalogue.",
        "The database was restored in part.",
        "Upload its CAP file again.");

    /// <summary>The table that was sent is none.</summary>
    public static Problem TableUnreadable(string meaning) => Of(
        "TABLE_UNREADABLE",
        "Table unreadable",
        meaning,
        "The octets are not those of the object DF70, or were cut on their way.",
        "Send the octets of DF70 from its tag on, hexadecimal.");

    private static Problem Of(string code, string name, string meaning, string cause, string next) => new(Layer, code, name, meaning, cause, next, []);
}
