using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Server.Access;

namespace Tsm.Tests.Server;

/// <summary>
/// Walks all routes of the running server with a provider's token: those that are not for providers refuse it, and those that are
/// show nothing of another provider, and answer what is another's as they answer what is not there. A route that is added later is walked as
/// well. Whose domains' keys may be handed over is tried with a domain that is there, in <see cref="Requests.KeyHandOverTests"/>.
/// </summary>
public sealed partial class EveryRouteTests : IAsyncLifetime
{
    /// <summary>What stands in whatever belongs to the other provider, and must not stand in any answer.</summary>
    private const string Foreign = "globex";

    /// <summary>What is named in its stead where nobody has what is asked for.</summary>
    private const string Nobody = "nobody";

    /// <summary>A card with a service of either provider, one with a service of the other alone, and one that is not there.</summary>
    private const string Iccid = "8949000000000000018", ForeignIccid = "8949000000000000026", NobodysIccid = "8949000000000000034";

    /// <summary>A load file of the other provider.</summary>
    private const string ForeignPackage = "F0546D5323";

    private const string Key = "000102030405060708090A0B0C0D0E0F";

    private readonly Dictionary<string, string> _foreign = new(StringComparer.Ordinal);
    private RunningServer _server = null!;
    private string _token = "";

    /// <summary>
    /// What is tried of each route that is for providers. Names in braces stand for ids of the other provider, see <see cref="PrepareAsync"/>;
    /// what is not there has an id of its own, and both have to be answered alike.
    /// </summary>
    private static readonly Dictionary<string, Sample[]> Samples = new(StringComparer.Ordinal)
    {
        ["GET /api/v1/providers"] = [new() { IsList = true }],
        ["GET /api/v1/providers/{id}"] = [new("provider")],
        ["GET /api/v1/contracts"] = [new() { Query = $"?provider={Foreign}" }, new() { IsList = true }],
        ["GET /api/v1/contracts/{id}"] = [new("contract")],
        ["GET /api/v1/events"] = [new() { Query = $"?provider={Foreign}" }, new() { Query = $"?card={ForeignIccid}" }, new() { IsList = true }],
        ["GET /api/v1/events/stream"] = [new() { IsStream = true }],
        ["POST /api/v1/webhooks"] = [new() { Body = new { provider = Foreign, url = "https://a.example" }, IsRefused = true }],
        ["GET /api/v1/webhooks"] = [new() { IsList = true }],
        ["GET /api/v1/webhooks/{id}"] = [new("webhook")],
        ["DELETE /api/v1/webhooks/{id}"] = [new("webhook")],
        ["POST /api/v1/webhooks/{id}/pause"] = [new("webhook")],
        ["POST /api/v1/webhooks/{id}/resume"] = [new("webhook")],
        ["POST /api/v1/webhooks/{id}/test"] = [new("webhook")],
        ["GET /api/v1/webhooks/{id}/deliveries"] = [new("webhook")],
        ["POST /api/v1/webhooks/{id}/deliveries/{delivery}/again"] = [new("webhook")],
        ["POST /api/v1/cards/{card}/domains/{provider}/hand-over"] = [new("card") { Body = new { publicKey = "04" } }],
        ["POST /api/v1/requests"] = [new() { Body = new { service = "5E", operation = "suspend", card = Iccid }, Ghost = ("5E", "5F"), IsRefused = true }],
        ["GET /api/v1/requests"] =
        [
            new() { Query = $"?provider={Foreign}" },
            new() { Query = $"?card={ForeignIccid}" },
            new() { IsList = true },
        ],
        ["GET /api/v1/requests/{id}"] = [new("request")],
        ["POST /api/v1/requests/{id}/cancel"] = [new("request")],
        ["GET /api/v1/requests/{id}/eligibility"] = [new("request")],
        ["POST /api/v1/eligibility-checks"] =
        [
            new() { Body = new { service = $"{Foreign}-wallet", operation = "suspend", card = Iccid } },
            new() { Body = new { service = "5E", operation = "deploy", card = Iccid }, Ghost = ("5E", "5F") },
        ],
        ["POST /api/v1/services"] = [new() { Body = new { id = "stolen", provider = Foreign, name = "Stolen" }, IsRefused = true }],
        ["GET /api/v1/services"] = [new() { Query = $"?provider={Foreign}" }, new() { IsList = true }],
        ["GET /api/v1/services/{service}"] = [new("service")],
        ["PATCH /api/v1/services/{service}"] = [new("service") { Body = new { name = "Stolen" } }],
        ["POST /api/v1/services/{service}/withdraw"] = [new("service")],
        ["POST /api/v1/services/{service}/versions"] = [new("service") { Body = new { version = "1.0", application = "hello" } }],
        ["GET /api/v1/services/{service}/compatibility"] = [new("service")],
        ["POST /api/v1/applications"] = [new() { IsUpload = true }],
        ["GET /api/v1/applications"] = [new() { IsList = true }],
        ["GET /api/v1/applications/{application}"] = [new("application")],
        ["GET /api/v1/service-instances"] =
        [
            new() { Query = $"?provider={Foreign}" },
            new() { Query = $"?service={Foreign}-wallet" },
            new() { Query = $"?card={ForeignIccid}", IsRefused = true },
            new() { Query = $"?card={Iccid}", IsList = true },
        ],
        ["GET /api/v1/usage-records"] =
        [
            new() { Query = $"?service={Foreign}-wallet", IsRefused = true },
            new() { Query = $"?card={ForeignIccid}", IsRefused = true },
            new() { IsList = true },
        ],
        ["GET /api/v1/reputation"] =
        [
            new() { Query = $"?card={Iccid}&service={Foreign}-wallet", IsRefused = true },
            new() { Query = $"?card={ForeignIccid}&service=acme-wallet", IsRefused = true },
            new() { Query = $"?card={Iccid}&service=acme-wallet", IsList = true },
        ],
        ["POST /api/v1/policies"] =
        [
            new()
            {
                Body = new { id = "mine", owner = Foreign, start = 1, suspendBelow = 0, resumeAbove = 1, rules = new[] { new { kind = "fraud", points = -1, windowDays = 1 } } },
                IsRefused = true,
            },
        ],
        ["GET /api/v1/policies"] = [new() { IsList = true }],
        ["GET /api/v1/policies/{id}"] = [new("policy")],
        ["PUT /api/v1/policies/{id}"] = [new("policy")],
        ["POST /api/v1/policies/{id}/trial"] = [new("policy")],
        ["POST /api/v1/policies/{id}/activate"] = [new("policy")],
        ["POST /api/v1/policies/{id}/pause"] = [new("policy")],
        ["GET /api/v1/policies/{id}/actions"] = [new("policy")],
        ["POST /api/v1/policies/{id}/overrules"] = [new("policy")],
        ["GET /api/v1/policies/{id}/overrules"] = [new("policy")],
        ["DELETE /api/v1/policies/{id}/overrules"] = [new("policy")],
    };

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await PrepareAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_route_that_is_not_for_providers_refuses_a_provider()
    {
        List<string> wrong = [];
        foreach ((string method, string pattern, RouteEndpoint endpoint) in Routes().Where(r => !IsForProviders(r.Endpoint)))
        {
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            {
                continue;
            }

            (int status, JsonElement? body) = await _server.AsAsync(_token, new(method), Path(pattern, _ => "some-id"), Content(method, new { }));
            if (status != 403 || body?.Text("code") != "ROLE_FORBIDDEN")
            {
                wrong.Add($"{method} {pattern}: {status} {body}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_route_that_is_for_providers_shows_nothing_of_another_provider()
    {
        List<string> wrong = [];
        foreach ((string method, string pattern, _) in Routes().Where(r => IsForProviders(r.Endpoint)))
        {
            string route = $"{method} {pattern}";
            if (!Samples.TryGetValue(route, out Sample[]? samples))
            {
                wrong.Add($"{route} is for providers and has no sample: say in {nameof(Samples)} what of another provider it could show.");
                continue;
            }

            foreach (Sample sample in samples)
            {
                wrong.AddRange(await TryAsync(route, method, pattern, sample));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_sample_is_of_a_route_that_is_there() =>
        Assert.Empty(Samples.Keys.Except(Routes().Where(r => IsForProviders(r.Endpoint)).Select(r => $"{r.Method} {r.Pattern}"), StringComparer.Ordinal));

    private async Task<IEnumerable<string>> TryAsync(string route, string method, string pattern, Sample sample)
    {
        if (sample.IsStream)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, pattern);
            request.Headers.Authorization = new("Bearer", _token);
            request.Headers.Add("Last-Event-ID", "0");
            using HttpResponseMessage response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            List<string> read = [];
            while (!read.Exists(l => l.Contains("\"provider\":\"acme\"", StringComparison.Ordinal)))
            {
                read.Add(await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(15)) ?? throw new EndOfStreamException());
            }

            return read.Where(l => l.Contains(Foreign, StringComparison.Ordinal)).Select(l => $"{route}: {l}");
        }

        if (sample.IsUpload)
        {
            // What the other has uploaded is for this one as if nobody had.
            string uploaded = $"{await _server.UploadAsAsync(_token, "mine", ForeignPackage)}";
            return uploaded.Contains(Foreign, StringComparison.Ordinal) ? [$"{route}: {uploaded}"] : [];
        }

        string[] names = [.. Parameters().Matches(pattern).Select(m => m.Groups["name"].Value)];
        string? id = sample.Kind is { } kind ? _foreign[kind] : null;
        string path = Path(pattern, name => names[0] == name && id is not null ? id : _foreign.GetValueOrDefault(name, "1")) + sample.Query;
        string body = JsonSerializer.Serialize(Content(method, sample.Body));

        // The same again, of what is not there.
        string AsNobodys(string text)
        {
            text = text.Replace(Foreign, Nobody, StringComparison.Ordinal).Replace(ForeignIccid, NobodysIccid, StringComparison.Ordinal);
            text = id is null ? text : text.Replace(id, Nobody, StringComparison.Ordinal);
            return sample.Ghost is var (here, there) ? text.Replace(here, there, StringComparison.Ordinal) : text;
        }

        (int status, string said) = await SendAsync(method, path, body);
        bool isRight = sample.IsList ? status == 200 && said.Contains("acme", StringComparison.Ordinal)
            : sample.Kind is not null ? status == 404
            : sample.IsRefused ? status is >= 400 and < 500
            : status == 200;
        if (sample.IsList)
        {
            return isRight && !said.Contains(Foreign, StringComparison.Ordinal) ? [] : [$"{route}{sample.Query}: {status} {said}"];
        }

        (int expected, string nothing) = await SendAsync(method, AsNobodys(path), AsNobodys(body));
        return isRight && status == expected && AsNobodys(said) == nothing
            ? []
            : [$"{route}{sample.Query}: what is another's is answered with {status} {said}, what is not there with {expected} {nothing}."];
    }

    /// <summary>The answer to the caller, but for what differs from one request to the next.</summary>
    private async Task<(int Status, string Said)> SendAsync(string method, string path, string body)
    {
        (int status, JsonElement? answer) = await _server.AsAsync(
            _token, new(method), path, method is "POST" or "PUT" or "PATCH" ? JsonSerializer.Deserialize<JsonElement>(body) : null);
        return (status, Passing().Replace($"{answer}", "-"));
    }

    /// <summary>Two providers with everything; the caller is the first, and everything of the second holds its name.</summary>
    private async Task PrepareAsync()
    {
        (int imported, JsonElement cards) = await _server.ImportAsync(
            $"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},491700000001,uicc-aes,1,{Key},{Key},\n{ForeignIccid},491700000002,uicc-aes,1,{Key},{Key},\n");
        Assert.True(imported == 200, cards.ToString());
        foreach (string provider in new[] { "acme", Foreign })
        {
            await _server.ProviderAsync(provider);
            await _server.PostAsync("/api/v1/contracts", new { id = $"{provider}-c1", provider, mode = "simple" });
            (_, JsonElement webhook) = await _server.PostAsync("/api/v1/webhooks", new { provider, url = $"https://{provider}.example/x" });
            await _server.RaiseAsync("service.activated", provider, $"{provider}-wallet", Iccid, $"Of {provider}.");
            await _server.PostAsync(
                "/api/v1/services", new { id = $"{provider}-wallet", provider, name = $"Wallet of {provider}", code = provider == Foreign ? "5E" : null, applicationServer = $"{provider}-server" });
            (string own, _) = await _server.TokenAsync("provider", provider);
            JsonElement application = await _server.UploadAsAsync(own, $"{provider}-applet", provider == Foreign ? "F0546D5321" : "F0546D5322");
            _foreign["service"] = $"{provider}-wallet";
            _foreign["application"] = application.Text("id");
            (_, JsonElement? refused) = await _server.AsAsync(
                own, HttpMethod.Post, "/api/v1/requests", new { service = $"{provider}-wallet", operation = "deploy", card = Iccid });
            await using (ServiceBooks books = ServiceBooks.Of(_server))
            {
                await books.PutAsync($"{provider}-wallet", provider == Foreign ? ForeignIccid : Iccid, provider);
                await books.PutAsync($"{provider}-wallet", Iccid, provider);
            }

            (int used, JsonElement usage) = await _server.PostAsync("/api/v1/usage-records", new
            {
                server = $"{provider}-server",
                records = new[] { new { id = $"{provider}-1", service = $"{provider}-wallet", iccid = Iccid, at = TimeProvider.System.GetUtcNow().AddMinutes(-1).ToString("O"), kind = "fraud" } },
            });
            Assert.True(used == 200, usage.ToString());
            _foreign["request"] = refused!.Value.List("evidence").Last().GetString()!["request ".Length..];
            await _server.PostAsync(
                "/api/v1/policies",
                new { id = $"{provider}-strict", owner = provider, start = 1, suspendBelow = 0, resumeAbove = 1, rules = new[] { new { kind = "fraud", points = -1, windowDays = 1 } } });
            _foreign["policy"] = $"{provider}-strict";
            _foreign["provider"] = provider;
            _foreign["contract"] = $"{provider}-c1";
            _foreign["card"] = ForeignIccid;
            _foreign["webhook"] = webhook.GetProperty("details").Text("id");
        }

        await _server.UploadAsAsync((await _server.TokenAsync("provider", Foreign)).Token, $"{Foreign}-second", ForeignPackage);
        _token = (await _server.TokenAsync("provider", "acme")).Token;
    }

    private IEnumerable<(string Method, string Pattern, RouteEndpoint Endpoint)> Routes() =>
        from endpoint in _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.RoutePattern.RawText is not null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (method, "/" + endpoint.RoutePattern.RawText!.Trim('/'), endpoint);

    private static bool IsForProviders(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<AllowedRoles>()?.Roles.Contains(Role.Provider) is true;

    private static object? Content(string method, object? body) => method is "POST" or "PUT" or "PATCH" ? body ?? new { } : null;

    private static string Path(string pattern, Func<string, string> value) => Parameters().Replace(pattern, m => value(m.Groups["name"].Value));

    [GeneratedRegex(@"\{\**(?<name>\w+)[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameters();

    // Times, and the ids of requests that are made.
    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[^""]*|(?<=request )r-[0-9a-f]{24}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Passing();

    /// <summary>How a route is tried.</summary>
    /// <param name="Kind">What the first name in the path stands for; null where the route has none.</param>
    private sealed record Sample(string? Kind = null)
    {
        public string Query { get; init; } = "";

        public object? Body { get; init; }

        /// <summary>Whether the request itself asks for what is another's, and has to be refused.</summary>
        public bool IsRefused { get; init; }

        /// <summary>Whether it shows what is the caller's own, and that alone.</summary>
        public bool IsList { get; init; }

        public bool IsStream { get; init; }

        public bool IsUpload { get; init; }

        /// <summary>A name of the other's that does not hold its id, and one that is free.</summary>
        public (string Here, string There)? Ghost { get; init; }
    }
}
