using Tsm.Cli.Api;

namespace Tsm.Cli;

/// <summary>How a command ended, as the shell sees it.</summary>
internal static class ExitCode
{
    /// <summary>Done; on cards: proven.</summary>
    public const int Done = 0;

    /// <summary>Refused or failed.</summary>
    public const int Refused = 1;

    /// <summary>The command or its input is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Expired, or the outcome is not known.</summary>
    public const int Unknown = 3;

    /// <summary>The server does not answer or does not let us in.</summary>
    public const int Unreachable = 4;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>The lines of <c>tsm --help</c>.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> Table { get; } =
    [
        (Done, "done; what concerns cards is proven by them"),
        (Refused, "refused or failed"),
        (Usage, "wrong usage or bad input"),
        (Unknown, "expired, or the outcome is not known"),
        (Unreachable, "server unreachable or not authorised"),
        (Interrupted, "stopped by Ctrl-C"),
    ];

    /// <summary>The exit code of an error answer of the API.</summary>
    public static int Of(int status, string? layer) => status switch
    {
        401 or 403 or 502 or 503 or 504 => Unreachable,
        400 or 411 or 413 or 415 => Usage,
        422 when layer is "api" or "cap" or "card-model" or "service" or null => Usage,
        _ => Refused,
    };

    /// <summary>The exit code of a job that has ended, or of one that nobody waits for any more.</summary>
    public static int Of(Job job) => job.Status switch
    {
        JobStatus.Done => job.Grade is "unknown" ? Unknown : Done,
        JobStatus.Refused or JobStatus.Failed or JobStatus.Cancelled => Refused,
        _ => Unknown,
    };

    /// <summary>The exit code of several outcomes: what was refused weighs more than what is unknown.</summary>
    public static int Worst(IEnumerable<int> codes)
    {
        int[] all = [.. codes];
        return all.Contains(Refused) ? Refused : all.Length == 0 ? Done : all.Max();
    }
}
