namespace Tsm.Server.Recurring;

/// <summary>How often recurring work is done. Configuration section <c>Recurring</c>.</summary>
public sealed class RecurringOptions
{
    /// <summary>How long after the audit trail was sealed it is sealed again; until then entries could be changed unseen. Default: 2 s.</summary>
    public TimeSpan SealEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the whole audit trail is verified. Default: once a day.</summary>
    public TimeSpan VerifyEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long after the start of a node it is verified besides. Default: 30 s.</summary>
    public TimeSpan FirstVerificationAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often PostgreSQL is rid of the commit tokens of dead nodes. Default: every hour.</summary>
    public TimeSpan ForgetCommitsEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How old a commit token is before it is taken away. A node asks for it within seconds, or when the database is back:
    /// never make it shorter than the longest outage that a node is to sit out. Default: 7 days.
    /// </summary>
    public TimeSpan CommitsAreKept { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often a node tells the others on its PostgreSQL that it lives. Default: 7.5 s.</summary>
    public TimeSpan CheckIn { get; set; } = TimeSpan.FromSeconds(7.5);

    /// <summary>How long after a missed check-in others take over its recurring work. Default: 7.5 s.</summary>
    public TimeSpan CheckInGrace { get; set; } = TimeSpan.FromSeconds(7.5);

    /// <summary>Whether all of it makes sense.</summary>
    internal bool IsRight => new[] { SealEvery, VerifyEvery, ForgetCommitsEvery, CommitsAreKept, CheckIn, CheckInGrace }
        .All(t => t >= TimeSpan.FromMilliseconds(10)) && FirstVerificationAfter >= TimeSpan.Zero;
}
