using System.Globalization;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Services;

/// <summary>What a service has to be like before it is offered.</summary>
public static class ServiceRules
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    private const int MinIdLength = 2, MaxIdLength = 32;

    // Words that stand in the paths of the API where ids do.
    private static readonly string[] Reserved = ["table"];

    /// <summary>Whether a text may be the id of a service, a provider or an application server.</summary>
    public static bool IsId(string? text) =>
        text is { Length: >= MinIdLength and <= MaxIdLength } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Whether a text is a code of the private table: two hexadecimal digits.</summary>
    public static bool IsCode(string? text, out byte code)
    {
        code = 0;
        return text is { Length: 2 } && byte.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code);
    }

    /// <summary>All faults of a service as it shall be; none when it may be so.</summary>
    public static IReadOnlyList<ServiceFault> Check(Service service, ServiceSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(around);
        List<ServiceFault> faults = [];
        if (!IsId(service.Id) || Reserved.Contains(service.Id, StringComparer.Ordinal))
        {
            faults.Add(new(
                "id", "FIELD_INVALID",
                $"'{service.Id}' is no id: an id has {MinIdLength} to {MaxIdLength} lower-case letters, digits and hyphens, and is not '{Reserved[0]}'.",
                "Choose such an id."));
        }
        else if (IsNew(service, around) && (IsCode(service.Id, out _) || Aid.TryParse(service.Id, out _, out _)))
        {
            // Cards, phones and people name services by their codes and AIDs too: an id must not pass for one.
            faults.Add(new(
                "id", "FIELD_INVALID", $"'{service.Id}' reads as a code of the private table or as an AID.", "Choose an id that is not hexadecimal."));
        }

        if (string.IsNullOrWhiteSpace(service.Name) || service.Name.Length > MaxNameLength || service.Name.Any(char.IsControl))
        {
            faults.Add(new(
                "name", "FIELD_INVALID", $"A name has 1 to {MaxNameLength} characters and no control characters.", "Choose such a name."));
        }

        if (service.ApplicationServer is { } server && !IsId(server))
        {
            faults.Add(new("applicationServer", "FIELD_INVALID", $"'{server}' is no name of an application server.", "Write its id, or leave it out."));
        }

        CheckProvider(service, around, faults);
        CheckIdentifiers(service, around, faults);
        CheckVariables(service, faults);
        return faults;
    }

    // Ids are never changed: what was taken once stays.
    private static bool IsNew(Service service, ServiceSurroundings around) =>
        !around.Services.Any(s => string.Equals(s.Id, service.Id, StringComparison.Ordinal));

    private static void CheckProvider(Service service, ServiceSurroundings around, List<ServiceFault> faults)
    {
        Provider? provider = around.Providers.FirstOrDefault(p => string.Equals(p.Id, service.Provider, StringComparison.Ordinal));
        if (provider is null)
        {
            faults.Add(new(
                "provider", "PROVIDER_UNKNOWN", $"No provider is called '{service.Provider}'.", "Write the id of a provider, or take the provider on first."));
        }
        else if (provider.EndedAt is not null)
        {
            faults.Add(new(
                "provider", "PROVIDER_ENDED", $"Provider {provider.Id} has ended: it may offer nothing more.", "Write the id of an active provider."));
        }
    }

    private static void CheckIdentifiers(Service service, ServiceSurroundings around, List<ServiceFault> faults)
    {
        if (service.Aid is { } aid && around.HolderOf(aid, service.Id) is { } holder)
        {
            faults.Add(new("aid", "AID_TAKEN", $"The AID {aid} belongs to {holder}.", "Write the AID that is registered for this service alone."));
        }

        if (service.Code is { } code && around.HolderOf(code, service.Id) is { } other)
        {
            faults.Add(new(
                "code", "CODE_TAKEN", string.Create(CultureInfo.InvariantCulture, $"The code {code:X2} belongs to {other}."), "Choose a code that is free."));
        }
    }

    /// <summary>What versions need from an application server cannot be taken from under them.</summary>
    private static void CheckVariables(Service service, List<ServiceFault> faults)
    {
        if (service.ApplicationServer is null
            && service.Versions.FirstOrDefault(v => ServiceTemplates.Allocated(v).Count > 0) is { } version)
        {
            faults.Add(new(
                "applicationServer",
                "APPLICATION_SERVER_NEEDED",
                $"Version {version.Version} needs {string.Join(", ", ServiceTemplates.Allocated(version).Select(v => $"{{{v}}}"))}, which only an application server allocates.",
                "Keep an application server."));
        }
    }

    /// <summary>The AID of a service in the private table: the registered one, or else that of the newest version's instance.</summary>
    public static Aid? TableAid(Service service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return service.Aid ?? service.Current?.Instance ?? service.Versions.LastOrDefault()?.Instance;
    }
}
