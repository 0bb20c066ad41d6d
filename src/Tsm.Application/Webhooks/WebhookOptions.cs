namespace Tsm.Application.Webhooks;

/// <summary>How events are delivered. Configuration section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Whether addresses inside of private networks and of this machine are taken: where receivers stand beside the server. Default: false.
    /// </summary>
    public bool AllowPrivate { get; set; }

    /// <summary>
    /// Whether addresses of this machine are taken. Who may call the API, through a reverse proxy too, then reaches whatever listens here:
    /// for a demonstration, or where nobody else has a token. Default: false.
    /// </summary>
    public bool AllowLoopback { get; set; }

    /// <summary>How often a node looks for events and deliveries. Default: 1 s.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a receiver may take to answer. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after the first failed attempt the second is made; each pause is twice the one before. Default: 5 s.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause. Default: 1 h.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long attempts are made before a delivery has failed. Default: 24 h.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a node keeps a webhook to itself without a sign of life; another goes on after that. At least three times
    /// <see cref="Timeout"/>. Default: 30 s.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long deliveries that have ended are shown. Default: 7 days.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// After how many failed attempts a delivery steps aside; until then those behind it wait, so that their order is kept. Default: 5.
    /// </summary>
    public int OrderedAttempts { get; set; } = 5;

    /// <summary>Whether all of it makes sense.</summary>
    public bool IsRight => LookEvery > TimeSpan.Zero && Timeout > TimeSpan.Zero && FirstPause > TimeSpan.Zero && LongestPause >= FirstPause
        && GiveUpAfter > TimeSpan.Zero && Lease.Ticks / 3 >= Timeout.Ticks && KeepFor > TimeSpan.Zero && OrderedAttempts > 0;

    /// <summary>The pause after a failed attempt, 1 for the first.</summary>
    public TimeSpan PauseAfter(int attempt)
    {
        double pause = FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30));
        return TimeSpan.FromMilliseconds(Math.Min(pause, LongestPause.TotalMilliseconds));
    }
}
