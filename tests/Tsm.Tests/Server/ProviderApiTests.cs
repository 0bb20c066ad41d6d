using System.Text.Json;
using Tsm.Application.Providers;

namespace Tsm.Tests.Server;

/// <summary>Providers and contracts through the API.</summary>
public sealed class ProviderApiTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync(("Contracts:LookEvery", "00:00:00.05"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_provider_gets_names_for_its_domain_that_nobody_else_has()
    {
        JsonElement bank = await _server.ProviderAsync("bank");
        JsonElement metro = await _server.ProviderAsync("metro");

        Assert.Equal(32, bank.Text("domainAid").Length);
        Assert.StartsWith("F0", bank.Text("domainAid"), StringComparison.Ordinal);
        Assert.Equal(bank.Text("domainTar"), bank.Text("domainAid")[24..30]);
        Assert.NotEqual(bank.Text("domainTar"), metro.Text("domainTar"));
        Assert.Equal(["bank", "metro"], (await _server.GetAsync("/api/v1/providers")).Body.List("items").Select(p => p.Text("id")));

        await RefusedAsync(409, "PROVIDER_EXISTS", new { id = "bank", name = "x" });
        await RefusedAsync(409, "DOMAIN_TAR_TAKEN", new { id = "other", name = "x", domainTar = bank.Text("domainTar") });
        await RefusedAsync(409, "DOMAIN_TAR_TAKEN", new { id = "other", name = "x", domainTar = "B00010" });
        await RefusedAsync(409, "DOMAIN_TAR_TAKEN", new { id = "other", name = "x", domainTar = "000000" });
        await RefusedAsync(409, "DOMAIN_AID_TAKEN", new { id = "other", name = "x", domainAid = bank.Text("domainAid") });
        await RefusedAsync(409, "DOMAIN_AID_TAKEN", new { id = "other", name = "x", domainAid = "A000000151000000" });
        await RefusedAsync(422, "PROVIDER_INVALID", new { id = "Other", name = "" });
        (int status, JsonElement chosen) = await _server.PostAsync(
            "/api/v1/providers", new { id = "other", name = "x", domainAid = "A00000055910100102", domainTar = "1234AB" });
        Assert.Equal((201, "A00000055910100102", "1234AB"), (status, chosen.Text("domainAid"), chosen.Text("domainTar")));
    }

    [Fact]
    public async Task Of_providers_that_are_taken_on_at_once_no_two_get_the_same()
    {
        Task<(int Status, JsonElement Body)>[] asked = [.. Enumerable.Range(0, 12)
            .Select(i => _server.PostAsync("/api/v1/providers", new { id = $"p{i}", name = "x", domainTar = i % 2 == 0 ? "777777" : null }))];

        (int Status, JsonElement Body)[] answers = await Task.WhenAll(asked);

        JsonElement[] made = [.. answers.Where(a => a.Status == 201).Select(a => a.Body)];
        Assert.Equal(7, made.Length);
        Assert.Equal(made.Length, made.Select(p => p.Text("domainTar")).Distinct(StringComparer.Ordinal).Count());
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal("DOMAIN_TAR_TAKEN", a.Body.Text("code")));
    }

    [Fact]
    public async Task A_contract_is_checked_made_amended_by_version_and_ended()
    {
        await _server.ProviderAsync("bank");
        string[] none = ["none"];
        (int bad, JsonElement faults) = await _server.PostAsync(
            "/api/v1/contracts", new { id = "c1", provider = "nobody", quota = 0, cardModels = none, until = "2001-01-01T00:00:00Z" });
        Assert.Equal((422, "CONTRACT_INVALID"), (bad, faults.Text("code")));
        Assert.Equal(
            ["CARD_MODEL_UNKNOWN", "MODE_MISSING", "PROVIDER_UNKNOWN", "QUOTA_INVALID", "UNTIL_BEFORE_FROM", "UNTIL_PAST"],
            faults.List("errors").Select(f => f.Text("code")).Order(StringComparer.Ordinal));

        var terms = new { id = "c1", provider = "bank", mode = "simple", services = new[] { "wallet" }, operations = new[] { "deploy" }, quota = 5 };
        (int made, JsonElement contract) = await _server.PostAsync("/api/v1/contracts", terms);
        Assert.Equal((201, "holds", 1L), (made, contract.Text("state"), contract.GetProperty("version").GetInt64()));
        Assert.Equal("CONTRACT_EXISTS", (await _server.PostAsync("/api/v1/contracts", terms)).Body.Text("code"));

        using HttpResponseMessage shown = await _server.Client.GetAsync(new Uri("/api/v1/contracts/c1", UriKind.Relative));
        string tag = shown.Headers.ETag!.Tag;
        object more = new { mode = "delegated", quota = 9 };
        Assert.Equal(428, (await _server.AsAsync(null, HttpMethod.Put, "/api/v1/contracts/c1", more)).Status);
        Assert.Equal(412, (await _server.AsAsync(null, HttpMethod.Put, "/api/v1/contracts/c1", more, "\"7\"")).Status);
        (int amended, JsonElement? now) = await _server.AsAsync(null, HttpMethod.Put, "/api/v1/contracts/c1", more, tag);
        Assert.Equal((200, "delegated", 9), (amended, now!.Value.Text("mode"), now.Value.GetProperty("quota").GetInt32()));
        Assert.Equal(412, (await _server.AsAsync(null, HttpMethod.Put, "/api/v1/contracts/c1", more, tag)).Status);
        (int foreign, JsonElement? problem) = await _server.AsAsync(
            null, HttpMethod.Put, "/api/v1/contracts/c1", new { mode = "simple", provider = "metro" }, "\"2\"");
        Assert.Equal((422, "PROVIDER_FIXED"), (foreign, problem!.Value.List("errors").Single().Text("code")));

        (_, JsonElement ended) = await _server.SendAsync(HttpMethod.Post, "/api/v1/contracts/c1/end");
        Assert.Equal("ended", ended.Text("state"));
        (int late, JsonElement? refused) = await _server.AsAsync(null, HttpMethod.Put, "/api/v1/contracts/c1", more, "\"3\"");
        Assert.Equal((409, "CONTRACT_ENDED"), (late, refused!.Value.Text("code")));
        Assert.Equal(404, (await _server.SendAsync(HttpMethod.Post, "/api/v1/contracts/none/end")).Status);
    }

    [Fact]
    public async Task The_end_of_a_contract_is_told_once_whether_it_was_called_or_came()
    {
        await _server.ProviderAsync("bank");
        await ContractAsync("called", null);
        await ContractAsync("timed", TimeProvider.System.GetUtcNow().AddSeconds(5));
        await ContractAsync("stays", null);
        await _server.SendAsync(HttpMethod.Post, "/api/v1/contracts/called/end");

        string[] ended = await ProviderWorld.UntilAsync(EndedAsync, e => e.Length == 2);
        Assert.Equal(["called", "timed"], ended.Order(StringComparer.Ordinal));
        await _server.SendAsync(HttpMethod.Post, "/api/v1/contracts/called/end");
        await _server.SendAsync(HttpMethod.Post, "/api/v1/providers/bank/end");

        ended = await ProviderWorld.UntilAsync(EndedAsync, e => e.Length >= 3);
        Assert.Equal(["called", "stays", "timed"], ended.Order(StringComparer.Ordinal));
        (_, JsonElement trail) = await _server.GetAsync("/api/v1/audit-trail?action=contract.ended");
        Assert.Equal(3, trail.List("items").Count());
        (int status, JsonElement problem) = await _server.PostAsync("/api/v1/contracts", new { id = "late", provider = "bank", mode = "simple" });
        Assert.Equal((422, "PROVIDER_ENDED"), (status, problem.List("errors").Single().Text("code")));
    }

    private async Task<string[]> EndedAsync() =>
        [.. (await _server.GetAsync("/api/v1/events?kind=contract.ended&provider=bank")).Body.List("items").Select(e => e.GetProperty("details").Text("contract"))];

    private async Task ContractAsync(string id, DateTimeOffset? until)
    {
        (int status, JsonElement contract) = await _server.PostAsync(
            "/api/v1/contracts", new { id, provider = "bank", mode = nameof(ContractMode.Simple).ToLowerInvariant(), until, atEnd = "undo" });
        Assert.True(status == 201, contract.ToString());
    }

    private async Task RefusedAsync(int status, string code, object body)
    {
        (int answered, JsonElement problem) = await _server.PostAsync("/api/v1/providers", body);
        Assert.Equal((status, code), (answered, problem.Text("code")));
        Assert.NotEmpty(problem.Text("next"));
    }
}
