using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Cli.Hosting;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Demo;

/// <summary>What the simulator writes into its ready file.</summary>
internal sealed record ReadySimulator(int SmppPort, string ControlUrl, int Pid);

/// <summary>A folder, a simulator and a server that exist for one demo and are gone after it.</summary>
internal sealed class DemoSite : IAsyncDisposable
{
    private const string SystemId = "tsm-demo";
    private const string Source = "99900";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BoundLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Both get Ctrl-C when we do; if one is gone, this is how long we wait for ours.</summary>
    private static readonly TimeSpan CtrlCMargin = TimeSpan.FromMilliseconds(300);

    private readonly TimeProvider _time;
    private readonly HttpClient _control = new(new SocketsHttpHandler { UseProxy = false });
    private ChildProcess? _simulator;
    private ChildProcess? _server;
    private ApiClient? _api;

    private DemoSite(TimeProvider time)
    {
        _time = time;
        Folder = Directory.CreateTempSubdirectory("tsm-demo-").FullName;
    }

    /// <summary>Where database, keys and logs of the demo are.</summary>
    public string Folder { get; }

    public ApiClient Api => _api!;

    public ReadyServer Server { get; private set; } = new("", null, 0);

    public ReadySimulator Simulator { get; private set; } = new(0, "", 0);

    /// <summary>Starts both and waits until short messages can flow.</summary>
    /// <exception cref="ProblemException">One of them does not start; everything is cleared away then.</exception>
    public static async Task<DemoSite> StartAsync(
        Terminal terminal, DemoOptions options, IReadOnlyList<DemoCard> cards, CancellationToken cancellation)
    {
        HostedProgram server = HostedProgram.Server(terminal.Environment);
        HostedProgram simulator = HostedProgram.Simulator(terminal.Environment);
        var site = new DemoSite(terminal.Time);
        try
        {
            string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
            await site.StartSimulatorAsync(simulator, options, cards, password, cancellation);
            await site.StartServerAsync(server, password, cancellation);
            await site.WaitUntilBoundAsync(cancellation);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs work as long as both processes live.</summary>
    /// <exception cref="ProblemException">One of them has ended.</exception>
    public async Task<T> WhileAliveAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<T> working = work(both.Token);
        Task first = await Task.WhenAny(working, _server!.Exited, _simulator!.Exited);
        if (first == working)
        {
            return await working;
        }

        await Task.WhenAny(Task.Delay(CtrlCMargin, _time, cancellation), working);
        cancellation.ThrowIfCancellationRequested();
        await both.CancelAsync();
        await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw (first == _server.Exited ? _server : _simulator).NotReady("It ended while the demo needed it.");
    }

    /// <summary>What the simulator has counted.</summary>
    public async Task<JsonElement> AccountAsync(CancellationToken cancellation)
    {
        try
        {
            string text = await _control.GetStringAsync(Simulator.ControlUrl.TrimEnd('/') + "/account", cancellation);
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            throw _simulator!.NotReady($"It does not say what it has counted: {fault.Message}");
        }
    }

    /// <summary>Stops both and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        _control.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private async Task StartSimulatorAsync(
        HostedProgram program, DemoOptions options, IReadOnlyList<DemoCard> cards, string password, CancellationToken cancellation)
    {
        string cardsFile = Path.Combine(Folder, "cards.json");
        string ready = Path.Combine(Folder, "simulator.ready");
        await WriteSecretAsync(cardsFile,
            JsonSerializer.SerializeToUtf8Bytes(DemoCards.ToSimulator(cards), TsmJson.Default.SimulatorCards), cancellation);
        _simulator = ChildProcess.Start("simulator", program,
        [
            "--port", "0", "--control-port", "0", "--cards", cardsFile, "--system-id", SystemId, "--password", password,
            "--ready-file", ready, "--exit-with-stdin", "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
            "--loss", Probability(options.Loss), "--repeat", Probability(options.Repeat), "--reorder", Probability(options.Reorder),
        ], Folder, Path.Combine(Folder, "simulator.log"), _time);
        string text = await _simulator.WaitForFileAsync(ready, ReadyLimit, cancellation);
        Simulator = Read(text, TsmJson.Default.ReadySimulator, _simulator);
    }

    private async Task StartServerAsync(HostedProgram program, string password, CancellationToken cancellation)
    {
        string ready = Path.Combine(Folder, "server.ready");
        string port = Simulator.SmppPort.ToString(CultureInfo.InvariantCulture);
        _server = ChildProcess.Start("server", program,
        [
            "--urls", "http://127.0.0.1:0", "--data", Path.Combine(Folder, "data"), "--ready-file", ready, "--exit-with-stdin", "--local-webhooks",
            "--smsc", $"name=demo;host=127.0.0.1;port={port};systemId={SystemId};password={password};source={Source};answerTimeout=1s;maxSends=30",
        ], Folder, Path.Combine(Folder, "server.log"), _time);
        string text = await _server.WaitForFileAsync(ready, ReadyLimit, cancellation);
        Server = Read(text, TsmJson.Default.ReadyServer, _server);
        _api = new(new Uri(Server.Url), Server.Token);
    }

    private async Task WaitUntilBoundAsync(CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        while (true)
        {
            Health health = await WhileAliveAsync(async token => (await Api.HealthAsync(token)).Value, cancellation);
            if (health.Status is "ok")
            {
                return;
            }

            if (_time.GetElapsedTime(started) > BoundLimit)
            {
                string states = string.Join(", ", health.Smsc.Select(s => $"{s.Name} at {s.Host}:{s.Port} is {s.State}"));
                throw _server!.NotReady($"It says '{health.Status}' after {BoundLimit.TotalSeconds:0} seconds: database {health.Database}, {states}.");
            }

            await Task.Delay(Glance, _time, cancellation);
        }
    }

    private static T Read<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, ChildProcess child)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw child.NotReady("Its ready file is empty.");
        }
        catch (JsonException fault)
        {
            throw child.NotReady($"Its ready file cannot be read: {fault.Message}");
        }
    }

    private static async Task WriteSecretAsync(string path, byte[] content, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(content, cancellation);
    }

    private static string Probability(double p) => p.ToString("0.######", CultureInfo.InvariantCulture);
}
