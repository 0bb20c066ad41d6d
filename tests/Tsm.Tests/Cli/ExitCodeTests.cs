using Tsm.Cli;
using Tsm.Cli.Api;

namespace Tsm.Tests.Cli;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(400, "api", 2)]
    [InlineData(422, "api", 2)]
    [InlineData(422, "cap", 2)]
    [InlineData(422, "capacity", 1)]
    [InlineData(409, "lifecycle", 1)]
    [InlineData(404, "api", 1)]
    [InlineData(500, "storage", 1)]
    [InlineData(401, "api", 4)]
    [InlineData(403, "api", 4)]
    [InlineData(503, "api", 4)]
    public void Of_an_error_answer_follows_from_status_and_layer(int status, string layer, int code) =>
        Assert.Equal(code, ExitCode.Of(status, layer));

    [Theory]
    [InlineData("done", "proven", 0)]
    [InlineData("done", "indicated", 0)]
    [InlineData("done", "unknown", 3)]
    [InlineData("refused", "proven", 1)]
    [InlineData("failed", null, 1)]
    [InlineData("cancelled", null, 1)]
    [InlineData("expired", "unknown", 3)]
    [InlineData("running", null, 3)]
    public void Of_a_job_is_its_outcome(string status, string? grade, int code) =>
        Assert.Equal(code, ExitCode.Of(new Job { Status = status, Grade = grade }));

    [Fact]
    public void Of_several_jobs_is_the_worst_and_a_refusal_weighs_more_than_silence()
    {
        Assert.Equal(0, ExitCode.Worst([]));
        Assert.Equal(0, ExitCode.Worst([0, 0]));
        Assert.Equal(3, ExitCode.Worst([0, 3]));
        Assert.Equal(1, ExitCode.Worst([3, 1, 0]));
    }
}
