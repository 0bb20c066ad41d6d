using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Applications for people.</summary>
internal static class AppText
{
    public static void List(IAnsiConsole console, Page<App> page)
    {
        Table table = Layout.Table(console, "name", "package AID", "version", "applets", "load file", "models", "id");
        foreach (App app in page.Items)
        {
            Layout.Row(table, app.Name, app.PackageAid, app.Version, app.Library ? "library" : Layout.Count(app.Applets.Count),
                Layout.Count(app.LoadFileSize, "octet"), Models(app), app.Id);
        }

        ListText.Write(console, table, page.Items.Count, page.Next, "No applications. Add one with `tsm app add FILE.cap`.");
    }

    public static void Show(IAnsiConsole console, App app)
    {
        Layout.Fields(console,
            ("id", app.Id),
            ("name", app.Name),
            ("package", $"{app.PackageAid} {app.PackageName}".TrimEnd()),
            ("version", app.Version),
            ("Java Card", app.JavaCard),
            ("applets", app.Library ? "none: a library" : string.Join(", ", app.Applets)),
            ("load file", Layout.Count(app.LoadFileSize, "octet")),
            ("memory", Memory(app.Memory)),
            ("SHA-256", app.Sha256),
            ("uploaded", Layout.Time(app.UploadedAt)));
        if (app.Imports.Count > 0)
        {
            Layout.Heading(console, "Imports");
            Table imports = Layout.Table(console, "AID", "version", "name");
            foreach (AppImport import in app.Imports)
            {
                Layout.Row(imports, import.Aid, import.Version, import.Name);
            }

            console.Write(imports);
        }

        if (app.Compatibility.Count > 0)
        {
            Layout.Heading(console, "Card models");
            Table models = Layout.Table(console, "model", "fits", "reasons");
            foreach (Compatibility model in app.Compatibility)
            {
                Layout.Row(models, model.Model, model.Ok ? "yes" : "no", string.Join("; ", model.Reasons));
            }

            console.Write(models);
        }
    }

    private static string? Models(App app) => app.Compatibility.Count == 0
        ? null
        : $"{app.Compatibility.Count(c => c.Ok)} of {app.Compatibility.Count}";

    private static string? Memory(JsonElement memory) => memory.ValueKind switch
    {
        JsonValueKind.Number => Layout.Count(memory.GetInt64(), "octet"),
        JsonValueKind.Object => string.Join(", ", memory.EnumerateObject().Select(p => $"{p.Name} {p.Value}")),
        JsonValueKind.String => memory.GetString(),
        _ => null,
    };
}
