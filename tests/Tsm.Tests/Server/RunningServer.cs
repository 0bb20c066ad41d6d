using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tsm.Tests.Server;

/// <summary>The server as it is started in production, in this process: real Kestrel, real database, a folder of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _owned;

    private RunningServer(WebApplication app, string folder, bool owned, ListedLog log)
    {
        _app = app;
        _owned = owned;
        Folder = folder;
        Log = log;
        Client = new() { BaseAddress = new(app.Urls.Single()) };
        Client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(Path.Combine(folder, "api-token")).Trim());
    }

    /// <summary>A client that carries the token.</summary>
    public HttpClient Client { get; }

    public string Folder { get; }

    /// <summary>What the server is made of.</summary>
    public IServiceProvider Services => _app.Services;

    public ListedLog Log { get; }

    /// <summary>Everything that answers have said.</summary>
    public ConcurrentQueue<string> Answers { get; } = [];

    /// <summary>Starts a server with a new folder, which goes with it.</summary>
    public static Task<RunningServer> StartAsync(params (string Key, string Value)[] entries) =>
        StartAsync(Directory.CreateTempSubdirectory("tsm-server-").FullName, owned: true, entries);

    /// <summary>Starts a server on a folder that is the test's.</summary>
    public static Task<RunningServer> StartAsync(string folder, params (string Key, string Value)[] entries) =>
        StartAsync(folder, owned: false, entries);

    private static async Task<RunningServer> StartAsync(string folder, bool owned, (string Key, string Value)[] entries)
    {
        var log = new ListedLog();
        Dictionary<string, string?> configuration = new(StringComparer.OrdinalIgnoreCase)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Data"] = folder,
        };
        foreach ((string key, string value) in entries)
        {
            configuration[key] = value;
        }

        WebApplication app = Tsm.Server.Program.Build(configuration, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.SetMinimumLevel(LogLevel.Trace);
            builder.Services.AddSingleton<ILoggerProvider>(log);
        });
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new(app, folder, owned, log);
    }

    /// <summary>Sends a request and reads its answer as JSON.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        headers?.Invoke(request.Headers);
        using HttpResponseMessage response = await Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Answers.Enqueue(text);
        string type = response.Content.Headers.ContentType?.MediaType ?? "";
        Assert.Equal(response.IsSuccessStatusCode ? "application/json" : "application/problem+json", type);
        using JsonDocument document = JsonDocument.Parse(text);
        return ((int)response.StatusCode, document.RootElement.Clone());
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, object body, string? idempotencyKey = null) => SendAsync(
        HttpMethod.Post,
        path,
        JsonContent.Create(body),
        headers =>
        {
            if (idempotencyKey is not null)
            {
                headers.Add("Idempotency-Key", idempotencyKey);
            }
        });

    public Task<(int Status, JsonElement Body)> ImportAsync(string csv, string query = "") =>
        SendAsync(HttpMethod.Post, "/api/v1/cards/import" + query, new StringContent(csv, Encoding.UTF8, "text/csv"));

    public Task<(int Status, JsonElement Body)> UploadAsync(ReadOnlyMemory<byte> archive, string query = "") => SendAsync(
        HttpMethod.Post,
        "/api/v1/applications" + query,
        new ReadOnlyMemoryContent(archive) { Headers = { ContentType = new("application/octet-stream") } });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Client.Dispose();
        if (_owned)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}

/// <summary>A log in memory, down to Trace.</summary>
internal sealed class ListedLog : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Category(ListedLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Lines.Enqueue($"{logLevel} {name}[{eventId.Id}] {formatter(state, exception)} {exception}");
    }
}

/// <summary>Short ways to what an answer says.</summary>
internal static class JsonAnswers
{
    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static IEnumerable<JsonElement> List(this JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement list) ? list.EnumerateArray() : throw new KeyNotFoundException($"No {property} in {element}");
}
