using System.Text.Json;

namespace Tsm.Server.Hosting;

/// <summary>Asks a running server how it is: what a container's health check calls, for images hold no curl.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Prints the answer; false when there is none or the database is not reached. An SMSC that is away is no fault of this process.</summary>
    /// <param name="url">Where the API listens, such as <c>http://127.0.0.1:8080</c>; 0.0.0.0 and * are taken for this machine.</param>
    public static async Task<bool> AskAsync(string url, TextWriter output)
    {
        if (!Uri.TryCreate(ToLocal(url), UriKind.Absolute, out Uri? server))
        {
            await output.WriteLineAsync($"'{url}' is no address such as http://127.0.0.1:8080.");
            return false;
        }

        using var client = new HttpClient { Timeout = Patience };
        try
        {
            string answer = await client.GetStringAsync(new Uri(server, "/api/v1/health"));
            await output.WriteLineAsync(answer);
            using JsonDocument health = JsonDocument.Parse(answer);
            return health.RootElement.TryGetProperty("database", out JsonElement database) && database.GetString() is "ok";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or JsonException)
        {
            await output.WriteLineAsync($"{server} does not answer: {exception.Message}");
            return false;
        }
    }

    private static string ToLocal(string url) => url.Split(';')[0]
        .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//[::]", "//[::1]", StringComparison.Ordinal)
        .Replace("//*", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//+", "//127.0.0.1", StringComparison.Ordinal);
}
