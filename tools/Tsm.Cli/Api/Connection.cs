using System.Text.Json;

namespace Tsm.Cli.Api;

/// <summary>What a server writes into its ready file once it listens.</summary>
internal sealed record ReadyServer(string Url, string? Token, int Pid);

/// <summary>Where the server is and how to get in: from options, else environment, else a data folder.</summary>
internal static class Connection
{
    /// <summary>The data folder when none is named.</summary>
    public const string DefaultDataFolder = "tsm-data";

    /// <summary>The file in the data folder that says where a running server listens.</summary>
    public const string ReadyFile = "ready.json";

    private const string TokenFile = "api-token";

    /// <summary>Finds the server.</summary>
    /// <param name="server">--server</param>
    /// <param name="token">--token</param>
    /// <param name="data">--data</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="ProblemException">No address is known, or it is none.</exception>
    public static ApiClient Open(string? server, string? token, string? data, Func<string, string?> environment)
    {
        string folder = data ?? DefaultDataFolder;
        string? address = server ?? (data is null ? NotEmpty(environment("TSM_URL")) : null);
        token ??= NotEmpty(environment("TSM_TOKEN"));
        ReadyServer? ready = address is null || token is null ? ReadReadyFile(Path.Combine(folder, ReadyFile)) : null;
        address ??= ready?.Url ?? NotEmpty(environment("TSM_URL")) ?? throw NoAddress(folder);
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw BadAddress(address);
        }

        return new(uri, token ?? TokenFor(uri, ready, data), NotEmpty(environment("TSM_CLAIMED_BY")));
    }

    /// <summary>The token of a data folder is for that folder's server only; it is sent nowhere else by accident.</summary>
    private static string? TokenFor(Uri uri, ReadyServer? ready, string? data)
    {
        if (ready is not null && Uri.TryCreate(ready.Url, UriKind.Absolute, out Uri? own) && string.Equals(own.Authority, uri.Authority, StringComparison.OrdinalIgnoreCase))
        {
            return ready.Token ?? ReadText(Path.Combine(data ?? DefaultDataFolder, TokenFile));
        }

        return data is null ? null : ReadText(Path.Combine(data, TokenFile));
    }

    /// <summary>What a ready file says; null when there is none or it is half written.</summary>
    public static ReadyServer? ReadReadyFile(string path)
    {
        string? text = ReadText(path);
        if (text is null)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(text, TsmJson.Default.ReadyServer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? ReadText(string path)
    {
        try
        {
            return NotEmpty(File.ReadAllText(path).Trim());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static ProblemException NoAddress(string folder) => new(
        new()
        {
            Title = "No server is known",
            Detail = $"No address was given, and the folder {folder} does not say where a server listens.",
            Layer = "cli",
            Code = "NO_SERVER",
            Cause = "Neither --server nor TSM_URL is set, and no server was started with this data folder.",
            Next = "Start one with `tsm server`, try everything at once with `tsm demo`, or give --server and --token.",
            Evidence = [Path.Combine(folder, ReadyFile) + " is not there"],
        },
        ExitCode.Unreachable);

    private static ProblemException BadAddress(string address) => new(
        new()
        {
            Title = "This is no address of a server",
            Detail = $"'{address}' is not an address that begins with http:// or https://.",
            Layer = "cli",
            Code = "BAD_SERVER_ADDRESS",
            Next = "Write it as http://127.0.0.1:8080.",
        },
        ExitCode.Usage);
}
