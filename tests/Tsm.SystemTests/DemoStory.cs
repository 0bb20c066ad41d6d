using System.Text.Json.Nodes;

namespace Tsm.SystemTests;

/// <summary>The main job as README's first command runs it.</summary>
public sealed class DemoStory
{
    public static TheoryData<string> Caps =>
        [.. Directory.GetFiles(Programs.EtsiCaps!, "*.cap").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task The_demo_proves_every_step_on_every_card()
    {
        CliResult result = await Programs.TsmAsync(TimeSpan.FromMinutes(2), null, "demo");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("every step was proven on every card", result.Output, StringComparison.Ordinal);
        Assert.All(
            ["uicc-aes", "uicc-3des", "uicc-small", "uicc-aes256", "uicc-3des3", "uicc-aes-expanded"],
            model => Assert.Contains($"1 {model}", result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lossy_network_delays_and_nothing_else()
    {
        CliResult result = await Programs.TsmAsync(
            TimeSpan.FromMinutes(6), null, "demo", "--loss", "0.05", "--repeat", "0.05", "--reorder", "0.05", "--cards", "6", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.NotNull(JsonNode.Parse(result.Output));
    }

    [EtsiTheory, MemberData(nameof(Caps))]
    public async Task A_real_cap_is_installed_with_the_libraries_it_needs(string cap)
    {
        CliResult result = await Programs.TsmAsync(
            TimeSpan.FromMinutes(2), null, "demo", "--cards", "1", "--cap", Path.Combine(Programs.EtsiCaps!, cap));

        Assert.True(result.ExitCode == 0, result.ToString());
    }
}

/// <summary>A theory over the real CAP files; skipped, and said so, where they do not lie beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EtsiTheoryAttribute : TheoryAttribute
{
    public EtsiTheoryAttribute()
    {
        if (Programs.EtsiCaps is null)
        {
            Skip = "The CAP files of ETSI TS 102 268 are not at ../shared/caps/etsi.";
        }
    }
}
