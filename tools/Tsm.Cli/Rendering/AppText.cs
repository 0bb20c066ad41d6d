using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Applications for people.</summary>
internal static class AppText
{
    public static void List(IAnsiConsole console, Page<App> page)
    {
        var table = new TextTable("name", "package AID", "version", "applets", "load file", "models", "id");
        foreach (App app in page.Items)
        {
            table.Row(app.Name, app.PackageAid, app.Version, app.Library ? "library" : Print.Count(app.Applets.Count),
                Print.Count(app.LoadFileSize, "octet"), Models(app), app.Id);
        }

        ListText.Write(console, table, page.Next, "No applications. Add one with `tsm app add FILE.cap`.");
    }

    public static void Show(IAnsiConsole console, App app)
    {
        Print.Fields(console,
            ("id", app.Id),
            ("name", app.Name),
            ("package", $"{app.PackageAid} {app.PackageName}".TrimEnd()),
            ("version", app.Version),
            ("Java Card", app.JavaCard),
            ("applets", app.Library ? "none: a library" : string.Join(", ", app.Applets)),
            ("load file", Print.Count(app.LoadFileSize, "octet")),
            ("memory", Memory(app.Memory)),
            ("SHA-256", app.Sha256),
            ("uploaded", Print.Time(app.UploadedAt)));
        if (app.Imports.Count > 0)
        {
            Print.Heading(console, "Imports");
            var imports = new TextTable("AID", "version", "name");
            foreach (AppImport import in app.Imports)
            {
                imports.Row(import.Aid, import.Version, import.Name);
            }

            imports.Write(console);
        }

        if (app.Compatibility.Count > 0)
        {
            Print.Heading(console, "Card models");
            var models = new TextTable("model", "fits", "expected", "found", "who can mend it", "reason");
            foreach (Compatibility model in app.Compatibility)
            {
                string fits = model.Ok ? "yes" : "no";
                if (model.Findings.Count == 0)
                {
                    models.Row(model.Model, fits, null, null, null, string.Join("; ", model.Reasons));
                }

                foreach (CompatibilityFinding finding in model.Findings)
                {
                    models.Row(model.Model, fits, finding.Expected, finding.Found, finding.FixedBy, finding.Reason);
                }
            }

            models.Write(console);
        }
    }

    private static string? Models(App app) => app.Compatibility.Count == 0
        ? null
        : $"{app.Compatibility.Count(c => c.Ok)} of {app.Compatibility.Count}";

    private static string? Memory(JsonElement memory) => memory.ValueKind switch
    {
        JsonValueKind.Number => Print.Count(memory.GetInt64(), "octet"),
        JsonValueKind.Object => string.Join(", ", memory.EnumerateObject().Select(p => $"{p.Name} {p.Value}")),
        JsonValueKind.String => memory.GetString(),
        _ => null,
    };
}
