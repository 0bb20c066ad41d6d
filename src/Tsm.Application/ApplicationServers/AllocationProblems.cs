using Tsm.Application.Jobs;

namespace Tsm.Application.ApplicationServers;

/// <summary>What is wrong with an application server or with its answer: each fault has a code of its own.</summary>
public static class AllocationProblems
{
    /// <summary>The layer of what concerns application servers.</summary>
    public const string Layer = "application-server";

    /// <summary>The code of a server that cannot be reached: the one fault that is worth trying again.</summary>
    public const string DownCode = "APPLICATION_SERVER_DOWN";

    /// <summary>It does not answer in time, or says that it cannot.</summary>
    public static Problem Down(string server, string what) => Of(
        DownCode,
        "Application server down",
        $"Application server {server} does not answer: {what}",
        "It is down, overloaded or out of reach.",
        "Try again later with a new request; nothing was changed.");

    /// <summary>Nobody has declared it.</summary>
    public static Problem Unknown(string server) => Of(
        "APPLICATION_SERVER_UNKNOWN",
        "Application server unknown",
        $"No application server is called {server}.",
        "The service names a server that the carrier has not declared, or the name is mistyped.",
        "Declare it, or correct the service.");

    /// <summary>It is not for this service.</summary>
    public static Problem NotServed(string server, string service) => Of(
        "APPLICATION_SERVER_FOREIGN",
        "Application server of others",
        $"Application server {server} does not serve {service}.",
        "It was declared for other services.",
        "Add the service to the server, or name another server.");

    /// <summary>It refuses, with its own words.</summary>
    public static Problem Refused(string server, int status) => Of(
        "ALLOCATION_REFUSED",
        "Allocation refused",
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Application server {server} refuses with status {status}."),
        "It has nothing left to allocate, does not know the service, or does not accept our signature.",
        "Its log says why.");

    /// <summary>The answer cannot be read.</summary>
    public static Problem Invalid(string server, string what) => Of(
        "ALLOCATION_INVALID",
        "Allocation cannot be read",
        $"The answer of application server {server} is none: {what}",
        "The server speaks another version of the contract, or something else answers at its address.",
        "Correct the server or its URL; what it may have allocated is released.");

    /// <summary>The MAC does not hold.</summary>
    public static Problem MacWrong(string server) => Of(
        "ALLOCATION_MAC_WRONG",
        "Allocation with a wrong MAC",
        $"The answer of application server {server} does not carry the MAC of the shared secret.",
        "The secrets differ, or somebody has changed the answer on its way.",
        "Compare the secrets; if they agree, look who stands in between.");

    /// <summary>It answers for another card or request.</summary>
    public static Problem OtherCard(string server) => Of(
        "ALLOCATION_OF_ANOTHER_CARD",
        "Allocation for another card",
        $"The answer of application server {server} is for another card, service or request than was asked.",
        "The server mixes up its requests, or an old answer was played back.",
        "Correct the server; what it may have allocated is released.");

    /// <summary>The serial number is another card's.</summary>
    public static Problem SerialRepeated(string server, string serial) => Of(
        "SERIAL_REPEATED",
        "Serial number repeated",
        $"Application server {server} gives serial number {serial} that another card has.",
        "The server has lost its books, or counts in two places.",
        "Correct the server; a serial number belongs to one card.");

    /// <summary>The values are not those that were asked for.</summary>
    public static Problem ValuesWrong(string server, string what) => Of(
        "ALLOCATION_VALUES_WRONG",
        "Allocation with other values",
        $"The values of application server {server} are not those that were asked for: {what}",
        "The templates of the service's version and the server do not agree on names.",
        "Correct the version or the server.");

    /// <summary>The values do not open.</summary>
    public static Problem ValuesClosed(string server) => Of(
        "ALLOCATION_NOT_FOR_US",
        "Allocation does not open",
        $"The values of application server {server} do not open with our key.",
        "They were encrypted for another key, or for another card or request.",
        "Give the server the public key that GET /api/v1/application-servers/{name} shows.");

    /// <summary>It cannot be declared like that.</summary>
    public static Problem ServerInvalid(string what) => new(
        "api", "APPLICATION_SERVER_INVALID", "Application server invalid", what, "A value is outside of its range.", "Correct it and send it again.", []);

    private static Problem Of(string code, string name, string meaning, string cause, string next) => new(Layer, code, name, meaning, cause, next, []);
}
