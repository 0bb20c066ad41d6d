using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.Benchmarks.EndToEnd;

/// <summary>Asks for jobs in batches through the API, as many as are wanted under way at once.</summary>
/// <param name="site">Where.</param>
/// <param name="cards">ICCIDs of the cards that answer.</param>
/// <param name="underWay">Jobs under way at once.</param>
internal sealed class JobStream(Site site, IReadOnlyList<string> cards, int underWay)
{
    /// <summary>Cards of one request.</summary>
    public const int Batch = 250;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private string _application = "";
    private long _asked;
    private long _answeredBefore;

    /// <summary>Puts a small applet on every card, so that it can be suspended and resumed.</summary>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        byte[] cap = new CapBuilder
        {
            PackageAid = Aid.Parse("F0546D5301"),
            Name = "tsm.load",
            Applets = [new(Aid.Parse("F0546D53010101"), 16)],
        }.Build().ToArray();
        using var content = new ByteArrayContent(cap);
        content.Headers.ContentType = new("application/octet-stream");
        _application = (string)(await site.Server.PostAsync("/api/v1/applications?name=load", content, cancellationToken))["id"]!;
        foreach (string[] part in cards.Chunk(Batch))
        {
            await AskAsync("install", part, activate: true, cancellationToken);
        }

        await EndAsync(cancellationToken);
    }

    /// <summary>Asks for suspend and resume in turn until it is told to stop; returns how many jobs it asked for.</summary>
    public async Task<long> RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        _asked = 0;
        _answeredBefore = await site.AnsweredAsync(cancellationToken);
        string[][] parts = [.. cards.Chunk(Batch)];
        bool suspend = true;
        for (int at = 0; !stop.IsCancellationRequested; at = (at + 1) % parts.Length)
        {
            while (_asked - (await site.AnsweredAsync(cancellationToken) - _answeredBefore) > underWay - Batch)
            {
                await Task.Delay(Look, cancellationToken);
            }

            await AskAsync(suspend ? "suspend" : "resume", parts[at], activate: null, cancellationToken);
            suspend ^= at == parts.Length - 1;
        }

        return _asked;
    }

    /// <summary>Waits until no job is under way any more.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (string status in new[] { "queued", "running" })
        {
            while ((await site.Server.GetAsync($"/api/v1/jobs?status={status}&limit=1", cancellationToken))["items"]!.AsArray().Count > 0)
            {
                await Task.Delay(Look * 5, cancellationToken);
            }
        }
    }

    /// <summary>The jobs asked for since <see cref="RunAsync"/> began, from their own rows.</summary>
    /// <param name="count">How many.</param>
    public async Task<IReadOnlyList<EndedJob>> ReadAsync(long count, CancellationToken cancellationToken)
    {
        List<EndedJob> jobs = [];
        for (string? cursor = null; jobs.Count < count;)
        {
            int limit = (int)Math.Min(1000, count - jobs.Count);
            JsonNode page = await site.Server.GetAsync($"/api/v1/jobs?limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}", cancellationToken);
            jobs.AddRange(page["items"]!.AsArray().Select(j => new EndedJob(
                (string)j!["operation"]!, (string)j["status"]!, (string?)j["grade"], (int)j["smsSent"]!, (DateTimeOffset?)j["endedAt"])));
            cursor = (string?)page["next"];
            if (cursor is null)
            {
                break;
            }
        }

        return jobs;
    }

    private async Task AskAsync(string operation, string[] part, bool? activate, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(new { operation, application = _application, cards = part, activate });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/jobs") { Content = content };
        using HttpResponseMessage response = await site.Server.Api.SendAsync(request, cancellationToken);
        using JsonDocument answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        if (!response.IsSuccessStatusCode || answer.RootElement.GetProperty("jobs").GetArrayLength() != part.Length)
        {
            throw new InvalidOperationException($"{operation} was not taken: {answer.RootElement}");
        }

        _asked += part.Length;
    }
}

/// <summary>A job as its row tells of it.</summary>
/// <param name="Grade">How well its outcome is proven.</param>
/// <param name="SmsSent">Short messages to the card.</param>
internal sealed record EndedJob(string Operation, string Status, string? Grade, int SmsSent, DateTimeOffset? EndedAt)
{
    public bool IsProven => Status == "done" && Grade == "proven";
}
