using Spectre.Console;
using Spectre.Console.Rendering;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Tests.Cli;

public sealed class RenderingTests
{
    [Fact]
    public void A_job_is_one_line_however_long_its_sentence_is()
    {
        var job = new Job
        {
            Id = "j1",
            Card = Answers.Iccid,
            Operation = "install",
            Status = "running",
            StepsDone = 1,
            StepsTotal = 4,
            SmsSent = 5,
            Proofs = 1,
            Now = new string('x', 300),
        };

        string[] lines = Lines(JobBoard.Draw([job], null, 100), 100);

        string line = Assert.Single(lines);
        Assert.StartsWith($"› {Answers.Iccid}  install  ━━━━──────────── 1/4  5 SMS, 1 proof, 0 octets  xxx", line, StringComparison.Ordinal);
        Assert.EndsWith("x…", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 90, 100);
    }

    [Fact]
    public void Many_jobs_are_a_sum_and_the_first_at_work()
    {
        Job[] jobs =
        [
            .. Enumerable.Range(0, 20).Select(i => new Job
            {
                Id = $"j{i}",
                Card = $"card {i}",
                Operation = "install",
                Status = i < 5 ? "done" : i < 6 ? "failed" : i < 15 ? "running" : "queued",
                StepsDone = i < 5 ? 4 : 0,
                StepsTotal = 4,
                SmsSent = 100,
            }),
        ];

        string[] lines = Lines(JobBoard.Draw(jobs, "The server does not answer; trying again.", 200), 200);

        Assert.Equal(7, lines.Length);
        Assert.Contains("install: 6 of 20 cards, 1 not done", lines[0], StringComparison.Ordinal);
        Assert.Contains("20/80  2,000 SMS", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("9 at work, 5 waiting", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("› card 6  install", lines[1], StringComparison.Ordinal);
        Assert.Equal("The server does not answer; trying again.", lines[6]);
    }

    [Fact]
    public void Columns_are_aligned_and_lines_end_with_their_last_letter()
    {
        Assert.Equal(["a      bb", "long   x", "-      -"], TextTable.Align([["a", "bb"], ["long ", "x"], ["-", "-"]]), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(61.5, "1 min 1 s")]
    public void A_time_span_has_the_unit_that_suits_it(double seconds, string text) =>
        Assert.Equal(text, Print.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_problem_inside_a_job_has_no_title_and_is_told_by_its_name_and_meaning()
    {
        using var writer = new StringWriter();

        ProblemText.Write(Console(writer, 200), new() { Layer = "scp80", Code = "COUNTER_LOW", Name = "Counter too low", Meaning = "The card has seen a higher one." });

        Assert.Equal("✗ Counter too low  [scp80 COUNTER_LOW]\n  what  The card has seen a higher one.\n", writer.ToString());
    }

    private static string[] Lines(IRenderable renderable, int width)
    {
        using var writer = new StringWriter();
        Console(writer, width).Write(renderable);
        return [.. writer.ToString().TrimEnd('\n').Split('\n').Select(l => l.TrimEnd())];
    }

    private static IAnsiConsole Console(TextWriter writer, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
