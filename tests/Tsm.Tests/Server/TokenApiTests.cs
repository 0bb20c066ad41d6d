using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>Tokens of the API: what they open, for how long, and that they stand nowhere.</summary>
public sealed class TokenApiTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_token_is_shown_once_and_kept_nowhere()
    {
        await _server.ProviderAsync("bank");
        (string token, string id) = await _server.TokenAsync("provider", "bank");
        (_, JsonElement list) = await _server.GetAsync("/api/v1/tokens");
        await _server.GetAsync("/api/v1/audit-trail?limit=1000");

        Assert.StartsWith("tsm_", token, StringComparison.Ordinal);
        Assert.Equal((id, "provider", "bank"), list.List("items").Single() is var t ? (t.Text("id"), t.Text("role"), t.Text("scope")) : default);
        Assert.Single(_server.Answers, a => a.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(_server.Log.Lines, l => l.Contains(token, StringComparison.Ordinal));
        foreach (string file in Directory.GetFiles(_server.Folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            Assert.True(content.ToArray().AsSpan().IndexOf(Encoding.ASCII.GetBytes(token)) < 0, file);
        }
    }

    [Fact]
    public async Task Who_acts_stands_in_the_audit_trail_by_role_and_scope()
    {
        await _server.ProviderAsync("bank");
        (string provider, _) = await _server.TokenAsync("provider", "bank");
        (string oper, string id) = await _server.TokenAsync("operator", null);
        (string namesake, string other) = await _server.TokenAsync("operator", null);
        (int made, _) = await _server.AsAsync(provider, HttpMethod.Post, "/api/v1/webhooks", new { url = "https://bank.example/x" });
        (int paused, _) = await _server.AsAsync(oper, HttpMethod.Post, "/api/v1/providers", new { id = "metro", name = "Metro" });
        await _server.AsAsync(namesake, HttpMethod.Post, "/api/v1/providers", new { id = "tram", name = "Tram" });

        (_, JsonElement trail) = await _server.GetAsync("/api/v1/audit-trail?action=book.saved&limit=1000");

        Assert.Equal((201, 201), (made, paused));
        Assert.Contains(trail.List("items"), e => e.Text("actorKind") == "provider" && e.Text("actor") == "bank" && e.Text("subjectKind") == "webhook");
        Assert.Contains(trail.List("items"), e => e.Text("actorKind") == "operator" && e.Text("actor") == $"token of operator ({id})" && e.Text("subject") == "metro");
        Assert.Contains(trail.List("items"), e => e.Text("actor") == $"token of operator ({other})" && e.Text("subject") == "tram");
    }

    [Fact]
    public async Task A_token_ends_by_revocation_time_or_with_its_provider()
    {
        await _server.ProviderAsync("bank");
        (string first, string id) = await _server.TokenAsync("provider", "bank");
        (string second, _) = await _server.TokenAsync("provider", "bank");
        Assert.Equal(200, (await _server.AsAsync(first, HttpMethod.Get, "/api/v1/providers/bank")).Status);

        Assert.Equal(204, (await _server.AsAsync(null, HttpMethod.Delete, $"/api/v1/tokens/{id}")).Status);
        (int revoked, JsonElement? why) = await _server.AsAsync(first, HttpMethod.Get, "/api/v1/providers/bank");
        Assert.Equal((401, "TOKEN_REVOKED"), (revoked, why!.Value.Text("code")));
        Assert.Equal(404, (await _server.AsAsync(null, HttpMethod.Delete, $"/api/v1/tokens/{id}")).Status);

        await _server.SendAsync(HttpMethod.Post, "/api/v1/providers/bank/end");
        (int ended, why) = await _server.AsAsync(second, HttpMethod.Get, "/api/v1/providers/bank");
        Assert.Equal((403, "PROVIDER_ENDED"), (ended, why!.Value.Text("code")));

        (int made, JsonElement short_) = await _server.PostAsync(
            "/api/v1/tokens", new { role = "customerService", name = "shift", expiresAt = TimeProvider.System.GetUtcNow().AddSeconds(3) });
        Assert.Equal(201, made);
        await ProviderWorld.UntilAsync(
            () => _server.AsAsync(short_.Text("token"), HttpMethod.Get, "/api/v1/nothing"), a => a is (401, { } p) && p.Text("code") == "TOKEN_EXPIRED");
    }

    [Fact]
    public async Task A_revocation_by_another_node_holds_within_five_seconds()
    {
        await _server.ProviderAsync("bank");
        (string token, string id) = await _server.TokenAsync("provider", "bank");
        IApiTokens tokens = _server.Services.GetRequiredService<IApiTokens>();
        var time = new ManualTimeProvider();
        var keeper = new TokenKeeper(
            _server.Services.GetRequiredService<ApiToken>(), tokens, _server.Services.GetRequiredService<IBooks>(), time);
        Assert.NotNull((await keeper.FindAsync(token, null, CancellationToken.None)).Caller);

        // What another node writes; this one hears nothing of it.
        DateTimeOffset now = time.GetUtcNow();
        await tokens.RevokeAsync(ProviderWorld.Tenant, id, now, AuditEntries.TokenRevoked(now, Actor.FirstStart, id), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("TOKEN_REVOKED", (await keeper.FindAsync(token, null, CancellationToken.None)).Problem?.Code);
    }

    [Theory]
    [InlineData("provider", "nobody", "PROVIDER_UNKNOWN")]
    [InlineData("phone", "12ab", "MSISDN_INVALID")]
    [InlineData("applicationServer", null, "ID_INVALID")]
    [InlineData("operator", "bank", "SCOPE_UNEXPECTED")]
    [InlineData(null, null, "ROLE_MISSING")]
    public async Task A_token_without_its_proper_scope_is_not_made(string? role, string? scope, string code)
    {
        (int status, JsonElement problem) = await _server.PostAsync("/api/v1/tokens", new { role, scope, name = "x" });

        Assert.Equal((422, "TOKEN_INVALID"), (status, problem.Text("code")));
        Assert.Equal(code, problem.List("errors").Single().Text("code"));
    }

    [Theory]
    [InlineData("phone", "+491700000001")]
    [InlineData("applicationServer", "canteen")]
    [InlineData("customerService", null)]
    public async Task Every_role_but_the_operators_is_kept_to_its_routes(string role, string? scope)
    {
        (string token, _) = await _server.TokenAsync(role, scope);

        (int status, JsonElement? problem) = await _server.AsAsync(token, HttpMethod.Post, "/api/v1/tokens", new { role = Role.Operator.ToString(), name = "x" });

        Assert.Equal((403, "ROLE_FORBIDDEN"), (status, problem!.Value.Text("code")));
        Assert.NotEmpty(problem.Value.Text("next"));
        Assert.Equal(404, (await _server.AsAsync(token, HttpMethod.Get, "/api/v1/nothing")).Status);
    }
}
