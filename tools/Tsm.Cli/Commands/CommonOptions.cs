using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Tsm.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Server = new("--server")
    {
        Description = "Address of the server, e.g. http://127.0.0.1:8080 (else TSM_URL)",
        HelpName = "URL",
    };

    public static readonly Option<string?> Token = new("--token")
    {
        Description = "Token to get in (else TSM_TOKEN)",
        HelpName = "TOKEN",
    };

    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Data folder of a server on this machine, which knows both (default ./tsm-data)",
        HelpName = "DIR",
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Write the result, or the problem, as JSON and nothing else",
    };

    public static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many to show (1 to 1000)",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
        Validators = { result => Range(result, 1, 1000) },
    };

    public static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Where to go on, as the page before said",
        HelpName = "CURSOR",
    };

    public static readonly Option<bool> NoWait = new("--no-wait")
    {
        Description = "Return once the jobs are created",
    };

    public static readonly Option<TimeSpan?> Timeout = new("--timeout")
    {
        Description = "Wait at most so long, e.g. 90s, 5m, 1h; the jobs go on (exit code 3)",
        HelpName = "TIME",
        CustomParser = ParseDuration,
    };

    public static readonly Option<string[]> Cards = new("--card", "-c")
    {
        Description = "ICCID or MSISDN; may be given several times",
        HelpName = "CARD",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Refuses numbers outside a range.</summary>
    public static void Range(OptionResult result, int from, int to)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int value)
            && (value < from || value > to))
        {
            result.AddError($"{result.Option.Name} takes a number from {from} to {to}, not {value}.");
        }
    }

    private static TimeSpan? ParseDuration(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        int unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        string digits = unit == 0 ? text : text[..^1];
        if (double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * Math.Max(unit, 1) <= TimeSpan.FromDays(30).TotalSeconds)
        {
            return TimeSpan.FromSeconds(number * Math.Max(unit, 1));
        }

        result.AddError($"'{text}' is no length of time; write it as 90s, 5m or 1h.");
        return null;
    }
}
