using System.Globalization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Application.Services;

/// <summary>Whether a version of a service can go to fresh cards of a model: its load files, its instance, its data, its domain.</summary>
public static class ServiceCompatibility
{
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
