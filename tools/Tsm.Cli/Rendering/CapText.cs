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
        var imports = new TextTable("AID", "version", "name");
        foreach (ImportReport import in cap.Imports)
        {
            imports.Row(import.Aid, import.Version, import.Name ?? "not a known package: a library");
        }

        imports.Write(console);
        Print.Heading(console, "Components");
        var components = new TextTable("component", "octets", "loaded");
        foreach (ComponentReport component in cap.Components)
        {
            components.Row(component.Name, Print.Count(component.Size), component.Loaded ? "yes" : "no");
        }

        components.Write(console);
        Print.Heading(console, "About so many SMS to load and install it");
        var costs = new TextTable("card", "packets", "SMS");
        foreach (CostReport cost in cap.Costs)
        {
            costs.Row(cost.Card, Print.Count(cost.Packets), Print.Count(cost.Sms));
        }

        costs.Write(console);
    }
}
