using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tsm.Cli.Api;

/// <content>Providers, contracts, tokens, events and webhooks.</content>
internal sealed partial class ApiClient
{
    public Task<Answer<JsonElement>> CreateProviderAsync(JsonObject provider, CancellationToken cancellation) =>
        PostAsync("providers", provider, cancellation);

    public Task<Answer<Page<JsonElement>>> ProvidersAsync(CancellationToken cancellation) => ListAsync("providers", cancellation);

    public Task<Answer<JsonElement>> ProviderAsync(string id, CancellationToken cancellation) =>
        GetAsync("providers/" + Escape(id), TsmJson.Default.JsonElement, cancellation);

    public Task<Answer<JsonElement>> EndProviderAsync(string id, CancellationToken cancellation) =>
        PostAsync($"providers/{Escape(id)}/end", null, cancellation);

    public Task<Answer<JsonElement>> CreateContractAsync(JsonObject contract, CancellationToken cancellation) =>
        PostAsync("contracts", contract, cancellation);

    public Task<Answer<Page<JsonElement>>> ContractsAsync(string? provider, CancellationToken cancellation) =>
        ListAsync("contracts" + Query(("provider", provider)), cancellation);

    public Task<Answer<JsonElement>> ContractAsync(string id, CancellationToken cancellation) =>
        GetAsync("contracts/" + Escape(id), TsmJson.Default.JsonElement, cancellation);

    public Task<Answer<JsonElement>> EndContractAsync(string id, CancellationToken cancellation) =>
        PostAsync($"contracts/{Escape(id)}/end", null, cancellation);

    public Task<Answer<JsonElement>> CreateTokenAsync(JsonObject token, CancellationToken cancellation) =>
        PostAsync("tokens", token, cancellation);

    public Task<Answer<Page<JsonElement>>> TokensAsync(CancellationToken cancellation) => ListAsync("tokens", cancellation);

    public Task RevokeTokenAsync(string id, CancellationToken cancellation) => DeleteAsync("tokens/" + Escape(id), cancellation);

    public Task<Answer<Page<JsonElement>>> EventsAsync(EventQuery query, int limit, string? cursor, CancellationToken cancellation) =>
        ListAsync(
            "events" + Query(
                ("provider", query.Provider), ("kind", query.Kind), ("service", query.Service), ("card", query.Card),
                ("limit", Number(limit)), ("cursor", cursor)),
            cancellation);

    public Task<Answer<JsonElement>> CreateWebhookAsync(JsonObject webhook, CancellationToken cancellation) =>
        PostAsync("webhooks", webhook, cancellation);

    public Task<Answer<Page<JsonElement>>> WebhooksAsync(CancellationToken cancellation) => ListAsync("webhooks", cancellation);

    public Task DeleteWebhookAsync(string id, CancellationToken cancellation) => DeleteAsync("webhooks/" + Escape(id), cancellation);

    public Task<Answer<JsonElement>> TestWebhookAsync(string id, CancellationToken cancellation) =>
        PostAsync($"webhooks/{Escape(id)}/test", null, cancellation);

    public Task<Answer<Page<JsonElement>>> DeliveriesAsync(string id, int limit, string? cursor, CancellationToken cancellation) =>
        ListAsync($"webhooks/{Escape(id)}/deliveries" + Query(("limit", Number(limit)), ("cursor", cursor)), cancellation);

    /// <summary>Hands over events as they happen, until the stream is cut off.</summary>
    /// <param name="lastId">The id of the last message of an earlier stream; null for what happens from now on.</param>
    /// <param name="take">Gets the id of each message and the event.</param>
    public Task FollowEventsAsync(EventQuery query, string? lastId, Action<string, JsonElement> take, CancellationToken cancellation)
    {
        string path = "events/stream" + Query(
            ("provider", query.Provider), ("kind", query.Kind), ("service", query.Service), ("card", query.Card));
        return GuardAsync(
            path,
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/" + path);
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
                if (lastId is not null)
                {
                    request.Headers.Add("Last-Event-ID", lastId);
                }

                using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (!response.IsSuccessStatusCode)
                {
                    throw ApiProblems.Of(Server, response, await response.Content.ReadAsStringAsync(cancellation));
                }

                using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
                string id = "";
                while (await lines.ReadLineAsync(cancellation) is { } line)
                {
                    if (line.StartsWith("id: ", StringComparison.Ordinal))
                    {
                        id = line[4..];
                    }
                    else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    {
                        using JsonDocument data = JsonDocument.Parse(line[6..]);
                        take(id, data.RootElement.Clone());
                    }
                }

                return true;
            },
            cancellation);
    }

    private Task<Answer<Page<JsonElement>>> ListAsync(string path, CancellationToken cancellation) =>
        GetAsync(path, TsmJson.Default.PageJsonElement, cancellation);

    private Task<Answer<JsonElement>> PostAsync(string path, JsonObject? body, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post,
        path,
        body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        TsmJson.Default.JsonElement,
        idempotencyKey: null,
        cancellation);

    /// <summary>Takes something away; the answer has no body.</summary>
    private Task<bool> DeleteAsync(string path, CancellationToken cancellation) => GuardAsync(
        path,
        async () =>
        {
            using HttpResponseMessage response = await _http.DeleteAsync(new Uri("api/v1/" + path, UriKind.Relative), cancellation);
            return response.IsSuccessStatusCode
                ? true
                : throw ApiProblems.Of(Server, response, await response.Content.ReadAsStringAsync(cancellation));
        },
        cancellation);
}

/// <summary>Which events; null for all.</summary>
internal sealed record EventQuery(string? Provider, string? Kind, string? Service, string? Card);
