using Tsm.Benchmarks.Reporting;

namespace Tsm.Tests.Benchmarks;

/// <summary>What the load program says of its figures: their part of the limit, and whether they are as wanted.</summary>
public sealed class ReportTests
{
    private static readonly MachineFacts Machine = new("2026-01-31", 2, "a processor", 8, "0.1 0.2 0.3", "");

    private static readonly Limit Bare = new("bare rows", 40_000);

    private static readonly Figure Rate = new("turns", "turns", "postgres", 10_000, 10_000, Figure.PerSecond, "as many as it takes") { Limit = Bare };

    [Fact]
    public void A_figure_is_a_part_of_its_limit()
    {
        Assert.Equal(0.25, Rate.Ratio);
        Assert.Null((Rate with { Limit = null }).Ratio);
        Assert.Null((Rate with { Limit = new("nothing measured", 0) }).Ratio);
    }

    [Theory]
    [InlineData(Figure.PerSecond, 10_000, 10_000, true)]
    [InlineData(Figure.PerSecond, 9_999, 10_000, false)]
    [InlineData("s", 180, 180, true)]
    [InlineData("MiB", 1_025, 1_024, false)]
    public void A_rate_is_to_be_reached_and_everything_else_not_to_be_exceeded(string unit, double value, double wanted, bool reached) =>
        Assert.Equal(reached, (Rate with { Unit = unit, Value = value, Wanted = wanted }).IsReached);

    [Fact]
    public void The_table_tells_machine_limits_ratios_and_what_was_not_reached()
    {
        var report = new Report(Machine);
        report.Add(Bare);
        report.Add(Rate with { Wanted = 20_000 });
        report.Add(new Figure("import", "import", "sqlite", 500, 12.345, "s", "one file") { Wanted = 180 });
        report.AddFinding("One job was not proven.");
        report.End("1.0 0.5 0.4");

        string[] lines = TableForm.Markdown(report).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            [
                "2026-01-31, 2 cores of a processor, 8 GiB, load average 0.1 0.2 0.3 before and 1.0 0.5 0.4 after.",
                "| what | host | cards | figure | of its limit | wanted | offered |",
                "| --- | --- | --- | --- | --- | --- | --- |",
                "| limit: bare rows |  |  | 40,000/s |  |  |  |",
                "| turns | postgres | 10,000 | 10,000/s | 25 % of bare rows | at least 20,000/s: not reached | as many as it takes |",
                "| import | sqlite | 500 | 12.3 s |  | at most 180 s | one file |",
                "One job was not proven.",
            ],
            lines);
    }
}
