using System.Globalization;

namespace Tsm.Canteen;

/// <summary>How the canteen's server runs.</summary>
public sealed record CanteenOptions
{
    /// <summary>What <c>--help</c> says.</summary>
    public const string Usage =
        """
        Tsm.Canteen: a sample application server, the canteen card.

          --url URL          where it listens (default http://127.0.0.1:8090)
          --secret HEX       the secret that it shares with the trusted service manager (or CANTEEN_SECRET); required
          --server NAME      its name there (default canteen)
          --tsm URL          the trusted service manager, for usage records (default http://127.0.0.1:8080)
          --token TOKEN      its token there, of the role applicationServer (or CANTEEN_TOKEN); without it, no usage records
          --file PATH        where it keeps its books; without it, they are gone with the process
          --ready-file PATH  written when it listens: {"url":..,"pid":..}
          --exit-with-stdin  stops when its standard input is closed
        """;

    /// <summary>Where it listens.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8090";

    /// <summary>The shared secret.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Its name at the trusted service manager.</summary>
    public string Server { get; init; } = "canteen";

    /// <summary>The trusted service manager.</summary>
    public Uri Tsm { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>Its token there; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Where the books are kept; null for memory.</summary>
    public string? File { get; init; }

    /// <summary>Written when it listens.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Whether it stops with its standard input.</summary>
    public bool ExitWithStdin { get; init; }

    /// <summary>Reads a command line; null and a sentence when it is none.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="environment">Looks a variable up.</param>
    /// <param name="problem">What is wrong.</param>
    public static CanteenOptions? Read(string[] args, Func<string, string?> environment, out string problem)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(environment);
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--exit-with-stdin")
            {
                given[args[i]] = "";
            }
            else if (args[i] is "--url" or "--secret" or "--server" or "--tsm" or "--token" or "--file" or "--ready-file" && i + 1 < args.Length)
            {
                given[args[i]] = args[++i];
            }
            else
            {
                problem = $"'{args[i]}' is no option, or lacks its value.";
                return null;
            }
        }

        string? secret = given.GetValueOrDefault("--secret") ?? environment("CANTEEN_SECRET");
        string tsm = given.GetValueOrDefault("--tsm") ?? "http://127.0.0.1:8080";
        problem = secret is null ? "--secret is missing."
            : secret.Length < 32 || secret.Length % 2 != 0 || !secret.All(char.IsAsciiHexDigit) ? "--secret takes 16 or more octets, hexadecimal."
            : !Uri.TryCreate(tsm, UriKind.Absolute, out _) ? string.Create(CultureInfo.InvariantCulture, $"--tsm '{tsm}' is no URL.")
            : "";
        return problem.Length > 0
            ? null
            : new()
            {
                Url = given.GetValueOrDefault("--url") ?? "http://127.0.0.1:8090",
                Secret = Convert.FromHexString(secret!),
                Server = given.GetValueOrDefault("--server") ?? "canteen",
                Tsm = new(tsm),
                Token = given.GetValueOrDefault("--token") ?? environment("CANTEEN_TOKEN"),
                File = given.GetValueOrDefault("--file"),
                ReadyFile = given.GetValueOrDefault("--ready-file"),
                ExitWithStdin = given.ContainsKey("--exit-with-stdin"),
            };
    }
}
