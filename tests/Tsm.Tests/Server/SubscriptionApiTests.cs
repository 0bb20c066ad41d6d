using System.Net.Http.Json;
using System.Text.Json;
using Tsm.Application.Events;
using Tsm.Application.Services;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Server;

/// <summary>Numbers and card swaps through the API. The new card is behind the network, at the number that moves to it.</summary>
public sealed class SubscriptionApiTests : IAsyncLifetime
{
    private const string OldIccid = "8949000000000000018";
    private const string NewIccid = "8949000000000000026";
    private const string Number = "491700000001";
    private const string Spare = "491700000002";
    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

    private CardNetwork _network = null!;
    private RunningServer _server = null!;
    private ServiceBooks _books = null!;
    private string _application = "";
    private Aid _module;

    public async Task InitializeAsync()
    {
        _network = CardNetwork.Start(NewIccid, Number, Kic, Kid, dek: Kic);
        _server = await RunningServer.StartAsync([.. _network.Configuration, ("Work:Poll", "00:00:00.05")]);
        (int status, JsonElement answer) = await _server.ImportAsync(
            $"iccid,msisdn,model,kvn,kic,kid,dek\n{OldIccid},{Number},uicc-aes,1,{Kic},{Kid},\n{NewIccid},{Spare},uicc-aes,1,{Kic},{Kid},{Kic}\n");
        Assert.True(status == 200, answer.ToString());
        (_, JsonElement application) = await _server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello");
        _application = application.Text("id");
        _module = Aid.Parse(application.List("applets").First().GetString()!);
        _books = ServiceBooks.Of(_server);
    }

    public async Task DisposeAsync()
    {
        await _books.DisposeAsync();
        await _server.DisposeAsync();
        await _network.DisposeAsync();
    }

    [Fact]
    public async Task S1_08_A_number_that_moves_leaves_the_other_card_without_one_and_that_card_takes_no_jobs()
    {
        (int moved, JsonElement now) = await PutNumberAsync(NewIccid, "+49 170 0000001");
        (int again, JsonElement same) = await PutNumberAsync(NewIccid, Number);
        (_, JsonElement old) = await _server.GetAsync($"/api/v1/cards/{OldIccid}");
        (_, JsonElement holder) = await _server.GetAsync($"/api/v1/cards/{Number}");
        (int refused, JsonElement problem) = await _server.PostAsync("/api/v1/jobs", new { operation = "audit", cards = new[] { OldIccid } });
        (int unknown, _) = await _server.GetAsync($"/api/v1/cards/{Spare}");
        JsonElement audit = await RunAsync(new { operation = "audit", cards = new[] { Number } });

        Assert.Equal((200, 200, 409, 404), (moved, again, refused, unknown));
        Assert.Equal((Number, Spare, Number), (now.Text("msisdn"), now.Text("before"), same.Text("before")));
        Assert.Equal(("", NewIccid, "NUMBER_NONE"), (old.Text("msisdn"), holder.Text("iccid"), problem.Text("code")));
        Assert.Equal("done", audit.Text("status"));
        Assert.Equal(2, (await _books.EventsAsync(EventKind.NumberChanged)).Count);
        (_, JsonElement trail) = await _server.GetAsync($"/api/v1/audit-trail?subject={OldIccid}");
        Assert.Contains(trail.List("items"), e => e.Text("action") == "number.lost");
    }

    [Fact]
    public async Task S1_08_A_number_that_is_withdrawn_is_out_of_service_until_the_card_has_one_again()
    {
        (int withdrawn, JsonElement none) = await _server.PostAsync($"/api/v1/cards/{Number}/number/withdraw", new { });
        (int again, _) = await _server.PostAsync($"/api/v1/cards/{OldIccid}/number/withdraw", new { });
        (int gone, _) = await _server.GetAsync($"/api/v1/cards/{Number}");
        (int given, JsonElement back) = await PutNumberAsync(OldIccid, Number);

        Assert.Equal((200, 200, 404, 200), (withdrawn, again, gone, given));
        Assert.Equal(Number, none.Text("before"));
        Assert.False(none.TryGetProperty("msisdn", out _));
        Assert.Equal(Number, back.Text("msisdn"));
    }

    [Fact]
    public async Task A_swap_deploys_to_the_new_card_and_shows_what_is_left_on_the_old_one_until_it_is_written_off()
    {
        await _server.ProviderAsync("bank");
        await _server.PostAsync("/api/v1/contracts", new { id = "bank-1", provider = "bank", mode = "simple" });
        await _books.OfferAsync("canteen", _application, _module);
        await _books.PutAsync("canteen", OldIccid);

        (int asked, JsonElement swap) = await _server.PostAsync("/api/v1/subscriptions/swap", new { msisdn = "+" + Number, newCard = NewIccid });
        string id = swap.Text("id");
        JsonElement left = await StateAsync(id, "leftBehind");
        (int twice, JsonElement same) = await _server.PostAsync("/api/v1/subscriptions/swap", new { msisdn = Number, newCard = NewIccid });
        (_, JsonElement card) = await _server.GetAsync($"/api/v1/cards/{Number}");
        (_, JsonElement orphans) = await _server.GetAsync($"/api/v1/subscriptions/swaps?orphans=true&card={OldIccid}");
        (int silent, _) = await _server.PostAsync($"/api/v1/subscriptions/swaps/{id}/write-off", new { });
        (int written, JsonElement ended) = await _server.PostAsync($"/api/v1/subscriptions/swaps/{id}/write-off", new { reason = "destroyed" });
        (int nothing, JsonElement problem) = await _server.PostAsync($"/api/v1/subscriptions/swaps/{id}/write-off", new { reason = "destroyed" });

        Assert.Equal((202, 202, 400, 200, 409), (asked, twice, silent, written, nothing));
        Assert.Equal((id, "SWAP_NOTHING_TO_DO"), (same.Text("id"), problem.Text("code")));
        Assert.Equal(NewIccid, card.Text("iccid"));
        Assert.Contains(card.List("contents"), c => c.Text("kind") == "application" && c.Text("confirmed") == "SELECTABLE");
        JsonElement service = left.List("services").Single();
        Assert.Equal((true, "NUMBER_NONE"), (service.GetProperty("isOrphaned").GetBoolean(), service.GetProperty("problem").Text("code")));
        Assert.Equal(id, orphans.List("items").Single().Text("id"));
        Assert.Equal(("writtenOff", "destroyed"), (ended.List("services").Single().Text("state"), ended.List("services").Single().Text("reason")));
        Assert.True(ended.TryGetProperty("endedAt", out _));
        Assert.Equal([null, "bank"], (await _books.EventsAsync(EventKind.CardSwapped)).Select(e => e.Provider));
        Assert.Equal(("bank", "canteen", OldIccid), (await _books.EventsAsync(EventKind.Orphaned)).Select(e => (e.Provider, e.Service, e.Iccid)).Single());
        Assert.Empty(_network.Account.ExecutedTwice);
    }

    [Fact]
    public async Task A_service_that_its_provider_orphans_stays_and_one_that_no_contract_covers_says_so()
    {
        await _books.OfferAsync("bus", _application, _module, provider: "metro", rule: CardSwapRule.Orphan);
        await _books.OfferAsync("canteen", _application, _module);
        await _books.PutAsync("bus", OldIccid, provider: "metro");
        await _books.PutAsync("canteen", OldIccid);

        (_, JsonElement swap) = await _server.PostAsync("/api/v1/subscriptions/swap", new { msisdn = Number, newCard = Spare });
        JsonElement ended = await UntilAsync(swap.Text("id"), s => s.TryGetProperty("endedAt", out _));
        (int retried, _) = await _server.PostAsync($"/api/v1/subscriptions/swaps/{swap.Text("id")}/retry", new { });
        JsonElement again = await UntilAsync(swap.Text("id"), s => s.TryGetProperty("endedAt", out _));

        Assert.Equal(202, retried);
        Assert.Equal([("bus", "orphaned"), ("canteen", "failed")], ended.List("services").Select(s => (s.Text("service"), s.Text("state"))));
        Assert.Equal("CONTRACT_NONE", again.List("services").Last().GetProperty("problem").Text("code"));
        Assert.Equal(
            [("metro", "Orphaned"), ("bank", "Failed"), ("bank", "Failed")],
            (await _books.EventsAsync(EventKind.Orphaned)).Select(e => (e.Provider, e.Details["state"])));
    }

    [Theory]
    [InlineData("PUT", "/api/v1/cards/8949000000000000018/number", """{"msisdn":"12"}""", 400, "REQUEST_INVALID")]
    [InlineData("PUT", "/api/v1/cards/8949000000000000034/number", """{"msisdn":"491700000009"}""", 404, "CARD_UNKNOWN")]
    [InlineData("POST", "/api/v1/cards/491799999999/number/withdraw", "{}", 404, "CARD_UNKNOWN")]
    [InlineData("POST", "/api/v1/subscriptions/swap", """{"msisdn":"491799999999","newCard":"8949000000000000026"}""", 404, "NUMBER_UNKNOWN")]
    [InlineData("POST", "/api/v1/subscriptions/swap", """{"msisdn":"491700000001","newCard":"8949000000000000034"}""", 404, "CARD_UNKNOWN")]
    [InlineData("POST", "/api/v1/subscriptions/swap", """{"msisdn":"491700000001","newCard":"8949000000000000018"}""", 409, "SWAP_SAME_CARD")]
    [InlineData("GET", "/api/v1/subscriptions/swaps/none", null, 404, "SWAP_UNKNOWN")]
    public async Task What_cannot_be_is_refused_with_its_own_code(string method, string path, string? body, int status, string code)
    {
        using StringContent? content = body is null ? null : new(body, System.Text.Encoding.UTF8, "application/json");

        (int answered, JsonElement problem) = await _server.SendAsync(new(method), path, content);

        Assert.Equal((status, code), (answered, problem.Text("code")));
    }

    private Task<(int Status, JsonElement Body)> PutNumberAsync(string card, string number) =>
        _server.SendAsync(HttpMethod.Put, $"/api/v1/cards/{card}/number", JsonContent.Create(new { msisdn = number }));

    private Task<JsonElement> StateAsync(string swap, string state) =>
        UntilAsync(swap, s => s.List("services").All(service => service.Text("state") == state));

    private async Task<JsonElement> UntilAsync(string swap, Func<JsonElement, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            JsonElement now = (await _server.GetAsync($"/api/v1/subscriptions/swaps/{swap}")).Body;
            if (holds(now))
            {
                return now;
            }

            Assert.False(limit.IsCancellationRequested, now.ToString());
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task<JsonElement> RunAsync(object request)
    {
        (int status, JsonElement answer) = await _server.PostAsync("/api/v1/jobs", request);
        Assert.True(status == 202, answer.ToString());
        string id = answer.List("jobs").Single().Text("id");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        JsonElement job;
        while ((job = (await _server.GetAsync($"/api/v1/jobs/{id}")).Body).Text("status") is "queued" or "running")
        {
            await Task.Delay(20, limit.Token);
        }

        return job;
    }
}
