using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tsm.Parties;

/// <summary>A provider that has itself told of events, checks who tells, and keeps each event once.</summary>
internal sealed class ProviderParty(TsmApi tsm, string log)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string _secret = "";

    /// <summary>Adds the receiver; the result begins once it listens.</summary>
    public Func<string, Task> Map(WebApplication app)
    {
        app.MapPost("/events", TakeAsync);
        return BeginAsync;
    }

    private async Task BeginAsync(string url)
    {
        (int status, JsonNode body) = await tsm.PostAsync("webhooks", new JsonObject { ["url"] = $"{url}/events" });
        _secret = status == StatusCodes.Status201Created ? (string)body["secret"]! : throw new InvalidOperationException($"{status}: {body}");
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        string body = await reader.ReadToEndAsync();
        if (!IsSigned(request.Headers["Tsm-Signature"].ToString(), body))
        {
            return Results.Unauthorized();
        }

        lock (_lock)
        {
            // Told again is told once.
            if (_seen.Add(request.Headers["Tsm-Event-Id"].ToString()))
            {
                File.AppendAllText(log, body + "\n");
            }
        }

        return Results.NoContent();
    }

    private bool IsSigned(string header, string body)
    {
        string[] parts = header.Split(',');
        if (parts is not [['t', '=', .. var time], ['v', '1', '=', .. var signature]] || signature.Length != 64)
        {
            return false;
        }

        byte[] expected = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(_secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time}.{body}")));
        return CryptographicOperations.FixedTimeEquals(expected, Convert.FromHexString(signature));
    }
}
