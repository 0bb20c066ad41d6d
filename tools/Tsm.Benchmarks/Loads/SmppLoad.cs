using Tsm.Benchmarks.Reporting;

namespace Tsm.Benchmarks.Loads;

/// <summary><c>smpp</c>: submit_sm through the client to a server that only answers.</summary>
internal static class SmppLoad
{
    private const int UsualWindow = 10;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        foreach (int window in new[] { UsualWindow, bench.Options.Window }.Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Limit tcp = bench.Note(await bench.Limits.TcpAsync(window));
            Limit echo = await bench.Limits.SmppAsync(window);
            bench.Add(new("smpp", "submit_sm answered, client and server in one process", "SMPP over TCP", null, echo.Value, Figure.PerSecond, $"window {window}, always full")
            {
                Limit = tcp,
            });
        }
    }
}
