using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Tsm.SystemTests;

/// <summary>A server on the Orleans host, one of several on one database; it can be killed and started again in its folder.</summary>
internal sealed class OrleansNode(string folder, string smsc, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private readonly string _siloPort = FreePort();
    private readonly StringBuilder _log = new();
    private Process? _process;

    public HttpClient Api { get; private set; } = new();

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        string ready = Path.Combine(folder, "ready");
        File.Delete(ready);
        ProcessStartInfo start = Programs.Start(
            Programs.Server,
            ["--host", "orleans", "--silo-port", _siloPort, "--urls", "http://127.0.0.1:0", "--data", folder, "--smsc", smsc, "--ready-file", ready, "--exit-with-stdin"]);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Wait.UntilAsync(() => Task.FromResult(File.Exists(ready) || _process.HasExited), TimeSpan.FromSeconds(90), () => Log);
        Assert.False(_process.HasExited, Log);
        JsonNode found = JsonNode.Parse(await File.ReadAllTextAsync(ready))!;
        Api.Dispose();
        Api = new() { BaseAddress = new((string)found["url"]!) };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)found["token"]!);
    }

    /// <summary><c>kill -9</c>.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Api.GetStringAsync(path))!;

    public async Task<JsonNode> PostAsync(string path, HttpContent content)
    {
        using HttpResponseMessage response = await Api.PostAsync(path, content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        Api.Dispose();
    }

    public static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
