using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tsm.Benchmarks.Hosts;
using Tsm.Testing;

namespace Tsm.Benchmarks.EndToEnd;

/// <summary>The server as a process of its own on the database of a host, driven through its API.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly RunningProgram _program;

    private ServerProcess(RunningProgram program, HttpClient api) => (_program, Api) = (program, api);

    /// <summary>The API, with the token that lets one in.</summary>
    public HttpClient Api { get; }

    public string Log => _program.Log;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="kind">Whose database it works on.</param>
    /// <param name="folder">For its ready file.</param>
    /// <param name="smsc">An SMSC as <c>--smsc</c> takes it; null for none.</param>
    public static async Task<ServerProcess> StartAsync(IHostKind kind, string folder, string? smsc)
    {
        string[] road = smsc is null ? [] : ["--smsc", smsc];
        (RunningProgram program, string ready) = await RunningProgram.StartAsync(
            Programs.Server,
            Path.Combine(folder, "server.ready"),
            kind.ServerEnvironment,
            ["--urls", "http://127.0.0.1:0", .. kind.ServerArguments, .. road]);
        JsonNode found = JsonNode.Parse(ready)!;
        var api = new HttpClient { BaseAddress = new((string)found["url"]!), Timeout = TimeSpan.FromMinutes(15) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)found["token"]!);
        return new(program, api);
    }

    /// <summary>Its processor time so far, in seconds.</summary>
    public double Time => ProcessorTime.Of(_program.Id);

    /// <summary>The most memory that it has held so far, in MiB.</summary>
    public double PeakMemory => Memory("VmHWM:");

    /// <summary>The memory that it holds now, in MiB.</summary>
    public double MemoryNow => Memory("VmRSS:");

    /// <summary>Imports cards from lines of CSV and returns how many were taken.</summary>
    public async Task<int> ImportAsync(HttpContent csv, CancellationToken cancellationToken)
    {
        csv.Headers.ContentType = new("text/csv");
        using HttpResponseMessage response = await Api.PostAsync("/api/v1/cards/import", csv, cancellationToken);
        return (int)(await ReadAsync(response, cancellationToken))["imported"]!;
    }

    /// <summary>Sends a request that must succeed.</summary>
    public async Task<JsonNode> PostAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await Api.PostAsync(path, content, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        (await Api.GetFromJsonAsync<JsonNode>(path, cancellationToken))!;

    public void Dispose()
    {
        Api.Dispose();
        _program.Dispose();
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"The server answered {(int)response.StatusCode}: {text}");
    }

    private double Memory(string line)
    {
        string status = File.ReadLines($"/proc/{_program.Id.ToString(CultureInfo.InvariantCulture)}/status").First(l => l.StartsWith(line, StringComparison.Ordinal));
        return double.Parse(status[line.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }
}
