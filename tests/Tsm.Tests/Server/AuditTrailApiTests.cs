using System.Text;
using System.Text.Json;
using Tsm.Card.CapFiles;
using Tsm.Cli.Api;
using Tsm.Cli.Trails;
using Tsm.Security.AuditTrail;
using Tsm.Server.Hosting;

namespace Tsm.Tests.Server;

/// <summary>The audit trail through the API: what is done there stands in it, sealed, and can be verified elsewhere.</summary>
public sealed class AuditTrailApiTests : IAsyncLifetime
{
    private const string Iccid = "8949000000000000018";
    private const string Key = "00112233445566778899AABBCCDDEEFF";

    /// <summary>The models of the first start, and an import, an upload, a job and its end.</summary>
    private static readonly int Entries = BuiltInCardModels.All.Length + 4;

    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync(
        ("Recurring:SealEvery", "00:00:00.050"),
        ("Recurring:FirstVerificationAfter", "00:00:00.200"),
        ("Smsc:0:Name", "lab"), ("Smsc:0:Host", "127.0.0.1"), ("Smsc:0:Port", "1"), ("Smsc:0:SystemId", "tsm"), ("Smsc:0:Password", "secret"), ("Smsc:0:Source", "12345"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task What_callers_do_is_recorded_with_who_they_are_and_whom_they_claim_to_be()
    {
        await ActAsync();

        (int status, JsonElement page) = await _server.GetAsync("/api/v1/audit-trail?limit=4");
        JsonElement[] entries = [.. page.List("items")];

        Assert.Equal(200, status);
        Assert.Equal(["job.cancelled", "job.asked", "application.uploaded", "cards.imported"], entries.Select(e => e.Text("action")), StringComparer.Ordinal);
        Assert.All(entries, e => Assert.Equal(("operator", "local-token"), (e.Text("actorKind"), e.Text("actor"))));
        Assert.Equal("alice", entries[3].Text("claimed"));
        Assert.False(entries[2].TryGetProperty("claimed", out _));
        Assert.Equal(("cards", "new.csv", "1"), (entries[3].Text("subjectKind"), entries[3].Text("subject"), entries[3].GetProperty("details").Text("count")));
        Assert.Equal(64, entries[2].GetProperty("details").Text("sha256").Length);
        Assert.Equal((Iccid, "Audit"), (entries[1].Text("subject"), entries[1].GetProperty("details").Text("operation")));
        Assert.Equal(entries[1].Text("job"), entries[0].Text("job"));

        (_, JsonElement rest) = await _server.GetAsync($"/api/v1/audit-trail?cursor={page.Text("next")}");
        Assert.All(rest.List("items"), e => Assert.Equal(("policy", "first-start", "card-model.saved"), (e.Text("actorKind"), e.Text("actor"), e.Text("action"))));
        (_, JsonElement ofCard) = await _server.GetAsync($"/api/v1/audit-trail?subject={Iccid}&action=job.asked&from=2020-01-01&to=2999-01-01T00:00:00Z");
        Assert.Single(ofCard.List("items"));
    }

    [Fact]
    public async Task What_is_sealed_is_verified_by_the_server_and_from_an_export_without_it()
    {
        await ActAsync();
        JsonElement verified = await SealedAsync();
        (_, JsonElement key) = await _server.GetAsync("/api/v1/audit-trail/key");
        using HttpResponseMessage export = await _server.Client.GetAsync("/api/v1/audit-trail/export");
        string lines = await export.Content.ReadAsStringAsync();

        Assert.Equal(("application/x-ndjson", "ECDSA-P256-SHA256"), (export.Content.Headers.ContentType?.MediaType, key.Text("algorithm")));
        Assert.True(AuditPublicKey.TryReadPem(key.Text("pem"), out AuditPublicKey? trusted));
        Assert.True(AuditAnchor.TryParse(verified.GetProperty("head").Text("anchor"), out AuditAnchor? known));
        using var reader = new StringReader(lines);
        TrailVerification found = await ExportedTrail.VerifyAsync(reader, "export", trusted, known, CancellationToken.None);
        Assert.Equal(("intact", (long)Entries, trusted.Id), (found.Status, found.Entries, found.Key));
        (_, JsonElement again) = await _server.GetAsync($"/api/v1/audit-trail/verify?head={known}");
        (_, JsonElement cut) = await _server.GetAsync($"/api/v1/audit-trail/verify?head=99:{known.Hash}");
        Assert.Equal(("intact", "broken", "TRAIL_CUT"), (again.Text("status"), cut.Text("status"), cut.GetProperty("broken").Text("code")));
    }

    [Fact]
    public async Task Health_tells_what_the_recurring_verification_has_found()
    {
        JsonElement trail = default;
        await EventuallyAsync(async () =>
        {
            trail = (await _server.GetAsync("/api/v1/health")).Body.GetProperty("auditTrail");
            return trail.Text("status") is "intact"
                && _server.Log.Lines.Any(l => l.Contains("[6033]", StringComparison.Ordinal) && l.Contains("intact", StringComparison.Ordinal));
        });

        Assert.True(trail.TryGetProperty("verifiedAt", out _));
    }

    [Theory]
    [InlineData("/api/v1/audit-trail?limit=0")]
    [InlineData("/api/v1/audit-trail?cursor=x")]
    [InlineData("/api/v1/audit-trail?from=yesterday")]
    [InlineData("/api/v1/audit-trail?to=soon")]
    [InlineData("/api/v1/audit-trail/verify?head=12")]
    public async Task A_question_that_cannot_be_read_is_refused(string path)
    {
        (int status, JsonElement problem) = await _server.GetAsync(path);

        Assert.Equal((400, "REQUEST_INVALID"), (status, problem.Text("code")));
        Assert.NotEmpty(problem.Text("next"));
    }

    [Fact]
    public async Task A_claim_that_is_no_name_is_refused_and_nothing_is_done()
    {
        (int status, JsonElement problem) = await _server.SendAsync(
            HttpMethod.Post, "/api/v1/jobs", new StringContent("{}", Encoding.UTF8, "application/json"), h => h.Add("Tsm-Claimed-By", new string('x', 129)));

        Assert.Equal((400, "REQUEST_INVALID"), (status, problem.Text("code")));
    }

    private async Task ActAsync()
    {
        (int status, JsonElement imported) = await _server.SendAsync(
            HttpMethod.Post,
            "/api/v1/cards/import?source=new.csv",
            new StringContent($"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},491700000001,uicc-aes,1,{Key},{Key},\n", Encoding.UTF8, "text/csv"),
            h => h.Add("Tsm-Claimed-By", "alice"));
        Assert.True(status == 200, imported.ToString());
        await _server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello");
        (_, JsonElement asked) = await _server.PostAsync("/api/v1/jobs", new { operation = "audit", cards = new[] { Iccid } });
        (status, JsonElement cancelled) = await _server.PostAsync($"/api/v1/jobs/{asked.List("jobs").Single().Text("id")}/cancel", new { });
        Assert.True(status == 202, cancelled.ToString());
    }

    /// <summary>Waits until nothing is left to be sealed, as an operator would look again.</summary>
    private async Task<JsonElement> SealedAsync()
    {
        JsonElement verified = default;
        await EventuallyAsync(async () =>
        {
            verified = (await _server.GetAsync("/api/v1/audit-trail/verify")).Body;
            return verified.GetProperty("unsealed").GetProperty("count").GetInt64() == 0;
        });
        Assert.Equal(("intact", Entries), (verified.Text("status"), verified.GetProperty("entries").GetInt32()));
        return verified;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
