using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tsm.Server.Options;

/// <summary>The options of the process as configuration entries. Unknown ones are refused, not ignored.</summary>
public static class CommandLine
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        Tsm.Server: the over-the-air trusted service manager.

          --urls URL           where the API listens (default http://127.0.0.1:8080)
          --tls-certificate F  for an https URL: certificate in PEM; without it, put a reverse proxy before the server
          --tls-key FILE       its private key in PEM, where the file of the certificate does not have it
          --data DIR           folder of database, vault key and API token (default data)
          --smsc SETTINGS      an SMSC, repeatable: name=..;host=..;port=..;systemId=..;password=..;source=..
                               [;window=10][;rate=N][;answerTimeout=5m][;indicatedGrace=30s][;maxSends=30]
                               [;receipts=failures|all|none]
          --after-restore      the database was restored before this start: counters move ahead, cards are audited
          --local-webhooks     webhooks may lead to this machine, whatever listens on it: for demonstrations
          --host HOST          where grains live: embedded (default), or orleans on a PostgreSQL, in a build with -p:EnableOrleans=true
          --silo-port PORT     with --host orleans: where other silos reach this one (default 11111)
          --gateway-port PORT  with --host orleans: where clients outside of the cluster do; 0 for none (default)
          --ready-file PATH    written with url, token and pid once the server listens
          --exit-with-stdin    stop when standard input closes
          --help               this text
          --check-crypto       tell whether this machine's OpenSSL can do what cards need, and end with 0 if so, else with 3
          --health [URL]       alone: ask a running server how it is, and end with 0 if it and its database are well, else with 1

        Every option is also an environment variable, such as TSM_DATA, or TSM_SMSC__0__HOST for an SMSC.
        """;

    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["--urls"] = "urls",
        ["--data"] = nameof(ServerOptions.Data),
        ["--host"] = nameof(ServerOptions.Host),
        ["--silo-port"] = "Orleans:SiloPort",
        ["--gateway-port"] = "Orleans:GatewayPort",
        ["--tls-certificate"] = nameof(ServerOptions.TlsCertificate),
        ["--tls-key"] = nameof(ServerOptions.TlsKey),
        ["--ready-file"] = nameof(ServerOptions.ReadyFile),
    };

    private static readonly Dictionary<string, string> Flags = new(StringComparer.Ordinal)
    {
        ["--exit-with-stdin"] = nameof(ServerOptions.ExitWithStdin),
        ["--after-restore"] = "Storage:AfterRestore",
        ["--local-webhooks"] = "Webhooks:AllowLoopback",
    };

    private static readonly Dictionary<string, string> SmscSettings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["name"] = nameof(SmscOptions.Name),
        ["host"] = nameof(SmscOptions.Host),
        ["port"] = nameof(SmscOptions.Port),
        ["systemId"] = nameof(SmscOptions.SystemId),
        ["password"] = nameof(SmscOptions.Password),
        ["source"] = nameof(SmscOptions.Source),
        ["window"] = nameof(SmscOptions.Window),
        ["rate"] = nameof(SmscOptions.Rate),
        ["answerTimeout"] = nameof(SmscOptions.AnswerTimeout),
        ["indicatedGrace"] = nameof(SmscOptions.IndicatedGrace),
        ["maxSends"] = nameof(SmscOptions.MaxSends),
        ["receipts"] = nameof(SmscOptions.Receipts),
    };

    /// <summary>Reads the arguments; on failure <paramref name="problem"/> says in a sentence which one is wrong.</summary>
    public static bool TryParse(
        IReadOnlyList<string> arguments, out IReadOnlyDictionary<string, string?> entries, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Dictionary<string, string?> found = new(StringComparer.OrdinalIgnoreCase);
        entries = found;
        problem = null;
        int smscs = 0;
        for (int at = 0; at < arguments.Count && problem is null; at++)
        {
            string[] parts = arguments[at].Split('=', 2);
            string option = parts[0];
            if (parts.Length == 1 && Flags.TryGetValue(option, out string? flag))
            {
                found[flag] = "true";
                continue;
            }

            if (option is not "--smsc" && !Values.ContainsKey(option))
            {
                problem = $"'{option}' is no option of the server. Try --help.";
                return false;
            }

            string? value = parts.Length == 2 ? parts[1] : ++at < arguments.Count ? arguments[at] : null;
            if (string.IsNullOrEmpty(value))
            {
                problem = $"{option} needs a value.";
            }
            else if (option is "--smsc")
            {
                // A name that is no number, so that an SMSC of the environment or a file stays beside it.
                problem = AddSmsc(found, $"Smsc:option{smscs++.ToString("D3", CultureInfo.InvariantCulture)}", value);
            }
            else
            {
                found[Values[option]] = value;
            }
        }

        return problem is null;
    }

    /// <summary>Reads environment variables that begin with <c>TSM_</c>; <c>__</c> parts levels, <c>_</c> parts words.</summary>
    public static IReadOnlyDictionary<string, string?> FromEnvironment(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        Dictionary<string, string?> entries = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string? value) in variables)
        {
            // The vault key is for the vault alone: configuration can be printed.
            if (name.StartsWith("TSM_", StringComparison.OrdinalIgnoreCase)
                && !name.StartsWith("TSM_VAULT", StringComparison.OrdinalIgnoreCase))
            {
                string key = name[4..]
                    .Replace("__", ":", StringComparison.Ordinal)
                    .Replace("_", "", StringComparison.Ordinal);
                entries[key] = key.EndsWith(":AnswerTimeout", StringComparison.OrdinalIgnoreCase)
                        || key.EndsWith(":IndicatedGrace", StringComparison.OrdinalIgnoreCase)
                    ? Normalised(value)
                    : value;
            }
        }

        return entries;
    }

    private static string? AddSmsc(Dictionary<string, string?> entries, string prefix, string settings)
    {
        foreach (string setting in settings.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = setting.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !SmscSettings.TryGetValue(parts[0], out string? key))
            {
                // Only the name: the value may be a password.
                return $"--smsc: '{parts[0]}' is no setting of an SMSC. Write name=..;host=..;port=..;systemId=..;password=..;source=..";
            }

            string value = parts[1];
            if (key is nameof(SmscOptions.AnswerTimeout) or nameof(SmscOptions.IndicatedGrace))
            {
                if (!Duration.TryParse(value, out _))
                {
                    return $"--smsc: {parts[0]}={value} is no duration. Write it like 1s, 500ms or 5m.";
                }

                value = Normalised(value)!;
            }
            else if (key is nameof(SmscOptions.Port) or nameof(SmscOptions.Window) or nameof(SmscOptions.Rate) or nameof(SmscOptions.MaxSends)
                && !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return $"--smsc: {parts[0]}={value} is no whole number.";
            }
            else if (key is nameof(SmscOptions.Receipts) && !Enum.GetNames<Receipts>().Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                return $"--smsc: {parts[0]}={value} is not known. Write failures, all or none.";
            }

            entries[$"{prefix}:{key}"] = value;
        }

        return null;
    }

    private static string? Normalised(string? duration) =>
        duration is not null && Duration.TryParse(duration, out TimeSpan span) ? span.ToString("c", CultureInfo.InvariantCulture) : duration;
}
