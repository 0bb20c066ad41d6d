using System.Text.Json.Nodes;

namespace Tsm.SystemTests;

/// <summary>The load program as a program of its own, briefly: what it prints is there and is measured.</summary>
public sealed class BenchmarksStory
{
    [Fact]
    public async Task A_short_run_tells_turns_and_limits_to_programs()
    {
        CliResult run = await Programs.RunAsync(
            Programs.Benchmarks, TimeSpan.FromMinutes(3), environment: null, "turns", "--host", "sqlite", "--cards", "500", "--seconds", "1", "--json");

        Assert.True(run.ExitCode == 0, run.ToString());
        JsonNode report = JsonNode.Parse(run.Output)!;
        Assert.NotEmpty(report["limits"]!.AsArray());
        Assert.All(report["limits"]!.AsArray(), l => Assert.True((double)l!["value"]! > 0, run.Output));
        Assert.Equal(
            ["state rows committed", "turns that change the state only", "full turns: state, due row, card row"],
            report["figures"]!.AsArray().Select(f => (string)f!["what"]!));
        Assert.All(report["figures"]!.AsArray(), f => Assert.True((double)f!["value"]! > 0 && (double)f["ratio"]! > 0, run.Output));
        Assert.True((int)report["machine"]!["cores"]! > 0, run.Output);
    }

    [Fact]
    public async Task A_host_that_is_not_in_the_build_is_refused_with_what_it_needs()
    {
        CliResult run = await Programs.RunAsync(Programs.Benchmarks, TimeSpan.FromMinutes(1), new Dictionary<string, string> { ["TSM_ORLEANS_SCRIPTS"] = "/nowhere" }, "turns", "--host", "orleans");

        // A build without Orleans needs another build, one with it Orleans' scripts.
        Assert.Equal(2, run.ExitCode);
        Assert.Matches("-p:EnableOrleans=true|TSM_ORLEANS_SCRIPTS", run.Error);
    }
}
