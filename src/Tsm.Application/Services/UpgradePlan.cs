using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Applications;
using Tsm.Application.Jobs;

namespace Tsm.Application.Services;

/// <summary>How a version of a service takes the place of another on a card: first all that goes, then all that comes.</summary>
/// <param name="KeepsData">Whether the data stay where they are.</param>
/// <param name="Removes">Libraries that only the older version uses: they go where nothing else imports them, importers before what they import.</param>
/// <param name="Personalises">Whether the new instance gets data: never when those of the old one are kept.</param>
public sealed record UpgradePlan(bool KeepsData, ImmutableArray<string> Removes, bool Personalises)
{
    /// <summary>Decides.</summary>
    /// <param name="service">The service.</param>
    /// <param name="from">The version on the card.</param>
    /// <param name="to">The version that shall take its place.</param>
    /// <param name="applications">The load files of both.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="problem">Why it cannot be done.</param>
    public static bool TryDecide(
        Service service,
        string from,
        string to,
        IReadOnlyCollection<CatalogueApplication> applications,
        [NotNullWhen(true)] out UpgradePlan? plan,
        [NotNullWhen(false)] out Problem? problem)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(applications);
        plan = null;
        ServiceVersion? older = service.Find(from), newer = service.Find(to);
        problem = older is null ? ServiceProblems.VersionUnknown(service.Id, from)
            : newer is null ? ServiceProblems.VersionUnknown(service.Id, to)
            : null;
        if (problem is not null)
        {
            return false;
        }

        if (older == newer)
        {
            plan = new(KeepsData: true, Removes: [], Personalises: false);
            return true;
        }

        problem = newer!.ApprovedAt is null ? ServiceProblems.VersionNotApproved(service.Id, newer)
            : newer.Upgrade == UpgradeRule.KeepData ? WhyNotKept(service, older!, newer, applications)
            : null;
        if (problem is not null)
        {
            return false;
        }

        bool keeps = newer.Upgrade == UpgradeRule.KeepData;
        plan = new(
            keeps,
            [.. older!.Libraries.Reverse().Except(newer.Libraries.Append(newer.Application), StringComparer.Ordinal)],
            !keeps && !newer.Personalisation.IsDefaultOrEmpty);
        return true;
    }

    /// <summary>Data stay where both versions import the very same library, and the newer one can read what the older one has written.</summary>
    private static Problem? WhyNotKept(Service service, ServiceVersion older, ServiceVersion newer, IReadOnlyCollection<CatalogueApplication> applications)
    {
        if (service.Versions.IndexOf(older) > service.Versions.IndexOf(newer))
        {
            return Refused(
                $"Version {newer.Version} of {service.Id} keeps data, but it is older than {older.Version} on the card.",
                "An older version does not know what a newer one has written.",
                "Terminate the service and download the older version, or upload it anew as the newest version.");
        }

        string[] shared = [.. older.Libraries.Intersect(newer.Libraries, StringComparer.Ordinal)];
        if (shared.Length == 0)
        {
            return Refused(
                $"Version {newer.Version} of {service.Id} keeps data, but shares no library with {older.Version}.",
                "Data outlive an instance only in a load file that both versions use; a library of other content is another load file.",
                "Upload the version with the library of the one on the card, or with the rule replace.");
        }

        CatalogueApplication? oldOne = Find(older.Application), newOne = Find(newer.Application);
        bool held = shared.Select(Find).OfType<CatalogueApplication>()
            .Any(library => Imports(oldOne, library) && Imports(newOne, library));
        return held
            ? null
            : Refused(
                $"Version {newer.Version} of {service.Id} keeps data, but no library that it shares with {older.Version} is imported by both applets.",
                "The shared library is needed by other libraries only: it cannot hold what the applet has stored.",
                "Import the library that holds the data, or upload the version with the rule replace.");

        CatalogueApplication? Find(string id) => applications.FirstOrDefault(a => string.Equals(a.Id, id, StringComparison.Ordinal));
    }

    private static bool Imports(CatalogueApplication? importer, CatalogueApplication library) =>
        importer is not null && importer.Imports.Any(library.Package.Satisfies);

    private static Problem Refused(string meaning, string cause, string next) =>
        new(ServiceProblems.Layer, "UPGRADE_NOT_POSSIBLE", "Upgrade not possible", meaning, cause, next, []);
}
