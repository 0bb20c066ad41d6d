using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Limits of lists, the same for all.</summary>
internal static class Paging
{
    public const int Default = 100;
    public const int Most = 1000;

    /// <summary>A cursor that did not come from this list.</summary>
    public static Problem CursorWrong { get; } =
        ApiProblems.RequestInvalid("The cursor is none of this list.", "Take next of the page before, or none for the first page.");

    /// <summary>Whether a limit is one; otherwise the problem.</summary>
    public static bool IsRight(int? limit, out Problem problem)
    {
        problem = ApiProblems.RequestInvalid($"limit is {limit}.", $"Write a number from 1 to {Most}, or leave it out for {Default}.");
        return limit is null or (>= 1 and <= Most);
    }

    /// <summary>Reads a page and shows it; a cursor that is none of this list is a problem, not a defect.</summary>
    public static async Task<IResult> AnswerAsync<TStored, TShown>(Func<Task<Page<TStored>>> read, Func<TStored, TShown> show)
    {
        try
        {
            Page<TStored> page = await read();
            return Results.Ok(new PageOf<TShown>([.. page.Items.Select(show)], page.Next));
        }
        catch (FormatException)
        {
            return ApiProblems.Result(CursorWrong);
        }
    }
}
