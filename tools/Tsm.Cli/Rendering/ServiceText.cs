using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Services for people.</summary>
internal static class ServiceText
{
    public static void List(IAnsiConsole console, Page<Service> page)
    {
        var table = new TextTable("id", "name", "provider", "code", "AID", "current", "versions", "state");
        foreach (Service service in page.Items)
        {
            table.Row(
                service.Id, service.Name, service.Provider, service.Code, service.Aid, service.Current, Print.Count(service.Versions.Count), State(service));
        }

        ListText.Write(console, table, page.Next, "No services. Offer one with `tsm service create`.");
    }

    public static void Show(IAnsiConsole console, Service service)
    {
        Print.Fields(console,
            ("id", service.Id),
            ("name", service.Name),
            ("provider", service.Provider),
            ("AID", service.Aid),
            ("code", service.Code),
            ("application server", service.ApplicationServer),
            ("on card swap", service.OnCardSwap),
            ("current version", service.Current ?? "none: no version is approved"),
            ("offered", Print.Time(service.CreatedAt)),
            ("withdrawn", Print.Time(service.WithdrawnAt)));
        foreach (ServiceVersion version in service.Versions)
        {
            Print.Heading(console, $"Version {version.Version}: {version.State}");
            Print.Fields(console,
                ("load file", version.Application),
                ("libraries", string.Join(", ", version.Libraries)),
                ("module", version.Module),
                ("instance", version.Instance),
                ("privileges", version.Privileges),
                ("parameters", version.Parameters),
                ("TAR", version.Tar),
                ("data groups", string.Join("; ", version.Personalisation.Select(g => $"{g.Id} {g.Content}"))),
                ("variables", string.Join(", ", version.Variables)),
                ("upgrade", version.Upgrade),
                ("rejected because", version.Rejection),
                ("uploaded", Print.Time(version.CreatedAt)));
        }
    }

    public static void Matrix(IAnsiConsole console, ServiceMatrix matrix)
    {
        var table = new TextTable("version", "state", "model", "fits", "reasons");
        foreach (VersionCompatibility version in matrix.Versions)
        {
            foreach (Compatibility model in version.Models)
            {
                table.Row(version.Version, version.State, model.Model, model.Ok ? "yes" : "no", Reasons(model));
            }
        }

        ListText.Write(console, table, null, $"Service {matrix.Service} has no version. Upload one with `tsm service version`.");
    }

    public static void Table(IAnsiConsole console, ServiceTable services)
    {
        var table = new TextTable("code", "service", "provider", "name", "AID", "state");
        foreach (ServiceTableEntry entry in services.Entries)
        {
            table.Row(
                entry.Code, entry.Service, entry.Provider, entry.Name, entry.Aid ?? "none: not in the table of cards", entry.Withdrawn ? "withdrawn" : "offered");
        }

        ListText.Write(console, table, null, "No service has a code. Give one with `tsm service amend`.");
        console.Write(new Text($"\nDF70 for STORE DATA: {services.Tlv}\n"));
    }

    public static void Comparison(IAnsiConsole console, TableComparison comparison)
    {
        if (comparison.Agrees)
        {
            Print.Tick(console, "card and server agree");
        }

        foreach (TableDisagreement disagreement in comparison.Disagreements)
        {
            Print.Cross(console, disagreement.Meaning ?? disagreement.Code);
        }
    }

    public static void Instances(IAnsiConsole console, Page<ServiceInstance> page)
    {
        var table = new TextTable("card", "number", "service", "provider", "version", "contract", "time", "state", "on the way to", "job", "proven");
        foreach (ServiceInstance instance in page.Items)
        {
            table.Row(
                instance.Card, instance.Msisdn, instance.Service, instance.Provider, instance.Version, instance.Contract, Print.Count(instance.Generation),
                instance.Pending ? $"{instance.State}, to be confirmed" : instance.State,
                instance.Wanted == instance.State ? null : instance.Wanted, instance.Job, Print.Time(instance.ProvenAt));
        }

        ListText.Write(console, table, page.Next, "No services on cards. Ask for one with `tsm request create`.");
    }

    /// <summary>Why a model does not fit, each reason with who can mend it.</summary>
    public static string Reasons(Compatibility model) => model.Findings.Count == 0
        ? string.Join("; ", model.Reasons)
        : string.Join("; ", model.Findings.Select(f => f.Blocks ? $"{f.Reason} ({f.FixedBy})" : f.Reason));

    private static string State(Service service) => service.WithdrawnAt is not null ? "withdrawn" : service.Current is null ? "not approved" : "offered";
}
