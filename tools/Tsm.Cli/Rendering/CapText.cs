using Spectre.Console;
using Tsm.Cli.Caps;

namespace Tsm.Cli.Rendering;

/// <summary>CAP files for people.</summary>
internal static class CapText
{
    public static void Show(IAnsiConsole console, CapReport cap)
    {
        Print.Fields(console,
            ("package", $"{cap.PackageAid} {cap.PackageName}".TrimEnd()),
            ("version", cap.Version),
            ("CAP format", cap.Format),
            ("applets", cap.Library ? "none: a library" : string.Join(", ", cap.Applets)),
            ("load file", Print.Count(cap.LoadFileSize, "octet")),
            ("memory", $"about {Print.Count(cap.Memory, "octet")} on the card"));
        Print.Heading(console, "Imports");
        Table imports = Print.Table(console, "AID", "version", "name");
        foreach (ImportReport import in cap.Imports)
        {
            Print.Row(imports, import.Aid, import.Version, import.Name ?? "not a known package: a library");
        }

        console.Write(imports);
        Print.Heading(console, "Components");
        Table components = Print.Table(console, "component", "octets", "loaded");
        foreach (ComponentReport component in cap.Components)
        {
            Print.Row(components, component.Name, Print.Count(component.Size), component.Loaded ? "yes" : "no");
        }

        console.Write(components);
        Print.Heading(console, "About so many SMS to load and install it");
        Table costs = Print.Table(console, "card", "packets", "SMS");
        foreach (CostReport cost in cap.Costs)
        {
            Print.Row(costs, cost.Card, Print.Count(cost.Packets), Print.Count(cost.Sms));
        }

        console.Write(costs);
    }
}
