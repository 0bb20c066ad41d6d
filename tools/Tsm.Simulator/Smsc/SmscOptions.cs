using System.Net;

namespace Tsm.Simulator.Smsc;

/// <summary>Where the SMSC listens, and how it treats its one account.</summary>
public sealed record SmscOptions
{
    /// <summary>Where it listens. Default: any free port of the loopback interface.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The system_id an ESME binds with. Default: tsm.</summary>
    public string SystemId { get; init; } = "tsm";

    /// <summary>Its password. Default: tsm.</summary>
    public string Password { get; init; } = "tsm";

    /// <summary>
    /// Whether submit_sm for an unknown number is refused at once. Default: false, it is accepted and reported UNDELIV.
    /// </summary>
    public bool RefuseUnknown { get; init; }

    /// <summary>How many deliver_sm wait for their answers on one session. Default: 10.</summary>
    public int Window { get; init; } = 10;

    /// <summary>After what time a deliver_sm that was refused is tried again. Default: 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the answer to a deliver_sm may take until it is tried again. Default: 10 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
