using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tsm.Cli.Explaining;

namespace Tsm.Cli.Api;

/// <summary>An answer as our record and as the JSON that came, which may know more.</summary>
internal sealed record Answer<T>(T Value, JsonElement Json, int Status);

/// <summary>The REST API, one method per resource and verb. Whatever is not a success becomes a <see cref="ProblemException"/>.</summary>
internal sealed partial class ApiClient : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(10);
    private readonly HttpClient _http;

    /// <param name="claim">On whose behalf, for the audit trail, where it stands as claimed; null for nobody.</param>
    public ApiClient(Uri server, string? token, string? claim = null)
    {
        Server = server;
        _http = new(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectLimit,
            UseProxy = !server.IsLoopback,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        })
        {
            BaseAddress = new(server.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = AnswerLimit,
        };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        if (claim is not null)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation("Tsm-Claimed-By", claim);
        }
    }

    public Uri Server { get; }

    public void Dispose() => _http.Dispose();

    public Task<Answer<Health>> HealthAsync(CancellationToken cancellation) =>
        GetAsync("health", TsmJson.Default.Health, cancellation);

    public Task<Answer<Page<SmscHealth>>> SmscAsync(CancellationToken cancellation) =>
        GetAsync("smsc", TsmJson.Default.PageSmscHealth, cancellation);

    /// <summary>Pauses an SMSC or lets it go on.</summary>
    public Task<Answer<SmscHealth>> SwitchSmscAsync(string name, string verb, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"smsc/{Escape(name)}/{verb}", null, TsmJson.Default.SmscHealth, null, cancellation);

    public Task<Answer<Page<JsonElement>>> CardModelsAsync(CancellationToken cancellation) =>
        GetAsync("card-models", TsmJson.Default.PageJsonElement, cancellation);

    public Task<Answer<JsonElement>> CardModelAsync(string name, CancellationToken cancellation) =>
        GetAsync("card-models/" + Escape(name), TsmJson.Default.JsonElement, cancellation);

    /// <param name="source">What the file is called in the audit trail; null for no name.</param>
    public Task<Answer<ImportResult>> ImportCardsAsync(string csv, bool dryRun, string? source, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "cards/import" + Query(("dryRun", dryRun ? "true" : null), ("source", source)),
            new StringContent(csv, Encoding.UTF8, "text/csv"), TsmJson.Default.ImportResult, null, cancellation);

    public Task<Answer<Page<CardRecord>>> CardsAsync(int limit, string? cursor, string? model, string? search, CancellationToken cancellation) =>
        GetAsync("cards" + Query(("limit", Number(limit)), ("cursor", cursor), ("model", model), ("search", search)),
            TsmJson.Default.PageCardRecord, cancellation);

    public Task<Answer<CardRecord>> CardAsync(string card, CancellationToken cancellation) =>
        GetAsync("cards/" + Escape(card), TsmJson.Default.CardRecord, cancellation);

    public Task<Answer<Page<HistoryEntry>>> HistoryAsync(string card, int limit, string? before, CancellationToken cancellation) =>
        GetAsync($"cards/{Escape(card)}/history" + Query(("limit", Number(limit)), ("before", before)),
            TsmJson.Default.PageHistoryEntry, cancellation);

    public Task<Answer<App>> AddApplicationAsync(byte[] cap, string? name, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(cap);
        content.Headers.ContentType = new("application/octet-stream");
        return SendAsync(HttpMethod.Post, "applications" + Query(("name", name)), content, TsmJson.Default.App, null, cancellation);
    }

    public Task<Answer<Page<App>>> ApplicationsAsync(int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync("applications" + Query(("limit", Number(limit)), ("cursor", cursor)), TsmJson.Default.PageApp, cancellation);

    public Task<Answer<App>> ApplicationAsync(string application, CancellationToken cancellation) =>
        GetAsync("applications/" + Escape(application), TsmJson.Default.App, cancellation);

    /// <summary>Orders an operation; the key makes an order that is repeated after a broken connection the same order.</summary>
    public Task<Answer<JobsCreated>> CreateJobsAsync(JobOrder order, string idempotencyKey, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "jobs",
            new StringContent(JsonSerializer.Serialize(order, TsmJson.Default.JobOrder), Encoding.UTF8, "application/json"),
            TsmJson.Default.JobsCreated, idempotencyKey, cancellation);

    public Task<Answer<Job>> RotateKeysAsync(string card, string provider, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post, $"cards/{Escape(card)}/domains/{Escape(provider)}/rotate-keys", null, TsmJson.Default.Job, null, cancellation);

    public Task<Answer<Job>> ExtraditeAsync(string card, string provider, ExtraditionOrder order, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post,
        $"cards/{Escape(card)}/domains/{Escape(provider)}/extradite",
        new StringContent(JsonSerializer.Serialize(order, TsmJson.Default.ExtraditionOrder), Encoding.UTF8, "application/json"),
        TsmJson.Default.Job,
        null,
        cancellation);

    public Task<Answer<Page<Job>>> JobsAsync(
        string? card, string? status, IEnumerable<string>? ids, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync("jobs" + Query(
            ("card", card), ("status", status), ("ids", ids is null ? null : string.Join(',', ids)), ("limit", Number(limit)), ("cursor", cursor)),
            TsmJson.Default.PageJob, cancellation);

    public Task<Answer<Job>> JobAsync(string id, CancellationToken cancellation) =>
        GetAsync("jobs/" + Escape(id), TsmJson.Default.Job, cancellation);

    public Task<Answer<ExplanationReport>> ExplainAsync(ExplainOrder order, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "explain", new StringContent(JsonSerializer.Serialize(order, TsmJson.Default.ExplainOrder), Encoding.UTF8, "application/json"), TsmJson.Default.ExplanationReport, null, cancellation);

    public Task<Answer<JobExplanation>> ExplainJobAsync(string id, CancellationToken cancellation) =>
        GetAsync($"jobs/{Escape(id)}/explanation", TsmJson.Default.JobExplanation, cancellation);

    public Task<Answer<Job>> CancelJobAsync(string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"jobs/{Escape(id)}/cancel", null, TsmJson.Default.Job, null, cancellation);

    public Task<Answer<Page<TrailEntry>>> AuditTrailAsync(
        string? action, string? subject, string? from, string? to, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync("audit-trail" + Query(
            ("action", action), ("subject", subject), ("from", from), ("to", to), ("limit", Number(limit)), ("cursor", cursor)),
            TsmJson.Default.PageTrailEntry, cancellation);

    public Task<Answer<TrailVerification>> VerifyAuditTrailAsync(string? head, CancellationToken cancellation) =>
        GetAsync("audit-trail/verify" + Query(("head", head)), TsmJson.Default.TrailVerification, cancellation);

    public Task<Answer<TrailKey>> AuditTrailKeyAsync(CancellationToken cancellation) =>
        GetAsync("audit-trail/key", TsmJson.Default.TrailKey, cancellation);

    /// <summary>Hands over the lines of an export as they come, however many they are.</summary>
    public async Task ExportAuditTrailAsync(Func<string, CancellationToken, Task> take, CancellationToken cancellation)
    {
        const string Path = "audit-trail/export";
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/" + Path);
        await GuardAsync(
            Path,
            async () =>
            {
                using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (!response.IsSuccessStatusCode)
                {
                    throw ApiProblems.Of(Server, response, await response.Content.ReadAsStringAsync(cancellation));
                }

                using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
                while (await lines.ReadLineAsync(cancellation) is { } line)
                {
                    await take(line, cancellation);
                }

                return true;
            },
            cancellation);
    }

    private Task<Answer<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, path, null, type, null, cancellation);

    private async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, string? idempotencyKey, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, "api/v1/" + path) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await GuardAsync(
            path,
            async () =>
            {
                using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
                string body = await response.Content.ReadAsStringAsync(cancellation);
                if (!response.IsSuccessStatusCode)
                {
                    throw ApiProblems.Of(Server, response, body);
                }

                using JsonDocument document = JsonDocument.Parse(body);
                T? value = document.Deserialize(type);
                return value is null
                    ? throw ApiProblems.NotOurs(Server, response, body)
                    : new Answer<T>(value, document.RootElement.Clone(), (int)response.StatusCode);
            },
            cancellation);
    }

    /// <summary>Turns whatever goes wrong on the way into a problem.</summary>
    private async Task<T> GuardAsync<T>(string path, Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (JsonException fault)
        {
            throw ApiProblems.Unreadable(Server, path, fault);
        }
        catch (HttpRequestException fault)
        {
            throw ApiProblems.Unreachable(Server, (fault.InnerException as SocketException)?.Message ?? fault.Message);
        }
        catch (IOException fault)
        {
            throw ApiProblems.Unreachable(Server, fault.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw ApiProblems.Unreachable(Server, $"no answer within {AnswerLimit.TotalMinutes:0} minutes");
        }
    }

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    private static string? Number(int value) => value == 0 ? null : value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach ((string name, string? value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return query.ToString();
    }
}
