using System.Globalization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Services;

/// <summary>Whether a version of a service can go to fresh cards of a model: its load files, its instance, its data, its domain.</summary>
public static class ServiceCompatibility
{
    // That of the provider's domain is not asked for: it is as long as they can be.
    private static readonly Aid LongestAid = Aid.From(Octets.Own(new byte[Aid.MaxLength]));

    /// <summary>Checks a version against a card model.</summary>
    /// <param name="version">The version.</param>
    /// <param name="application">Its load file.</param>
    /// <param name="libraries">Its libraries in their order.</param>
    /// <param name="model">The card model.</param>
    public static Compatibility Check(
        ServiceVersion version, CatalogueApplication application, IReadOnlyList<CatalogueApplication> libraries, CardModel model)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(libraries);
        ArgumentNullException.ThrowIfNull(model);
        var check = new CompatibilityCheck(model, libraries, brings: true);
        check.Load(application);
        check.Memory();
        Instance(check, version, model);
        Privileges(check, version, model);
        Length(check, version, application, model);
        Personalisation(check, version, model);
        Domain(check, model);
        return check.Verdict();
    }

    private static void Instance(CompatibilityCheck check, ServiceVersion version, CardModel model)
    {
        if (model.Packages.FirstOrDefault(p => p.Aid == version.Instance) is { } there)
        {
            check.Add(
                "INSTANCE_TAKEN",
                Party.Provider,
                $"the AID of the instance, {version.Instance}, is that of a package on every fresh {model.Name}: give the instance another.",
                $"an AID other than {there}",
                version.Instance.ToString());
        }

        if (version.Tar is { } tar && tar == model.RamTar)
        {
            check.Add(
                "TAR_TAKEN", Party.Provider, $"TAR {tar} is that of card management on {model.Name}: choose another.", $"a TAR other than {model.RamTar}", tar.ToString());
        }
    }

    private static void Privileges(CompatibilityCheck check, ServiceVersion version, CardModel model)
    {
        // GPCS 2.2 brought the second and third octet.
        const string ThreeOctets = "2.2";
        if (model.GlobalPlatform is { } card && !JavaCardVersions.IsAtLeast(card, ThreeOctets)
            && Tsm.Card.GlobalPlatform.Privileges.TryParse(version.Privileges.Span, out Privileges privileges, out _)
            && (privileges.Value & 0xFFFF) != 0)
        {
            check.Add(
                "PRIVILEGES_TOO_NEW",
                Party.Provider,
                $"{string.Join(", ", privileges.Names)} came with GlobalPlatform {ThreeOctets}, but {model.Name} has {card}: leave the privilege out.",
                $"GlobalPlatform {card}",
                $"GlobalPlatform {ThreeOctets}");
        }
    }

    private static void Length(CompatibilityCheck check, ServiceVersion version, CatalogueApplication application, CardModel model)
    {
        int capacity = ScriptCapacity.Of(model);
        var job = new CardJob
        {
            Id = "",
            Operation = Operation.Install,
            CreatedAt = default,
            LoadFile = application.PackageAid,
            Module = version.Module,
            Instance = version.Instance,
            Privileges = version.Privileges,
            Parameters = Octets.Own(new byte[ServiceTemplates.LeastParameters(version)]),
            Order = new() { Provider = "", Tar = version.Tar },
            Cursor = new() { Stage = Stage.Load },
        };

        Excess? Excess(ContentOwner owner) =>
            JobPlanner.Steps(job, model, application, capacity, owner).Select(s => s.Excess(model, capacity)).FirstOrDefault(e => e is not null);
        if (Excess(new(LongestAid, null)) is { } excess)
        {
            TooLong(check, model, excess, "");
        }
        else if (model.Delegation != false && Excess(ContentOwner.Planned(LongestAid)) is { } delegated)
        {
            TooLong(check, model, delegated, "under a contract in delegated mode ", blocks: false);
        }
    }

    private static void TooLong(CompatibilityCheck check, CardModel model, Excess excess, string when, bool blocks = true)
    {
        string command = CardTurn.Name(excess.Command);
        if (excess.OfCommand)
        {
            check.Add(
                "COMMAND_TOO_LONG",
                Party.Provider,
                string.Create(CultureInfo.InvariantCulture, $"{when}{command} has at least {excess.Length} octets of data, but one command carries {excess.Most}: shorten the parameters or the AIDs."),
                string.Create(CultureInfo.InvariantCulture, $"{excess.Most} octets in one command"),
                string.Create(CultureInfo.InvariantCulture, $"{excess.Length} octets"),
                blocks);
        }
        else
        {
            check.Add(
                "SCRIPT_TOO_LONG",
                Party.Carrier,
                string.Create(CultureInfo.InvariantCulture, $"{when}{command} and what belongs to it take at least {excess.Length} octets, but one packet to {model.Name} has room for {excess.Most}: raise maxSegments of the card model if its cards take more."),
                string.Create(CultureInfo.InvariantCulture, $"{excess.Most} octets in one packet"),
                string.Create(CultureInfo.InvariantCulture, $"{excess.Length} octets"),
                blocks);
        }
    }

    private static void Personalisation(CompatibilityCheck check, ServiceVersion version, CardModel model)
    {
        if (version.Personalisation.IsDefaultOrEmpty)
        {
            return;
        }

        int least = ServiceTemplates.LeastOctets(version), most = ScriptCapacity.Personalisation(model, version.Instance);
        if (least > most)
        {
            check.Add(
                "PERSONALISATION_TOO_LONG",
                Party.Provider,
                string.Create(CultureInfo.InvariantCulture, $"its data groups have at least {least} octets, but one packet to {model.Name} brings {most}: shorten them."),
                string.Create(CultureInfo.InvariantCulture, $"{most} octets in one packet"),
                string.Create(CultureInfo.InvariantCulture, $"{least} octets"));
        }
    }

    private static void Domain(CompatibilityCheck check, CardModel model)
    {
        if (model.SecurityDomains == 0)
        {
            check.Add(
                "NO_SECURITY_DOMAINS",
                Party.Carrier,
                $"{model.Name} has no room for the provider's security domain: choose another card model.",
                "0 security domains below the issuer's",
                "1 security domain");
        }
    }
}
