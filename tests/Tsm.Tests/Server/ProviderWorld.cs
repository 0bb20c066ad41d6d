using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.Ports;

namespace Tsm.Tests.Server;

/// <summary>Short ways to providers, tokens and events of a running server.</summary>
internal static class ProviderWorld
{
    public const string Tenant = "default";

    /// <summary>Takes a provider on.</summary>
    public static async Task<JsonElement> ProviderAsync(this RunningServer server, string id)
    {
        (int status, JsonElement provider) = await server.PostAsync("/api/v1/providers", new { id, name = $"The {id}" });
        Assert.True(status == 201, provider.ToString());
        return provider;
    }

    /// <summary>Makes a token.</summary>
    public static async Task<(string Token, string Id)> TokenAsync(this RunningServer server, string role, string? scope)
    {
        (int status, JsonElement made) = await server.PostAsync("/api/v1/tokens", new { role, scope, name = $"token of {scope ?? role}" });
        Assert.True(status == 201, made.ToString());
        return (made.Text("token"), made.GetProperty("details").Text("id"));
    }

    /// <summary>Sends a request with another token; a body that is empty is null.</summary>
    public static async Task<(int Status, JsonElement? Body)> AsAsync(
        this RunningServer server, string? token, HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? server.Client.DefaultRequestHeaders.Authorization : new AuthenticationHeaderValue("Bearer", token);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using HttpResponseMessage response = await server.Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        server.Answers.Enqueue(text);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonDocument.Parse(text).RootElement.Clone());
    }

    /// <summary>Raises an event as a card's turn would.</summary>
    public static Task RaiseAsync(
        this RunningServer server, string kind, string? provider, string? service = null, string? iccid = null, string text = "It has happened.") =>
        server.Services.GetRequiredService<IEvents>().AddAsync(
            Tenant,
            new(TimeProvider.System.GetUtcNow(), kind, provider, service, iccid, null, null, null, text, ImmutableSortedDictionary<string, string>.Empty),
            CancellationToken.None);

    /// <summary>Waits for what a server brings about, and says what was seen last when it does not come.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            T seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            Assert.False(limit.IsCancellationRequested, $"Still {seen}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
