using System.Collections.Immutable;
using System.Globalization;
using Tsm.Application.Applications;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Services;

/// <summary>Makes a version of a service from what somebody wants, or tells everything that is wrong with it.</summary>
public sealed partial class ServiceVersionRules
{
    /// <summary>The most versions of a service (a limit of ours).</summary>
    public const int MaxVersions = 200;

    private const int MaxVersionLength = 32;

    // What concerns the instance alone. Everything else of GPCS 2.3.1 §6.6.1 is of security domains or touches other applications.
    private static readonly Privileges Harmless = Privileges.TrustedPath | Privileges.ContactlessSelfActivation;

    private readonly Service _service;
    private readonly ServiceVersionDraft _draft;
    private readonly ServiceSurroundings _around;
    private readonly List<ServiceFault> _faults = [];

    private ServiceVersionRules(Service service, ServiceVersionDraft draft, ServiceSurroundings around) =>
        (_service, _draft, _around) = (service, draft, around);

    /// <summary>Checks everything at once.</summary>
    /// <param name="service">The service that it becomes a version of.</param>
    /// <param name="draft">What is wanted.</param>
    /// <param name="around">What it has to get along with.</param>
    /// <param name="at">The time of the upload.</param>
    /// <returns>The version, or null and its faults.</returns>
    public static (ServiceVersion? Version, IReadOnlyList<ServiceFault> Faults) Check(
        Service service, ServiceVersionDraft draft, ServiceSurroundings around, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(around);
        var rules = new ServiceVersionRules(service, draft, around);
        ServiceVersion version = rules.Read(at);
        return rules._faults.Count == 0 ? (version, []) : (null, rules._faults);
    }

    private ServiceVersion Read(DateTimeOffset at)
    {
        CheckName();
        CatalogueApplication? application = LoadFile("application", _draft.Application);
        Aid module = Module(application);
        ImmutableArray<DataGroupTemplate> personalisation = Personalisation();
        string parameters = Parameters();
        CheckAllocation(personalisation, parameters);
        return new()
        {
            Version = _draft.Version ?? "",
            Application = application?.Id ?? "",
            Module = module,
            Instance = Instance(module),
            Privileges = PrivilegesOf(),
            Parameters = parameters,
            Tar = TarOf(),
            Libraries = application is null ? [] : Libraries(application),
            Personalisation = personalisation,
            Upgrade = _draft.Upgrade ?? UpgradeRule.Replace,
            CreatedAt = at,
        };
    }

    private void CheckName()
    {
        string name = _draft.Version ?? "";
        if (name.Length is 0 or > MaxVersionLength || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'))
        {
            Fault("version", "FIELD_INVALID", $"A version has 1 to {MaxVersionLength} letters, digits, '.' or '-' and begins with a letter or digit.", "Write it like 1.0.");
        }
    }

    /// <summary>The load file that a text names, among those that who asks may use.</summary>
    private CatalogueApplication? LoadFile(string field, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            Fault(field, "FIELD_MISSING", "The load file is missing.", "Write its id, package AID or name.");
            return null;
        }

        IReadOnlyList<CatalogueApplication> usable = _around.Usable;
        CatalogueApplication[] found = [.. usable.Where(a => string.Equals(a.Id, text, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 0 && Aid.TryParse(text, out Aid aid, out _))
        {
            found = [.. usable.Where(a => a.PackageAid == aid)];
        }

        if (found.Length == 0)
        {
            found = [.. usable.Where(a => string.Equals(a.Name, text, StringComparison.OrdinalIgnoreCase))];
        }

        if (found.Length == 1)
        {
            return found[0];
        }

        Fault(
            field,
            found.Length == 0 ? "APPLICATION_UNKNOWN" : "APPLICATION_AMBIGUOUS",
            found.Length == 0 ? $"No load file is called '{text}'." : $"Several load files are called '{text}': {string.Join(", ", found.Select(a => $"{a.Id} ({a.Version})"))}.",
            found.Length == 0 ? "Upload its CAP file first, or write the id, package AID or name of one that is there." : "Write the id of one of them.");
        return null;
    }

    private Aid Module(CatalogueApplication? application)
    {
        if (_draft.Module is null)
        {
            if (application is { Applets: [var only] })
            {
                return only;
            }

            if (application is not null)
            {
                Fault("module", "MODULE_MISSING", application.IsLibrary
                    ? $"Load file {application.Name} has no applet: nothing of it can be installed."
                    : $"Load file {application.Name} has {application.Applets.Length} applets: {string.Join(", ", application.Applets)}.", application.IsLibrary ? "Name it among the libraries, and a load file with an applet as the application." : "Write the AID of one of them.");
            }

            return default;
        }

        if (!Aid.TryParse(_draft.Module, out Aid module, out string problem))
        {
            Fault("module", "FIELD_INVALID", problem, "Write the AID of an applet in the load file.");
        }
        else if (application is not null && !application.Applets.Contains(module))
        {
            Fault(
                "module",
                "MODULE_UNKNOWN",
                $"Load file {application.Name} has no applet {module}; it has {(application.IsLibrary ? "none" : string.Join(", ", application.Applets))}.",
                "Write the AID of an applet in the load file.");
        }

        return module;
    }

    private Aid Instance(Aid module)
    {
        Aid instance = module;
        if (_draft.Instance is not null && !Aid.TryParse(_draft.Instance, out instance, out string problem))
        {
            Fault("instance", "FIELD_INVALID", problem, "Write 5 to 16 octets, hexadecimal.");
            return default;
        }

        if (instance.Length > 0 && _around.HolderOf(instance, _service.Id) is { } holder)
        {
            Fault("instance", "AID_TAKEN", $"The AID {instance} belongs to {holder}.", "Give the instance an AID of its own.");
        }

        return instance;
    }

    private Octets PrivilegesOf()
    {
        if (string.IsNullOrEmpty(_draft.Privileges))
        {
            return default;
        }

        if (!Octets.TryParse(_draft.Privileges, out Octets octets) || octets.Length is not (1 or 3)
            || !Privileges.TryParse(octets.Span, out Privileges privileges, out _))
        {
            Fault("privileges", "FIELD_INVALID", "Privileges are one or three octets, hexadecimal.", "Write 00 for none, or leave them out.");
            return default;
        }

        var beyond = new Privileges(privileges.Value & ~Harmless.Value);
        if (beyond.Value != 0)
        {
            string names = string.Join(", ", beyond.Names);
            Fault(
                "privileges",
                "PRIVILEGES_NOT_ALLOWED",
                $"{(names.Length > 0 ? names : $"Bits {beyond.Value:X6}")}: not for a provider's applet. It may have {string.Join(" and ", Harmless.Names)} only.",
                "Leave them out.");
        }

        return octets;
    }

    private Tar? TarOf()
    {
        if (_draft.Tar is null)
        {
            return null;
        }

        if (!Tar.TryParse(_draft.Tar, out Tar tar, out string problem))
        {
            Fault("tar", "FIELD_INVALID", problem, "Write six hexadecimal digits.");
            return null;
        }

        (Tar Tar, string Holder)[] taken = [.. _around.Tars(_service.Id)];
        foreach (TarClash clash in KnownTars.Clashes([tar], taken.Select(t => t.Tar)))
        {
            string? holder = taken.Where(t => t.Tar == tar).Select(t => t.Holder).FirstOrDefault();
            Fault(
                "tar",
                holder is null ? "TAR_RESERVED" : "TAR_TAKEN",
                holder is null ? clash.Problem : $"TAR {tar} belongs to {holder}.",
                "Choose another TAR from 000001 to AFFFFF.");
        }

        return tar;
    }

    private void Fault(string field, string code, string problem, string next) => _faults.Add(new(field, code, problem, next));

    private static string At(string field, int index) => string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");
}
