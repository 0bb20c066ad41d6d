using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Tsm.SystemTests;

/// <summary>The actors of the chaos: callers who ask, somebody who kills nodes, somebody who stops the database; and the reckoning.</summary>
internal sealed class ChaosRun(Site site, PrivatePostgres postgres, IReadOnlyList<SiteCard> cards, int seed)
{
    /// <summary>The fewest kills of a run: installs wait for them, so that none is left out on a fast machine.</summary>
    public const int FewestKills = 6;

    private const int PerQuestion = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, string> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonNode> _ended = new(StringComparer.Ordinal);
    private int _askedAgain;

    public int AskedAgain => Volatile.Read(ref _askedAgain);

    public int Kills { get; private set; }

    public int Stops { get; private set; }

    public int Crashes { get; private set; }

    public int Done => _ended.Values.Count(j => IsProven(j));

    public int SmsSent => _ended.Values.Sum(j => (int)j["smsSent"]!);

    public int SmsRepeated => _ended.Values.Sum(j => (int)j["smsRepeated"]!);

    /// <summary>Asks for an install on every card while everything fails, and waits until all have ended.</summary>
    public async Task InstallAsync(string application, TimeSpan limit)
    {
        using var over = new CancellationTokenSource();
        Task killing = KillAsync(over.Token);
        Task stopping = StopDatabaseAsync(over.Token);
        try
        {
            Task asking = AskAllAsync("install", application, limit, MayBegin);
            await FollowAsync(cards.Count, limit);
            await asking;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(killing, stopping);
        }

        await AllAreProvenAsync();
        await EachCardHasOneJobAsync();
    }

    /// <summary>Reads the registry of every card over the air, on a network without faults.</summary>
    public async Task AuditAsync(TimeSpan limit)
    {
        Dictionary<string, JsonNode> installs = new(_ended, StringComparer.Ordinal);
        _jobs.Clear();
        _ended.Clear();
        Task asking = AskAllAsync("audit", null, limit);
        await FollowAsync(cards.Count, limit);
        await asking;
        await AllAreProvenAsync();
        _ended.Clear();
        foreach ((string id, JsonNode job) in installs)
        {
            _ended[id] = job;
        }
    }

    /// <summary>What is wanted is confirmed, and what is confirmed is on the card, and nothing else is.</summary>
    public async Task BooksEqualCardsAsync()
    {
        foreach (SiteCard card in cards)
        {
            JsonNode books = await site.Nodes[0].GetAsync($"/api/v1/cards/{card.Iccid}");
            JsonNode real = await site.CardAsync(card.Iccid);
            JsonArray contents = books["contents"]!.AsArray();
            Assert.All(contents, c => Assert.True(
                (string?)c!["wanted"] == (string?)c["confirmed"] && !(bool)c["unknown"]!, $"{card.Iccid}: {c}"));
            Assert.False((bool)books["uncertain"]!);
            IEnumerable<string> booked = contents.Select(c => $"{c!["kind"]} {c["aid"]} {c["confirmed"]}".ToUpperInvariant());
            IEnumerable<string> found = real["applications"]!.AsArray().Select(a => $"application {a!["aid"]} {a["state"]}")
                .Concat(real["loadFiles"]!.AsArray().Select(f => $"loadFile {f!["aid"]} LOADED"))
                .Select(l => l.ToUpperInvariant());
            Assert.Equal(found.Order(StringComparer.Ordinal), booked.Order(StringComparer.Ordinal));
            Assert.Equal(2, contents.Count);
        }
    }

    // The last tenth comes after the crash, and every card after its share of the kills.
    private bool MayBegin(int number) =>
        Kills >= (long)number * FewestKills / cards.Count && (Crashes > 0 || number < cards.Count - cards.Count / 10);

    private static bool IsProven(JsonNode job) => (string?)job["status"] == "done" && (string?)job["grade"] == "proven";

    private async Task KillAsync(CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(3 + 4 * _random.NextDouble()), over);
                SiteNode node = site.Nodes[_random.Next(site.Nodes.Count)];
                node.Kill();
                Kills++;
                await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble()), CancellationToken.None);
                await StartAsync(node);
            }
        }
        catch (OperationCanceledException)
        {
            // The chaos is over.
        }
    }

    // As who looks after services does: until it stays up, for instance because the database is back.
    private static async Task StartAsync(SiteNode node)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await node.StartAsync();
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException && watch.Elapsed < TimeSpan.FromMinutes(2))
            {
                await Task.Delay(Pause);
            }
        }
    }

    // One stop after a third, one crash after two thirds of the installs.
    private async Task StopDatabaseAsync(CancellationToken over)
    {
        try
        {
            await ReachAsync(cards.Count / 3, over);
            await Task.Run(postgres.Stop, CancellationToken.None);
            Stops++;
            await Task.Delay(TimeSpan.FromSeconds(3), CancellationToken.None);
            await Task.Run(postgres.Start, CancellationToken.None);
            await ReachAsync(2 * cards.Count / 3, over);
            await Task.Run(postgres.Crash, CancellationToken.None);
            Crashes++;
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            await Task.Run(postgres.Start, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The installs were faster.
        }
    }

    private async Task ReachAsync(int installs, CancellationToken over)
    {
        while (true)
        {
            lock (_ended)
            {
                if (_ended.Count >= installs)
                {
                    return;
                }
            }

            await Task.Delay(Pause, over);
        }
    }

    // Each caller asks for one card after the other and waits until its job has ended, so that the chaos meets jobs at every stage.
    private async Task AskAllAsync(string operation, string? application, TimeSpan limit, Func<int, bool>? mayBegin = null)
    {
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Max(10, cards.Count / 30)).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number < cards.Count)
            {
                await UntilAsync(() => mayBegin?.Invoke(number) ?? true, limit);
                string job = await AskAsync(operation, application, cards[number], limit);
                _jobs[cards[number].Iccid] = job;
                await UntilAsync(() => HasEnded(job), limit);
            }
        }));
    }

    private bool HasEnded(string job)
    {
        lock (_ended)
        {
            return _ended.ContainsKey(job);
        }
    }

    private static async Task UntilAsync(Func<bool> holds, TimeSpan limit)
    {
        using var over = new CancellationTokenSource(limit);
        while (!holds())
        {
            await Task.Delay(Pause, over.Token);
        }
    }

    // Whoever lives is asked, with the same key, until one says which job it is.
    private async Task<string> AskAsync(string operation, string? application, SiteCard card, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        string last = "";
        while (watch.Elapsed < limit)
        {
            try
            {
                (int status, JsonNode? answer) = await Alive().SendAsync(
                    HttpMethod.Post,
                    "/api/v1/jobs",
                    JsonContent.Create(new { operation, application, cards = new[] { card.Iccid } }),
                    $"{operation}-{card.Iccid}");
                if (status == 202 && answer!["jobs"]!.AsArray() is [{ } job])
                {
                    return (string)job["id"]!;
                }

                last = $"{status}: {answer}";
                Assert.True(status is 503, $"{card.Iccid} was refused for good with {last}");
            }
            catch (Exception e) when (IsOutage(e))
            {
                last = e.Message;
            }

            Interlocked.Increment(ref _askedAgain);
            await Task.Delay(Pause);
        }

        throw new TimeoutException($"{card.Iccid} found nobody to take its {operation}: {last}");
    }

    // Waits until as many jobs have ended; who asks about jobs asks whoever lives, too.
    private async Task FollowAsync(int jobs, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            string[] open = [.. _jobs.Values.Where(j => !_ended.ContainsKey(j)).Take(PerQuestion)];
            if (open.Length == 0 && _ended.Count == jobs)
            {
                return;
            }

            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"{_ended.Count} of {jobs} jobs have ended within {limit}; open: {await StateAsync(open)}");
            }

            try
            {
                foreach (string[] some in _jobs.Values.Where(j => !_ended.ContainsKey(j)).Chunk(PerQuestion))
                {
                    JsonArray rows = (await Alive().GetAsync($"/api/v1/jobs?limit=1000&ids={string.Join(',', some)}"))["items"]!.AsArray();
                    lock (_ended)
                    {
                        foreach (JsonNode row in rows.Where(r => r!["endedAt"] is not null).Select(r => r!.DeepClone()))
                        {
                            _ended[(string)row["id"]!] = row;
                        }
                    }
                }
            }
            catch (Exception e) when (IsOutage(e))
            {
                // Asked again.
            }

            await Task.Delay(Pause);
        }
    }

    private async Task AllAreProvenAsync()
    {
        string[] wrong = [.. _ended.Where(j => !IsProven(j.Value)).Select(j => j.Key)];
        Assert.True(wrong.Length == 0, $"{wrong.Length} jobs did not end proven: {await StateAsync(wrong)}");
    }

    private async Task<string> StateAsync(string[] open)
    {
        string text = "";
        foreach (string job in open.Take(5))
        {
            JsonNode row = await AskedUntilAnsweredAsync($"/api/v1/jobs/{job}");
            text += $"\n{row}\n{await AskedUntilAnsweredAsync($"/api/v1/cards/{row["card"]}/history?limit=200")}";
        }

        return text;
    }

    private async Task EachCardHasOneJobAsync()
    {
        List<string> found = [];
        string? cursor = null;
        do
        {
            JsonNode page = await AskedUntilAnsweredAsync($"/api/v1/jobs?limit=1000{(cursor is null ? "" : $"&cursor={cursor}")}");
            found.AddRange(page["items"]!.AsArray().Select(j => (string)j!["card"]!));
            cursor = (string?)page["next"];
        }
        while (cursor is not null);

        Assert.Equal(cards.Select(c => c.Iccid).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private async Task<JsonNode> AskedUntilAnsweredAsync(string path)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await Alive().GetAsync(path);
            }
            catch (Exception e) when (IsOutage(e) && watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(Pause);
            }
        }
    }

    private SiteNode Alive()
    {
        SiteNode[] alive = [.. site.Nodes.Where(n => n.IsUp)];
        return alive.Length == 0 ? throw new HttpRequestException("No node is up.") : alive[Random.Shared.Next(alive.Length)];
    }

    // A node that was killed while it answered, or one whose database is away.
    private static bool IsOutage(Exception e) =>
        e is HttpRequestException { StatusCode: null or System.Net.HttpStatusCode.ServiceUnavailable } or IOException or TaskCanceledException;
}
