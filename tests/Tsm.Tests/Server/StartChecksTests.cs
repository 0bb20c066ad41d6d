using Tsm.Security.Crypto;
using Tsm.Server.Hosting;

namespace Tsm.Tests.Server;

/// <summary>What the server looks at before it starts, and what a container asks it afterwards.</summary>
public sealed class StartChecksTests
{
    [Fact]
    public async Task A_machine_without_libcrypto_is_told_so_and_does_not_start()
    {
        var output = new StringWriter();

        bool starts = await CryptoAtStart.ReportAsync(CryptoCheck.Run(_ => false), output, everything: false);

        Assert.False(starts);
        Assert.StartsWith("libcrypto.so.3: It cannot be loaded", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Warning: libssl.so.3", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_lacks_only_libssl_starts_with_a_warning()
    {
        var output = new StringWriter();

        bool starts = await CryptoAtStart.ReportAsync(CryptoCheck.Run(l => l != "libssl.so.3"), output, everything: false);

        Assert.True(starts);
        Assert.Single(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_running_server_is_healthy_though_its_smsc_is_away_and_none_is_not()
    {
        var output = new StringWriter();
        bool running;
        await using (RunningServer server = await RunningServer.StartAsync(
            ("Smsc:0:Name", "away"), ("Smsc:0:Host", "127.0.0.1"), ("Smsc:0:Port", "1"), ("Smsc:0:SystemId", "tsm"), ("Smsc:0:Source", "8000")))
        {
            running = await HealthProbe.AskAsync(server.Client.BaseAddress!.ToString(), output);
            Assert.True(running, output.ToString());
            Assert.Contains("degraded", output.ToString(), StringComparison.Ordinal);
        }

        Assert.False(await HealthProbe.AskAsync("http://127.0.0.1:1", output));
        Assert.False(await HealthProbe.AskAsync("nonsense", output));
    }
}
