using Tsm.Benchmarks;

namespace Tsm.Tests.Benchmarks;

/// <summary>What the load program is asked for.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void All_is_every_load_on_the_embedded_hosts()
    {
        BenchmarkOptions options = Read("all", "--markdown");

        Assert.Equal(["turns", "smpp", "endtoend", "import", "packets"], options.Loads);
        Assert.Equal(["sqlite", "postgres"], options.Hosts);
        Assert.Equal((null, TimeSpan.FromSeconds(10), 1, OutputForm.Markdown), (options.Cards, options.Span, options.Runs, options.Form));
    }

    [Fact]
    public void Host_cards_time_and_runs_can_be_named()
    {
        BenchmarkOptions options = Read("turns", "--host", "postgres", "--host", "orleans", "--cards", "500", "--seconds", "1", "--runs", "3", "--json");

        Assert.Equal(["postgres", "orleans"], options.Hosts);
        Assert.Equal((500, TimeSpan.FromSeconds(1), 3, OutputForm.Json), (options.Cards, options.Span, options.Runs, options.Form));
    }

    [Theory]
    [InlineData("everything")]
    [InlineData("turns --host oracle")]
    [InlineData("turns --cards 1000001")]
    [InlineData("turns --seconds 0")]
    [InlineData("smpp --window 1001")]
    public void What_is_not_known_or_out_of_range_is_refused(string line) => Assert.NotEmpty(Parse(line.Split(' ')).Errors);

    private static System.CommandLine.ParseResult Parse(params string[] arguments) =>
        CommandLine.Build((_, _) => Task.FromResult(0)).Parse(arguments);

    private static BenchmarkOptions Read(params string[] arguments)
    {
        System.CommandLine.ParseResult parsed = Parse(arguments);
        Assert.Empty(parsed.Errors);
        return CommandLine.Read(parsed);
    }
}
