using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;

namespace Tsm.SystemTests.Services;

/// <summary>Who asks in a crowd, and the reckoning.</summary>
internal sealed class CrowdRun(Site site, IReadOnlyList<SiteCard> cards, int seed) : IAsyncDisposable
{
    private const int Callers = 12;
    private const int Phones = 20;

    private static readonly (string Id, string Mode)[] Providers = [("bank", "delegated"), ("lunch", "simple"), ("transit", "simple")];

    private static readonly (string Id, string Provider, string Code)[] Services =
    [
        ("wallet", "bank", "10"), ("canteen", "lunch", "01"), ("vending", "lunch", "02"), ("ticket", "transit", "03"), ("parking", "transit", "04"),
    ];

    private static readonly string[] Allocating = ["canteen"];
    private static readonly object[] Allocated = [new { id = "0101", content = "{key}{serial}" }];

    private static readonly string[] Operations = ["deploy", "activate", "suspend", "suspend", "resume", "terminate"];

    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _sides = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Card, string Service), bool> _wanted = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private RunningProgram? _canteen;
    private int _asked;

    public int Kills { get; private set; }

    /// <summary>Providers with their contracts, services with their versions, tokens, and the canteen's application server.</summary>
    public async Task PrepareAsync()
    {
        foreach ((string id, string mode) in Providers)
        {
            await MustAsync("providers", new { id, name = id });
            await MustAsync("contracts", new { id = $"{id}-1", provider = id, mode, quota = id == "transit" ? 60 : (int?)null });
            _tokens[id] = await TokenAsync("provider", id);
        }

        _tokens["care"] = await TokenAsync("customerService", null);
        foreach (SiteCard card in cards.Take(Phones))
        {
            _tokens[card.Msisdn] = await TokenAsync("phone", card.Msisdn);
        }

        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        (_canteen, string ready) = await RunningProgram.StartAsync(
            Programs.Canteen,
            Path.Combine(site.Folder, "canteen.ready"),
            new Dictionary<string, string> { ["CANTEEN_SECRET"] = secret },
            "--url", "http://127.0.0.1:0", "--tsm", site.Url);
        string url = ((string)JsonNode.Parse(ready)!["url"]!).TrimEnd('/');
        await MustAsync("application-servers", new { name = "canteen", url, services = Allocating, secret });
        foreach (((string id, string provider, string code), int number) in Services.Select((s, i) => (s, i)))
        {
            bool allocates = Allocating.Contains(id);
            string application = await site.UploadAsync(Cap(number), id);
            await MustAsync("services", new { id, provider, name = id, code, applicationServer = allocates ? "canteen" : null });
            await MustAsync($"services/{id}/versions", new
            {
                version = "1.0",
                application,
                personalisation = allocates ? Allocated : [],
            });
            await MustAsync($"services/{id}/versions/1.0/approve", new { }, 200);
        }
    }

    /// <summary>All sides ask at random, and a node is killed twice meanwhile.</summary>
    public async Task AskAsync(int requests, TimeSpan limit)
    {
        using var over = new CancellationTokenSource(limit);
        Task killing = KillAsync(requests, over.Token);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            var random = new Random(seed * 31 + caller);
            while (Interlocked.Increment(ref _asked) <= requests)
            {
                await AskOnceAsync(random, $"{seed}-{caller}-{random.Next()}", over.Token);
            }
        }));
        await killing;
    }

    /// <summary>Waits until every request has ended.</summary>
    public async Task EndAsync(TimeSpan limit)
    {
        List<JsonNode> open = [];
        await Wait.UntilAsync(
            async () =>
            {
                await Task.Delay(500);
                List<JsonNode> all = await AllAsync("requests");
                open = [.. all.Where(r => r["endedAt"] is null)];
                _outcomes.Clear();
                foreach (JsonNode request in all.Where(r => r["endedAt"] is not null))
                {
                    string outcome = $"{request["status"]} {request["problem"]?["code"]}".Trim();
                    _outcomes.AddOrUpdate(outcome, 1, (_, n) => n + 1);
                }

                return open.Count == 0;
            },
            limit,
            () => $"{open.Count} requests go on: {string.Join('\n', open.Take(5))}");
    }

    /// <summary>Reads the registry of every card over the air.</summary>
    public async Task AuditAsync(TimeSpan limit)
    {
        IReadOnlyList<string> jobs = await site.AskAsync("audit", null, cards.Select(c => c.Iccid));
        foreach (string job in jobs)
        {
            JsonNode row = await site.EndAsync(job, limit);
            Assert.True((string?)row["status"] == "done", row.ToString());
        }
    }

    /// <summary>In what the books of a card differ from the card.</summary>
    public async Task<string?> DifferenceAsync(SiteCard card) =>
        Registries.Difference(await site.GetAsync($"/api/v1/cards/{card.Iccid}"), await site.CardAsync(card.Iccid));

    /// <summary>What was asked by whom, and what became of it.</summary>
    public string Report() => "asked: " + string.Join(", ", _sides.OrderBy(s => s.Key).Select(s => $"{s.Key} {s.Value}"))
        + "\nended: " + string.Join(", ", _outcomes.OrderByDescending(o => o.Value).Select(o => $"{o.Key} {o.Value}"));

    public ValueTask DisposeAsync()
    {
        _canteen?.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static byte[] Cap(int number) => new CapBuilder
    {
        PackageAid = Aid.Parse($"F0546D53A{number}"),
        Name = $"org.tsm.crowd{number}",
        Applets = [new(Aid.Parse($"F0546D53A{number}01"), 300)],
    }.Build().ToArray();

    private async Task AskOnceAsync(Random random, string key, CancellationToken over)
    {
        (string id, string provider, string code) = Services[random.Next(Services.Length)];
        string operation = Operations[random.Next(Operations.Length)];
        int side = random.Next(10);
        SiteCard card = side < 2 ? cards[random.Next(Phones)] : cards[random.Next(cards.Count)];

        // What is not there yet is deployed first, mostly; later steps meet what was asked for before, by whomever.
        if (operation != "deploy" && !_wanted.ContainsKey((card.Iccid, id)) && random.Next(5) > 0)
        {
            operation = "deploy";
        }

        _wanted.TryAdd((card.Iccid, id), true);
        (string name, string token, string path, object body) = side switch
        {
            0 or 1 => ("phone", _tokens[card.Msisdn], "phone/requests", (object)new { identifier = code, operation }),
            2 => ("card", "", "", new { }),
            3 when random.Next(4) == 0 => ("customer service", _tokens["care"], "loss-reports", new { msisdn = card.Msisdn }),
            4 or 5 => ("operator", "", "requests", new { service = id, operation, msisdn = card.Msisdn }),
            6 => ("foreign provider", _tokens[provider == "bank" ? "lunch" : "bank"], "requests", new { service = id, operation, msisdn = card.Msisdn }),
            _ => ("provider", _tokens[provider], "requests", new { service = id, operation, msisdn = card.Msisdn }),
        };
        _sides.AddOrUpdate(name, 1, (_, n) => n + 1);
        if (name == "card")
        {
            await SendAsync(card, code, operation, random);
            return;
        }

        int status = await UntilTakenAsync(token, path, body, key, over);
        Assert.True(status is 202 or 404 or 409 or 422, $"{name} {operation} {id}: {status}");
        Assert.False(name == "foreign provider" && status == 202, "A provider was taken for another's service.");
    }

    /// <summary>The card asks by itself, in a short message that may get lost.</summary>
    private async Task SendAsync(SiteCard card, string code, string operation, Random random)
    {
        CardOperation asked = operation switch
        {
            "activate" => CardOperation.Activate,
            "suspend" => CardOperation.Suspend,
            "resume" => CardOperation.Resume,
            "terminate" => CardOperation.Terminate,
            _ => CardOperation.Deploy,
        };
        byte[] number = new byte[3];
        random.NextBytes(number);
        var request = new CardRequest(Octets.Parse(code), asked, Msisdn.Parse(card.Msisdn), Octets.Own(number));
        byte[] wire = new byte[request.Length];
        request.Write(wire);
        await site.ControlAsync(HttpMethod.Post, $"cards/{card.Iccid}/send", new { destination = "99900", userData = Convert.ToHexString(wire) });
    }

    /// <summary>Who hears nothing asks another node, under the same key.</summary>
    private async Task<int> UntilTakenAsync(string token, string path, object body, string key, CancellationToken over)
    {
        for (int attempt = 0; ; attempt++)
        {
            SiteNode node = site.Nodes[attempt % site.Nodes.Count];
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"{node.Url}/api/v1/{path}") { Content = JsonContent.Create(body) };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Length > 0 ? token : node.Token);
                request.Headers.Add("Idempotency-Key", key);
                using HttpResponseMessage response = await _http.SendAsync(request, over);
                if ((int)response.StatusCode < 500)
                {
                    return (int)response.StatusCode;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !over.IsCancellationRequested))
            {
                // The node is gone or says nothing; the next attempt asks the other.
            }

            await Task.Delay(100, over);
        }
    }

    private async Task KillAsync(int requests, CancellationToken over)
    {
        foreach (int after in (int[])[requests / 3, requests * 2 / 3])
        {
            await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref _asked) >= after || over.IsCancellationRequested), TimeSpan.FromMinutes(5), () => "Nobody asks.");
            site.Nodes[1].Kill();
            Kills++;
            await site.Nodes[1].StartAsync();
        }
    }

    private async Task<List<JsonNode>> AllAsync(string path)
    {
        List<JsonNode> all = [];
        string? cursor = null;
        do
        {
            JsonNode page = await site.GetAsync($"/api/v1/{path}?limit=1000{(cursor is null ? "" : $"&cursor={cursor}")}");
            all.AddRange(page["items"]!.AsArray().OfType<JsonNode>());
            cursor = (string?)page["next"];
        }
        while (cursor is not null);
        return all;
    }

    private async Task<JsonNode> MustAsync(string path, object body, int expected = 201)
    {
        (int status, JsonNode? answer) = await site.SendAsync(HttpMethod.Post, $"/api/v1/{path}", JsonContent.Create(body));
        Assert.True(status == expected, $"{path}: {status}: {answer}");
        return answer!;
    }

    private async Task<string> TokenAsync(string role, string? scope) =>
        (string)(await MustAsync("tokens", new { role, scope, name = $"{role} {scope}".Trim() }))["token"]!;
}
