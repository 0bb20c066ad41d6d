using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Architecture;

/// <summary>Holds the picture of who may reference whom.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Tsm.Card"] = [],
        ["Tsm.Security"] = ["Tsm.Card"],
        ["Tsm.Bearers"] = ["Tsm.Card"],
        ["Tsm.Explain"] = ["Tsm.Card", "Tsm.Security", "Tsm.Bearers"],
        ["Tsm.Application"] = ["Tsm.Card", "Tsm.Security", "Tsm.Bearers"],
        ["Tsm.Storage"] = ["Tsm.Application"],
        ["Tsm.Orleans"] = ["Tsm.Application", "Tsm.Storage"],
        ["Tsm.Server"] = ["Tsm.Application", "Tsm.Storage", "Tsm.Bearers", "Tsm.Orleans", "Tsm.Explain"],
        ["Tsm.Simulator"] = ["Tsm.Card", "Tsm.Security", "Tsm.Bearers"],
        ["Tsm.Canteen"] = ["Tsm.Card", "Tsm.Security"],
        ["Tsm.Cli"] = ["Tsm.Card", "Tsm.Security", "Tsm.Bearers", "Tsm.Explain"],
        ["Tsm.Benchmarks"] = ["Tsm.Card", "Tsm.Security", "Tsm.Bearers", "Tsm.Application", "Tsm.Storage", "Tsm.Orleans", "Tsm.Testing"],
    };

    public static TheoryData<string> Projects => [.. Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        .Where(p => !p.Contains("/tests/", StringComparison.Ordinal))
        .Select(p => Path.GetFileNameWithoutExtension(p))];

    [Theory, MemberData(nameof(Projects))]
    public void References_go_one_way(string project)
    {
        XDocument file = XDocument.Load(Directory.GetFiles(Repository.Root, project + ".csproj", SearchOption.AllDirectories).Single());
        IEnumerable<string> references = file.Descendants("ProjectReference")
            .Where(r => !string.Equals((string?)r.Attribute("ReferenceOutputAssembly"), "false", StringComparison.Ordinal))
            .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!));

        Assert.Empty(references.Except(Allowed[project], StringComparer.Ordinal));
    }

    [Fact]
    public void Orleans_is_referenced_by_one_project_and_there_on_request_only()
    {
        string[] packages = [.. Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .SelectMany(p => XDocument.Load(p).Descendants("PackageReference"))
            .Where(r => ((string?)r.Attribute("Include"))?.StartsWith("Microsoft.Orleans", StringComparison.Ordinal) is true)
            .Select(r => (string?)r.Parent!.Attribute("Condition") ?? "always")];

        Assert.NotEmpty(packages);
        Assert.All(packages, condition => Assert.Equal("'$(EnableOrleans)' == 'true'", condition));
    }

    [Theory, InlineData("Tsm.Card"), InlineData("Tsm.Security")]
    public void Pure_projects_take_no_packages(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));

        Assert.Empty(file.Descendants("PackageReference"));
        Assert.Empty(file.Descendants("FrameworkReference"));
    }

    [Theory, InlineData("Tsm.Card"), InlineData("Tsm.Security")]
    public void Pure_projects_do_no_input_or_output_read_no_clock_and_do_not_wait(string project)
    {
        Regex banned = new(@"\b(TimeProvider|async|await|File\.|Socket|Console\.|ILogger|RandomNumberGenerator|Task<)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        foreach (string path in Directory.GetFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories)
            .Where(p => !p.Contains("/obj/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(
                File.ReadLines(path), line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && banned.IsMatch(line));
        }
    }
}
