using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Hosting;

/// <summary>What the simulator is told on its command line.</summary>
public sealed record SimulatorOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Help = """
        tsm-simulator: an SMSC that speaks SMPP 3.4, and the cards behind it

          --port N            TCP port of the SMSC, 0 for a free one (default 2775)
          --control-port N    HTTP port of the control API, 0 for a free one (default 0)
          --listen ADDRESS    address of both (default 127.0.0.1)
          --cards FILE        cards, as JSON
          --system-id ID      what an ESME binds with (default tsm)
          --password TEXT     its password, at most 8 characters (default tsm)
          --window N          deliver_sm without an answer on one session, 1..1000 (default 10)
          --refuse-unknown    answer submit_sm for an unknown number with ESME_RINVDSTADR instead of a receipt UNDELIV
          --loss P            probability 0..1 that a short message is lost, in each direction
          --repeat P          probability that it arrives twice
          --reorder P         probability that it is overtaken
          --delay MS          mean time it is under way
          --throttle P        probability that submit_sm is answered by ESME_RTHROTTLED
          --drop-after N      drop the connection once, after N submit_sm
          --drop-before       ... before the response instead of after it
          --queue-full P      probability that submit_sm is answered by ESME_RMSGQFUL
          --temporary-error P probability that it is answered by another temporary error
          --disconnect-before P  probability that a submit_sm is taken and the connection dropped before the answer
          --disconnect-after P   ... and the connection dropped after the answer
          --response-lost P   probability that a submit_sm is taken and never answered
          --response-late P   probability that it is answered late
          --response-delay MS    how late (default 1000)
          --malformed P       probability that a submit_sm is followed by a malformed PDU of some kind
          --damaged P         probability that a damaged copy goes before a message of a card
          --seed N            what chance depends on (default 0)
          --ready-file FILE   written when both ports listen: {smppPort, controlUrl, pid}
          --exit-with-stdin   stop when standard input closes
        """;

    /// <summary>TCP port of the SMSC; 0 takes a free one. Default: 2775.</summary>
    public int Port { get; init; } = 2775;

    /// <summary>HTTP port of the control API; 0 takes a free one. Default: 0.</summary>
    public int ControlPort { get; init; }

    /// <summary>
    /// The address both listen on. Default: 127.0.0.1, because the control API asks nobody for a token.
    /// </summary>
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>The file of cards, or null for a network without cards.</summary>
    public string? Cards { get; init; }

    /// <summary>The system_id an ESME binds with. Default: tsm.</summary>
    public string SystemId { get; init; } = "tsm";

    /// <summary>Its password. Default: tsm.</summary>
    public string Password { get; init; } = "tsm";

    /// <summary>How many deliver_sm wait for their answers on one session, 1 to 1000. Default: 10.</summary>
    public int Window { get; init; } = 10;

    /// <summary>
    /// Whether submit_sm for an unknown number is refused at once. Default: false, it is accepted and reported UNDELIV.
    /// </summary>
    public bool RefuseUnknown { get; init; }

    /// <summary>What goes wrong from the start. Default: nothing.</summary>
    public Faults Faults { get; init; } = Faults.None;

    /// <summary>What chance depends on. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>The file written when the simulator is ready, or null.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Whether the process ends when its standard input does. Default: false.</summary>
    public bool ExitWithStandardInput { get; init; }

    /// <summary>Reads a command line; on failure <paramref name="problem"/> is a sentence for people.</summary>
    public static bool TryParse(
        IReadOnlyList<string> arguments,
        [NotNullWhen(true)] out SimulatorOptions? options,
        [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        options = new();
        problem = null;
        for (int at = 0; at < arguments.Count; at++)
        {
            string name = arguments[at];
            if (WithFlag(options, name) is { } flagged)
            {
                options = flagged;
                continue;
            }

            if (++at == arguments.Count)
            {
                (options, problem) = (null, $"{name} is not known, or lacks its value. --help lists all options.");
                return false;
            }

            if (WithValue(options, name, arguments[at]) is not { } changed)
            {
                options = null;
                problem = $"{name} {arguments[at]} is not known or out of range. --help lists all options.";
                return false;
            }

            options = changed;
        }

        return true;
    }

    private static SimulatorOptions? WithFlag(SimulatorOptions o, string name) => name switch
    {
        "--exit-with-stdin" => o with { ExitWithStandardInput = true },
        "--refuse-unknown" => o with { RefuseUnknown = true },
        "--drop-before" => o with { Faults = o.Faults with { DropBeforeResponse = true } },
        _ => null,
    };

    private static SimulatorOptions? WithValue(SimulatorOptions o, string name, string value) => (name, value) switch
    {
        ("--listen", _) => o with { Listen = value },
        ("--cards", _) => o with { Cards = value },
        ("--system-id", { Length: > 0 and <= 15 }) => o with { SystemId = value },
        ("--password", { Length: <= 8 }) => o with { Password = value },
        ("--ready-file", _) => o with { ReadyFile = value },
        ("--port", _) when Number(value, 65535) is { } port => o with { Port = port },
        ("--control-port", _) when Number(value, 65535) is { } port => o with { ControlPort = port },
        ("--window", _) when Number(value, 1000) is > 0 and { } window => o with { Window = window },
        ("--seed", _) when Number(value, int.MaxValue) is { } seed => o with { Seed = seed },
        ("--drop-after", _) when Number(value, int.MaxValue) is { } count =>
            o with { Faults = o.Faults with { DropAfter = count } },
        ("--throttle", _) when Probability(value) is { } p => o with { Faults = o.Faults with { Throttle = p } },
        ("--queue-full", _) when Probability(value) is { } p => o with { Faults = o.Faults with { QueueFull = p } },
        ("--temporary-error", _) when Probability(value) is { } p =>
            o with { Faults = o.Faults with { TemporaryError = p } },
        ("--disconnect-before", _) when Probability(value) is { } p =>
            o with { Faults = o.Faults with { DisconnectBefore = p } },
        ("--disconnect-after", _) when Probability(value) is { } p =>
            o with { Faults = o.Faults with { DisconnectAfter = p } },
        ("--response-lost", _) when Probability(value) is { } p => o with { Faults = o.Faults with { ResponseLost = p } },
        ("--response-late", _) when Probability(value) is { } p => o with { Faults = o.Faults with { ResponseLate = p } },
        ("--response-delay", _) when Number(value, 3_600_000) is { } delay =>
            o with { Faults = o.Faults with { ResponseDelay = delay } },
        ("--malformed", _) when Probability(value) is { } p => o with { Faults = o.Faults with { Malformed = p } },
        ("--damaged", _) when Probability(value) is { } p => o with { Faults = o.Faults with { Damaged = p } },
        ("--loss", _) when Probability(value) is { } p => WithRates(o, r => r with { Loss = p }),
        ("--repeat", _) when Probability(value) is { } p => WithRates(o, r => r with { Repeat = p }),
        ("--reorder", _) when Probability(value) is { } p => WithRates(o, r => r with { Reorder = p }),
        ("--delay", _) when Number(value, 3_600_000) is { } delay => WithRates(o, r => r with { Delay = delay }),
        _ => null,
    };

    private static SimulatorOptions WithRates(SimulatorOptions o, Func<FaultRates, FaultRates> change) =>
        o with { Faults = o.Faults with { ToCard = change(o.Faults.ToCard), FromCard = change(o.Faults.FromCard) } };

    private static int? Number(string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= max
            ? number
            : null;

    private static double? Probability(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double p)
            && p is >= 0 and <= 1
            ? p
            : null;
}
