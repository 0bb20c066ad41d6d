using System.Text.Json;
using Tsm.Cli.Api;

namespace Tsm.Cli.Demo;

/// <summary>What the simulator, which sees both ends, has found.</summary>
internal static class DemoAccount
{
    /// <summary>A counter used for two packets, or a command executed twice: what must never happen.</summary>
    public static IEnumerable<Problem> Problems(JsonElement account)
    {
        foreach ((string finding, string code, string title) in
            new[] { ("counterReused", "COUNTER_REUSED", "A counter was used twice"), ("executedTwice", "EXECUTED_TWICE", "A command was executed twice") })
        {
            if (!account.TryGetProperty(finding, out JsonElement found))
            {
                yield return Silent(finding);
            }
            else if (found.ValueKind == JsonValueKind.Array ? found.GetArrayLength() > 0 : found.ToString() is not "0")
            {
                yield return new()
                {
                    Title = title,
                    Detail = "The simulator saw what must never happen.",
                    Layer = "scp80",
                    Code = code,
                    Next = "Please report it with the seed and the options of the demo.",
                    Evidence = found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray().Select(e => e.GetRawText())] : [found.ToString()],
                };
            }
        }
    }

    /// <summary>A number of the account; 0 when it is not counted.</summary>
    public static long Number(JsonElement account, string name) =>
        account.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number) ? number : 0;

    private static Problem Silent(string finding) => new()
    {
        Title = "The simulator's account is incomplete",
        Detail = $"The account says nothing of '{finding}'.",
        Layer = "cli",
        Code = "ACCOUNT_INCOMPLETE",
        Cause = "The simulator's version does not fit this one.",
        Next = "Build both from the same source.",
    };
}
