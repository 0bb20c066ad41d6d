using Tsm.Cli.Api;
using Tsm.Cli.Hosting;

namespace Tsm.Tests.Cli;

public sealed class ChildProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-cli-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Is_waited_for_and_ends_when_its_standard_input_closes()
    {
        string ready = Path.Combine(_folder, "ready");
        ChildProcess child = Start($"echo up > ready.new; mv ready.new '{ready}'; cat > /dev/null; echo down > '{_folder}/down'");

        string text = await child.WaitForFileAsync(ready, Limit, CancellationToken.None);
        await child.DisposeAsync();

        Assert.Equal("up\n", text);
        Assert.Equal("down\n", await File.ReadAllTextAsync(Path.Combine(_folder, "down")));
    }

    [Fact]
    public async Task That_fails_tells_its_last_lines()
    {
        await using ChildProcess child = Start("for i in $(seq 30); do echo line $i; done; echo it is broken >&2; exit 3");

        ProblemException fault = await Assert.ThrowsAsync<ProblemException>(
            () => child.WaitForFileAsync(Path.Combine(_folder, "never"), Limit, CancellationToken.None));

        Assert.Equal("CHILD_FAILED", fault.Problem.Code);
        Assert.Contains("exit code 3", fault.Problem.Detail, StringComparison.Ordinal);
        Assert.Contains("it is broken", fault.Problem.Evidence, StringComparer.Ordinal);
        Assert.Contains("line 30", fault.Problem.Evidence, StringComparer.Ordinal);
        Assert.DoesNotContain("line 1", fault.Problem.Evidence, StringComparer.Ordinal);
    }

    [Fact]
    public async Task That_is_not_ready_in_time_is_given_up()
    {
        await using ChildProcess child = Start("echo thinking; cat > /dev/null");

        ProblemException fault = await Assert.ThrowsAsync<ProblemException>(
            () => child.WaitForFileAsync(Path.Combine(_folder, "never"), TimeSpan.FromMilliseconds(50), CancellationToken.None));

        Assert.Contains("not ready within", fault.Problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void That_cannot_be_executed_is_a_problem_and_no_crash()
    {
        ProblemException fault = Assert.Throws<ProblemException>(
            () => ChildProcess.Start("thing", new(Path.Combine(_folder, "missing"), []), [], _folder, null, TimeProvider.System));

        Assert.Equal("CHILD_NOT_STARTED", fault.Problem.Code);
    }

    [Fact]
    public async Task Does_not_see_what_is_set_for_the_users_own_server()
    {
        Environment.SetEnvironmentVariable("TSM_CLI_TEST_FOREIGN", "1");
        try
        {
            string ready = Path.Combine(_folder, "ready");
            await using ChildProcess child = Start($"echo \"[$TSM_CLI_TEST_FOREIGN]\" > r.new; mv r.new '{ready}'; cat > /dev/null");

            Assert.Equal("[]\n", await child.WaitForFileAsync(ready, Limit, CancellationToken.None));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TSM_CLI_TEST_FOREIGN", null);
        }
    }

    [Fact]
    public void A_named_program_that_is_not_there_is_a_problem()
    {
        ProblemException fault = Assert.Throws<ProblemException>(() => HostedProgram.Server(name => name is "TSM_SERVER_PATH" ? "/no/such/file" : null));

        Assert.Equal("PROGRAM_NOT_FOUND", fault.Problem.Code);
        Assert.Contains("/no/such/file", fault.Problem.Evidence.Single(), StringComparison.Ordinal);
    }

    private ChildProcess Start(string script) =>
        ChildProcess.Start("child", new("/bin/sh", ["-c", script]), [], _folder, null, TimeProvider.System);
}
