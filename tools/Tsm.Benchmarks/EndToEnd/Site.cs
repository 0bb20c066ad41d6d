using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Tsm.Benchmarks.Hosts;
using Tsm.Testing;

namespace Tsm.Benchmarks.EndToEnd;

/// <summary>A server and a simulated network as processes of their own, with an application installed on the cards that answer.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const string Password = "secret";
    private const int LinesPerImport = 100_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-site-").FullName;
    private readonly HttpClient _control = new();
    private RunningProgram? _simulator;
    private ServerProcess? _server;

    private Site()
    {
    }

    public ServerProcess Server => _server!;

    /// <summary>Starts both and imports the cards. Only every so many of them have a card in the network.</summary>
    /// <param name="kind">Whose database the server works on.</param>
    /// <param name="cards">Cards in the database.</param>
    /// <param name="active">Numbers of those that are in the network.</param>
    /// <param name="window">SMPP window in both directions.</param>
    public static async Task<Site> StartAsync(
        IHostKind kind, int cards, IReadOnlyList<int> active, int window, CancellationToken cancellationToken)
    {
        var site = new Site();
        try
        {
            await site.StartAsync(kind, [.. Enumerable.Range(0, cards).Select(SiteCard.New)], active, window, cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Processor time of the simulator so far, in seconds.</summary>
    public double SimulatorTime => ProcessorTime.Of(_simulator!.Id);

    /// <summary>How many packets cards have answered so far.</summary>
    public async Task<long> AnsweredAsync(CancellationToken cancellationToken) =>
        (long)(await _control.GetFromJsonAsync<JsonNode>("account", cancellationToken))!["responsesSent"]!;

    /// <summary>The simulator's account of what happened to cards.</summary>
    public async Task<JsonNode> AccountAsync(CancellationToken cancellationToken) =>
        (await _control.GetFromJsonAsync<JsonNode>("account", cancellationToken))!;

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _simulator?.Dispose();
        _control.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task StartAsync(
        IHostKind kind, SiteCard[] cards, IReadOnlyList<int> active, int window, CancellationToken cancellationToken)
    {
        string cardsFile = Path.Combine(_folder, "cards.json");
        var file = new JsonObject { ["cards"] = new JsonArray([.. active.Select(n => Simulated(cards[n]))]) };
        await File.WriteAllTextAsync(cardsFile, file.ToJsonString(), cancellationToken);
        (_simulator, string ready) = await RunningProgram.StartAsync(
            Programs.Simulator,
            Path.Combine(_folder, "simulator.ready"),
            "--port", "0", "--control-port", "0", "--cards", cardsFile, "--system-id", "load", "--password", Password, "--window", $"{window}");
        JsonNode found = JsonNode.Parse(ready)!;
        _control.BaseAddress = new(((string)found["controlUrl"]!).TrimEnd('/') + "/");
        _server = await ServerProcess.StartAsync(
            kind,
            _folder,
            $"name=load;host=127.0.0.1;port={found["smppPort"]};systemId=load;password={Password};source=99900;window={window};answerTimeout=1m");
        foreach (SiteCard[] part in cards.Chunk(LinesPerImport))
        {
            var csv = new StringBuilder(SiteCard.CsvHeader);
            foreach (SiteCard card in part)
            {
                csv.Append(card.ToCsv());
            }

            await Server.ImportAsync(new StringContent(csv.ToString(), Encoding.UTF8), cancellationToken);
        }
    }

    private static JsonObject Simulated(SiteCard card) => new()
    {
        ["iccid"] = card.Iccid,
        ["msisdn"] = Loads.LoadCards.MsisdnOf(card.Number),
        ["profile"] = "aes",
        ["counter"] = 0,
        ["keySets"] = new JsonArray(new JsonObject { ["version"] = 1, ["algorithm"] = "aes", ["kic"] = card.Kic, ["kid"] = card.Kid, ["dek"] = card.Dek }),
    };
}
