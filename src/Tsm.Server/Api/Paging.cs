using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Limits of lists, the same for all.</summary>
internal static class Paging
{
    public const int Default = 100;
    public const int Most = 1000;

    /// <summary>Whether a limit is one; otherwise the problem.</summary>
    public static bool IsRight(int? limit, out Problem problem)
    {
        problem = ApiProblems.RequestInvalid($"limit is {limit}.", $"Write a number from 1 to {Most}, or leave it out for {Default}.");
        return limit is null or (>= 1 and <= Most);
    }

    /// <summary>A page as the API shows it.</summary>
    public static PageOf<TShown> Shown<TStored, TShown>(this Page<TStored> page, Func<TStored, TShown> show) =>
        new([.. page.Items.Select(show)], page.Next);
}
