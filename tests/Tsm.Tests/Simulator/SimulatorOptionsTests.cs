using Tsm.Simulator.Hosting;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Simulator;

public sealed class SimulatorOptionsTests
{
    [Fact]
    public void Every_option_is_taken()
    {
        string line =
            "--port 1 --control-port 2 --listen 0.0.0.0 --cards c.json --system-id id --password pw --refuse-unknown --loss 0.1 "
            + "--repeat 0.2 --reorder 0.3 --delay 40 --throttle 0.5 --drop-after 6 --drop-before "
            + "--queue-full 0.11 --temporary-error 0.12 --disconnect-before 0.13 --disconnect-after 0.14 --response-lost 0.15 "
            + "--response-late 0.16 --response-delay 17 --malformed 0.18 --damaged 0.19 --seed 7 --ready-file r --exit-with-stdin";

        Assert.True(SimulatorOptions.TryParse(line.Split(' '), out SimulatorOptions? options, out _));

        var rates = new FaultRates { Loss = 0.1, Repeat = 0.2, Reorder = 0.3, Delay = 40 };
        Assert.Equal(
            new SimulatorOptions
            {
                Port = 1,
                ControlPort = 2,
                Listen = "0.0.0.0",
                Cards = "c.json",
                SystemId = "id",
                Password = "pw",
                RefuseUnknown = true,
                Faults = Faults.Both(rates) with
                {
                    Throttle = 0.5,
                    DropAfter = 6,
                    DropBeforeResponse = true,
                    QueueFull = 0.11,
                    TemporaryError = 0.12,
                    DisconnectBefore = 0.13,
                    DisconnectAfter = 0.14,
                    ResponseLost = 0.15,
                    ResponseLate = 0.16,
                    ResponseDelay = 17,
                    Malformed = 0.18,
                    Damaged = 0.19,
                },
                Seed = 7,
                ReadyFile = "r",
                ExitWithStandardInput = true,
            },
            options);
    }

    [Fact]
    public void Every_option_stands_in_the_help()
    {
        string[] names = ["--port", "--control-port", "--listen", "--cards", "--system-id", "--password",
            "--refuse-unknown", "--loss", "--repeat",
            "--reorder", "--delay", "--throttle", "--drop-after", "--drop-before", "--queue-full",
            "--temporary-error", "--disconnect-before", "--disconnect-after", "--response-lost", "--response-late",
            "--response-delay", "--malformed", "--damaged", "--seed", "--ready-file",
                "--exit-with-stdin"];

        Assert.All(names, n => Assert.Contains($"  {n} ", SimulatorOptions.Help, StringComparison.Ordinal));
    }

    [Theory, InlineData("--port x"), InlineData("--port 65536"), InlineData("--loss 1.5"), InlineData("--loss -1"),
        InlineData("--nonsense 1"),
        InlineData("--seed"), InlineData("--password 123456789")]
    public void What_does_not_fit_is_named(string line)
    {
        Assert.False(SimulatorOptions.TryParse(line.Split(' '), out _, out string? problem));

        Assert.StartsWith(line.Split(' ')[0], problem, StringComparison.Ordinal);
    }
}
