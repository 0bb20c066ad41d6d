using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Storage.Shared;

namespace Tsm.Tests.Server;

/// <summary>Webhooks against a receiver that fails, with a server that stops and a node that dies.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private static readonly (string, string)[] Fast =
    [
        ("Webhooks:AllowLoopback", "true"),
        ("Webhooks:LookEvery", "00:00:00.05"),
        ("Webhooks:FirstPause", "00:00:00.1"),
        ("Webhooks:LongestPause", "00:00:00.4"),
        ("Webhooks:Timeout", "00:00:05"),
        ("Webhooks:Lease", "00:00:15"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-webhooks-").FullName;
    private RunningServer _server = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(_folder, Fast);
        _receiver = await WebhookReceiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_failed_is_sent_again_with_the_same_id_and_body_and_a_signature_that_holds()
    {
        (string id, string secret) = await WebhookAsync();
        int failures = 2;
        _receiver.Answer = _ => Interlocked.Decrement(ref failures) >= 0 ? 500 : 200;

        await _server.RaiseAsync("service.activated", "bank", "wallet", "8949000000000000018");
        await _server.RaiseAsync("service.suspended", "bank", "wallet");
        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Taken.Count), c => c == 2);

        Received[] all = [.. _receiver.Received];
        Assert.Equal(4, all.Length);
        Assert.Single(all.Take(3).Select(r => (r.EventId, r.Body)).Distinct());
        Assert.Equal(["service.activated", "service.suspended"], all[2..].Select(r => r.Json.Text("kind")));
        Assert.Equal(all[2].EventId, all[2].Json.Text("id"));
        Assert.All(all, r => Assert.True(r.IsSignedWith(secret), r.Signature));
        Assert.All(all, r => Assert.False(r.IsSignedWith("whsec_other")));
        JsonElement[] shown = await ProviderWorld.UntilAsync(() => DeliveriesAsync(id), d => d.All(x => x.Text("status") == "delivered"));
        Assert.Equal([(1, 200), (3, 200)], shown.Select(d => (d.GetProperty("attempts").GetInt32(), d.GetProperty("code").GetInt32())));
    }

    [Fact]
    public async Task A_receiver_gets_what_it_asked_for_and_nothing_of_another_provider()
    {
        await WebhookAsync(kinds: ["service.activated"], services: ["wallet"]);
        await _server.RaiseAsync("service.activated", "metro", "wallet");
        await _server.RaiseAsync("service.activated", "bank", "other");
        await _server.RaiseAsync("service.suspended", "bank", "wallet");
        await _server.RaiseAsync("service.activated", null, "wallet");
        await _server.RaiseAsync("service.activated", "bank", "wallet", text: "the one");

        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Received.Count), c => c > 0);

        Assert.Equal("the one", Assert.Single(_receiver.Received).Json.Text("text"));
    }

    [Fact]
    public async Task A_delivery_that_is_given_up_is_shown_and_can_be_made_again_and_redirects_are_not_followed()
    {
        await _server.DisposeAsync();
        _server = await RunningServer.StartAsync(_folder, [.. Fast, ("Webhooks:GiveUpAfter", "00:00:00.5")]);
        (string id, _) = await WebhookAsync();
        _receiver.Answer = _ => 302;
        await _server.RaiseAsync("service.activated", "bank");

        JsonElement failed = (await ProviderWorld.UntilAsync(() => DeliveriesAsync(id), d => d is [var only] && only.Text("status") == "failed"))[0];
        Assert.Equal((302, 200), (failed.GetProperty("code").GetInt32(), failed.Text("text").Length));
        _receiver.Answer = _ => 200;
        (int again, _) = await _server.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{id}/deliveries/{failed.Text("id")}/again");
        await ProviderWorld.UntilAsync(() => DeliveriesAsync(id), d => d[0].Text("status") == "delivered");

        Assert.Equal(202, again);
        Assert.Equal(404, (await _server.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{id}/deliveries/99/again")).Status);
        (_, JsonElement test) = await _server.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{id}/test");
        Assert.Equal(("webhook.test", "delivered"), (test.Text("kind"), test.Text("status")));
    }

    [Fact]
    public async Task Deliveries_survive_a_restart_of_the_server()
    {
        (string id, string secret) = await WebhookAsync();
        _receiver.Answer = _ => 503;
        await _server.RaiseAsync("service.activated", "bank", text: "first");
        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Received.Count), c => c > 0);
        await _server.RaiseAsync("service.suspended", "bank", text: "second");
        await _server.DisposeAsync();

        _receiver.Answer = _ => 200;
        _server = await RunningServer.StartAsync(_folder, Fast);
        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Taken.Count), c => c == 2);

        Assert.Equal(["first", "second"], _receiver.Received.Where(r => r.Status == 200).Select(r => r.Json.Text("text")));
        Assert.All(_receiver.Received, r => Assert.True(r.IsSignedWith(secret)));
        await ProviderWorld.UntilAsync(() => DeliveriesAsync(id), d => d.Length == 2 && d.All(x => x.Text("status") == "delivered"));
    }

    [Fact]
    public async Task What_a_dead_node_served_goes_on_when_its_lease_has_run_out()
    {
        (string id, _) = await WebhookAsync();
        await _server.RaiseAsync("service.activated", "bank");
        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Taken.Count), c => c == 1);
        await _server.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{id}/pause");

        // From here on the row says what it says after a node has died that served the webhook.
        ISql sql = _server.Services.GetRequiredService<ISql>();
        long until = await sql.NowAsync(CancellationToken.None) + 5000;
        await sql.ChangeAsync<string>(
            "UPDATE webhooks_served SET owner = 'dead', lease_until = @until WHERE tenant = 'default' AND webhook = @id RETURNING webhook",
            new { until, id },
            CancellationToken.None);
        await _server.DisposeAsync();
        _server = await RunningServer.StartAsync(_folder, Fast);
        await _server.RaiseAsync("service.suspended", "bank");
        await _server.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{id}/resume");
        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Taken.Count), c => c == 2);

        Assert.InRange(_receiver.Received.Last().At, DateTimeOffset.FromUnixTimeMilliseconds(until), DateTimeOffset.MaxValue);
        Assert.Equal(2, _receiver.Received.Count);
    }

    [Fact]
    public async Task A_paused_webhook_waits_and_a_deleted_one_is_forgotten()
    {
        (string id, _) = await WebhookAsync();
        await _server.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{id}/pause");
        await _server.RaiseAsync("service.activated", "bank");
        JsonElement[] waiting = await ProviderWorld.UntilAsync(() => DeliveriesAsync(id), d => d.Length == 1);
        Assert.Equal(("waiting", 0), (waiting[0].Text("status"), waiting[0].GetProperty("attempts").GetInt32()));

        Assert.Equal(204, (await _server.AsAsync(null, HttpMethod.Delete, $"/api/v1/webhooks/{id}")).Status);

        Assert.Equal(404, (await _server.GetAsync($"/api/v1/webhooks/{id}")).Status);
        Assert.Equal(404, (await _server.GetAsync($"/api/v1/webhooks/{id}/deliveries")).Status);
        Assert.Empty(_receiver.Received);
    }

    [Fact]
    public async Task A_URL_that_leads_inside_is_refused_and_the_secret_is_kept_nowhere()
    {
        (string id, string secret) = await WebhookAsync();
        (int refused, JsonElement problem) = await _server.PostAsync("/api/v1/webhooks", new { url = "https://169.254.169.254/latest" });
        Assert.Equal((422, "URL_NOT_ALLOWED"), (refused, problem.List("errors").Single().Text("code")));
        await _server.GetAsync("/api/v1/webhooks");
        await _server.GetAsync($"/api/v1/webhooks/{id}");
        await _server.GetAsync("/api/v1/audit-trail?limit=1000");

        Assert.Single(_server.Answers, a => a.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(_server.Log.Lines, l => l.Contains(secret, StringComparison.Ordinal));
        foreach (string file in Directory.GetFiles(_folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            Assert.True(content.ToArray().AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, file);
        }
    }

    [Fact]
    public async Task A_server_that_listens_on_its_own_machine_may_stand_behind_a_proxy_and_takes_no_receiver_there_unasked()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await server.ProviderAsync("bank");
        (string token, _) = await server.TokenAsync("provider", "bank");

        (int status, JsonElement? problem) = await server.AsAsync(token, HttpMethod.Post, "/api/v1/webhooks", new { url = _receiver.Url });

        Assert.Equal((422, "URL_NOT_ALLOWED"), (status, problem!.Value.List("errors").Single().Text("code")));
    }

    [Fact]
    public async Task A_receiver_that_answers_and_never_ends_its_answer_has_taken_the_event()
    {
        _receiver.Hangs = true;
        (string id, _) = await WebhookAsync();

        await _server.RaiseAsync("service.activated", "bank");
        JsonElement[] shown = await ProviderWorld.UntilAsync(() => DeliveriesAsync(id), d => d is [var one] && one.GetProperty("attempts").GetInt32() > 0);

        Assert.Equal(("delivered", 200), (shown[0].Text("status"), shown[0].GetProperty("code").GetInt32()));
        Assert.Single(_receiver.Received);
    }

    [Fact]
    public async Task The_same_key_is_the_same_webhook_and_its_secret_is_told_to_who_has_made_it()
    {
        await _server.ProviderAsync("bank");
        await _server.ProviderAsync("metro");
        string bank = (await _server.TokenAsync("provider", "bank")).Token, metro = (await _server.TokenAsync("provider", "metro")).Token;
        Task<(int Status, JsonElement Body)> MakeAsync(string token, string url) => _server.SendAsync(
            HttpMethod.Post,
            "/api/v1/webhooks",
            JsonContent.Create(new { url }),
            headers =>
            {
                headers.Authorization = new("Bearer", token);
                headers.Add("Idempotency-Key", "first");
            });

        (int made, JsonElement one) = await MakeAsync(bank, _receiver.Url);
        (int again, JsonElement two) = await MakeAsync(bank, _receiver.Url);
        (int reused, JsonElement problem) = await MakeAsync(bank, "https://bank.example/x");
        (int theirs, JsonElement other) = await MakeAsync(metro, _receiver.Url);

        Assert.Equal((201, 201, 422, 201), (made, again, reused, theirs));
        Assert.Equal((one.ToString(), "IDEMPOTENCY_KEY_REUSED"), (two.ToString(), problem.Text("code")));
        Assert.NotEqual(one.Text("secret"), other.Text("secret"));
        Assert.Equal(2, (await _server.GetAsync("/api/v1/webhooks")).Body.List("items").Count());
    }

    private async Task<(string Id, string Secret)> WebhookAsync(string[]? kinds = null, string[]? services = null)
    {
        await _server.ProviderAsync("bank");
        (string token, _) = await _server.TokenAsync("provider", "bank");
        (int status, JsonElement? made) = await _server.AsAsync(
            token, HttpMethod.Post, "/api/v1/webhooks", new { url = _receiver.Url, kinds, services });
        Assert.True(status == 201, made.ToString());
        return (made!.Value.GetProperty("details").Text("id"), made.Value.Text("secret"));
    }

    private async Task<JsonElement[]> DeliveriesAsync(string id) =>
        [.. (await _server.GetAsync($"/api/v1/webhooks/{id}/deliveries")).Body.List("items")];
}
