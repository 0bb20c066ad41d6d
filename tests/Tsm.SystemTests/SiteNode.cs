using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Tsm.SystemTests;

/// <summary>How a site differs from one node on SQLite.</summary>
internal sealed record SiteOptions
{
    /// <summary>How many server nodes there are.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Variables of every node: database and vault key, where nodes share them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of the SMSC besides its address and account.</summary>
    public string Smsc { get; init; } = "answerTimeout=1s;maxSends=20";
}

/// <summary>A server process with its data folder; killed and started again it is the same node at another address.</summary>
internal sealed class SiteNode(string data, string smsc, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RunningProgram> _programs = [];
    private HttpClient? _api;

    public string Url { get; private set; } = "";

    public string Token { get; private set; } = "";

    /// <summary>What this node has logged, over all its lives.</summary>
    public string Log
    {
        get
        {
            lock (_lock)
            {
                return string.Join("\n=== killed, started again ===\n", _programs.Select(p => p.Log));
            }
        }
    }

    /// <summary>Whether it can be asked.</summary>
    public bool IsUp => Volatile.Read(ref _api) is not null;

    private HttpClient Api => Volatile.Read(ref _api) ?? throw new HttpRequestException("The node is down.");

    /// <exception cref="InvalidOperationException">It ended before it was ready.</exception>
    public async Task StartAsync()
    {
        (RunningProgram program, string ready) = await RunningProgram.StartAsync(
            Programs.Server, $"{data}.ready", environment, "--urls", "http://127.0.0.1:0", "--data", data, "--local-webhooks", "--smsc", smsc);
        JsonNode found = JsonNode.Parse(ready)!;
        (Url, Token) = ((string)found["url"]!, (string)found["token"]!);
        lock (_lock)
        {
            _programs.Add(program);
        }

        var api = new HttpClient { BaseAddress = new(Url), Timeout = TimeSpan.FromSeconds(30) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Volatile.Write(ref _api, api);
    }

    /// <summary><c>kill -9</c>.</summary>
    public void Kill()
    {
        // Not disposed: somebody may be asking, and shall see his question break.
        Volatile.Write(ref _api, null);
        _programs[^1].Kill();
    }

    public async Task<JsonNode> GetAsync(string path) => (await Api.GetFromJsonAsync<JsonNode>(path))!;

    public async Task<(int Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using HttpResponseMessage response = await Api.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    public void Dispose()
    {
        _programs.ForEach(p => p.Dispose());
        _api?.Dispose();
    }
}
