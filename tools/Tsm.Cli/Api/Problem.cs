using System.Text.Json;

namespace Tsm.Cli.Api;

/// <summary>What went wrong, why, and what to do about it: the body of every error of the API, and of our own.</summary>
internal sealed record Problem
{
    public string? Type { get; init; }

    public string? Title { get; init; }

    public int? Status { get; init; }

    /// <summary>One readable sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>Where it went wrong: api, card-model, cap, lifecycle, capacity, smpp, scp80, globalplatform, bearer, storage; ours: cli.</summary>
    public string? Layer { get; init; }

    public string? Code { get; init; }

    public string? Name { get; init; }

    public string? Meaning { get; init; }

    public string? Cause { get; init; }

    public string? Next { get; init; }

    public IReadOnlyList<string> Evidence { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ProblemLine>? Errors { get; init; }
}

/// <summary>One fault among many, as of an import.</summary>
internal sealed record ProblemLine
{
    public int? Line { get; init; }

    /// <summary>The name or the number of the column.</summary>
    public JsonElement? Column { get; init; }

    public string? Card { get; init; }

    public string? Code { get; init; }

    public string? Problem { get; init; }

    public string? Next { get; init; }
}

/// <summary>A problem on its way to the user, with the exit code it ends in.</summary>
internal sealed class ProblemException(Problem problem, int exitCode) : Exception(problem.Detail ?? problem.Title)
{
    public Problem Problem { get; } = problem;

    public int ExitCode { get; } = exitCode;
}
