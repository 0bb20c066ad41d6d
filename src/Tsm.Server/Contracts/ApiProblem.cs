using Tsm.Application.Jobs;

namespace Tsm.Server.Contracts;

/// <summary>What every error of the API looks like (RFC 9457), <c>application/problem+json</c>.</summary>
/// <param name="Type">A URN that names the kind of problem.</param>
/// <param name="Title">The name of the code.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Layer">Where it arose: api, card-model, cap, lifecycle, capacity, smpp, scp80, globalplatform, bearer, storage.</param>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Name">The name of the code.</param>
/// <param name="Meaning">What it says.</param>
/// <param name="Cause">The likely cause.</param>
/// <param name="Next">What to do next.</param>
/// <param name="Evidence">What it rests on.</param>
/// <param name="Errors">The single faults, where there may be several.</param>
public sealed record ApiProblem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Layer,
    string Code,
    string Name,
    string Meaning,
    string Cause,
    string Next,
    IReadOnlyList<string> Evidence,
    IReadOnlyList<ApiFault>? Errors);

/// <summary>One of several faults.</summary>
/// <param name="Line">The line of the file, 1 for the header line.</param>
/// <param name="Column">The column or field it stands in.</param>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Next">What to do.</param>
public sealed record ApiFault(int? Line, string? Column, string Code, string Problem, string Next);

/// <summary>A problem inside an answer that itself is none: why a job did not succeed, why a card refused.</summary>
/// <param name="Layer">Where it arose.</param>
/// <param name="Code">What programs compare.</param>
/// <param name="Name">The name of the code.</param>
/// <param name="Meaning">What it says.</param>
/// <param name="Cause">The likely cause.</param>
/// <param name="Next">What to do next.</param>
/// <param name="Evidence">What it rests on.</param>
public sealed record ProblemSummary(
    string Layer, string Code, string Name, string Meaning, string Cause, string Next, IReadOnlyList<string> Evidence)
{
    /// <summary>The problem as the API shows it.</summary>
    public static ProblemSummary From(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new(
            problem.Layer,
            problem.Code,
            problem.Name,
            problem.Meaning,
            problem.Cause,
            problem.Next,
            problem.Evidence.IsDefault ? [] : problem.Evidence);
    }
}
