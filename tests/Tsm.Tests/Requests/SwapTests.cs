using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.Ports;
using Tsm.Canteen;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>A subscription with a service that its application server personalises moves to another card.</summary>
public sealed class SwapTests : IAsyncLifetime
{
    private RequestWorld _world = null!;

    public async Task InitializeAsync() => _world = await RequestWorld.StartAsync(answerTimeout: "00:00:05", maxSends: 2);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task S1_07_A_service_that_needs_an_allocation_moves_with_a_new_one_and_the_old_one_is_given_back()
    {
        await QuotaAsync(1);
        await _world.DoAsync("deploy");
        (int full, JsonElement refused) = await _world.AskAsync("deploy", RequestWorld.OtherMsisdn);

        string swap = await SwapAsync();
        JsonElement left = await StateAsync(swap, "leftBehind");
        await NumberTheOldCardAsync();
        string before = await InstanceAsync(RequestWorld.Iccid);
        await LookAsync(swap);
        JsonElement moved = await StateAsync(swap, "moved");

        Assert.Equal((409, "QUOTA_REACHED"), (full, refused.Text("code")));
        Assert.Equal("NUMBER_NONE", left.List("services").Single().GetProperty("problem").Text("code"));
        Assert.True(moved.TryGetProperty("endedAt", out _));
        Assert.Equal(("active", "active", "absent"), (before, await InstanceAsync(RequestWorld.OtherIccid), await InstanceAsync(RequestWorld.Iccid)));
        await _world.AllocationsAsync("released", "used");
        Assert.Equal([RequestWorld.Iccid, RequestWorld.OtherIccid], _world.Canteen.Books.All.Select(a => a.Iccid));
        (_, JsonElement requests) = await _world.Server.GetAsync("/api/v1/requests?service=canteen");
        Assert.Equal(
            [("terminate", RequestWorld.Iccid), ("deploy", RequestWorld.OtherIccid)],
            requests.List("items").Where(r => r.Text("requester") == $"swap:{swap}").Select(r => (r.Text("operation"), r.Text("card"))));
        Assert.Empty(_world.Network.Account.ExecutedTwice);
    }

    [Fact]
    public async Task S1_10_An_old_card_of_which_nobody_hears_whether_it_has_let_go_is_left_behind_until_its_request_knows()
    {
        await _world.DoAsync("deploy");
        string swap = await SwapAsync();
        await StateAsync(swap, "leftBehind");
        await NumberTheOldCardAsync();
        _world.Network.LosesAnswers = true;
        await LookAsync(swap);

        JsonElement open = await UntilAsync(swap, s => s.TryGetProperty("problem", out JsonElement problem) && problem.Text("code") == "PENDING_CONFIRMATION");
        _world.Network.LosesAnswers = false;
        JsonElement asked = (await _world.Server.GetAsync("/api/v1/requests?service=canteen")).Body.List("items").First();
        JsonElement ended = await _world.EndAsync(asked);
        await LookAsync(swap);
        await StateAsync(swap, "moved");

        Assert.Equal(("leftBehind", true), (open.List("services").Single().Text("state"), open.List("services").Single().GetProperty("isOrphaned").GetBoolean()));
        Assert.Equal(("terminate", "done", "proven"), (ended.Text("operation"), ended.Text("status"), ended.Text("grade")));
        Assert.Equal("absent", await InstanceAsync(RequestWorld.Iccid));
    }

    [Fact]
    public async Task S1_07_What_the_next_subscriber_of_the_old_card_has_deployed_is_not_terminated()
    {
        await _world.DoAsync("deploy");
        string swap = await SwapAsync();
        await StateAsync(swap, "leftBehind");
        await NumberTheOldCardAsync();
        await _world.DoAsync("terminate", RequestWorld.OtherMsisdn);
        await _world.DoAsync("deploy", RequestWorld.OtherMsisdn);

        await LookAsync(swap);
        await StateAsync(swap, "moved");

        (_, JsonElement requests) = await _world.Server.GetAsync("/api/v1/requests?service=canteen");
        Assert.DoesNotContain(requests.List("items"), r => r.Text("requester") == $"swap:{swap}" && r.Text("operation") == "terminate");
        Assert.Equal("active", await InstanceAsync(RequestWorld.Iccid));
    }

    [Fact]
    public async Task A_swap_whose_application_server_is_down_says_so_and_is_tried_again_as_another_request()
    {
        await _world.DoAsync("deploy");
        _world.Canteen.Fault = CanteenFault.Down;

        string swap = await SwapAsync();
        JsonElement failed = await StateAsync(swap, "failed");
        _world.Canteen.Fault = CanteenFault.None;
        (int retried, _) = await _world.Server.PostAsync($"/api/v1/subscriptions/swaps/{swap}/retry", new { });
        await StateAsync(swap, "leftBehind");

        Assert.Equal(("APPLICATION_SERVER_DOWN", 202), (failed.List("services").Single().GetProperty("problem").Text("code"), retried));
        Assert.Equal(("active", "active"), (await InstanceAsync(RequestWorld.Iccid), await InstanceAsync(RequestWorld.OtherIccid)));
        await _world.AllocationsAsync("used", "used");
    }

    private async Task<string> SwapAsync()
    {
        _world.Network.Exchange(RequestWorld.Msisdn, RequestWorld.OtherMsisdn);
        (int status, JsonElement swap) = await _world.Server.PostAsync(
            "/api/v1/subscriptions/swap", new { msisdn = RequestWorld.Msisdn, newCard = RequestWorld.OtherIccid });
        Assert.True(status == 202, swap.ToString());
        return swap.Text("id");
    }

    private Task<JsonElement> StateAsync(string swap, string state) => UntilAsync(swap, s => s.Text("state") == state);

    private async Task<JsonElement> UntilAsync(string swap, Func<JsonElement, bool> holds) => (await ProviderWorld.UntilAsync(
        () => _world.Server.GetAsync($"/api/v1/subscriptions/swaps/{swap}"), seen => seen.Body.List("services").All(holds))).Body;

    private async Task NumberTheOldCardAsync()
    {
        (int status, JsonElement answer) = await _world.Server.SendAsync(
            HttpMethod.Put, $"/api/v1/cards/{RequestWorld.Iccid}/number", JsonContent.Create(new { msisdn = RequestWorld.OtherMsisdn }));
        Assert.True(status == 200, answer.ToString());
    }

    /// <summary>Has the server look at the swap now; by itself it looks every few minutes whether the old card can be reached.</summary>
    private Task LookAsync(string swap) => _world.Server.Services.GetRequiredService<IDueWork>()
        .AskAsync("default", ISwaps.WorkKind, swap, TimeProvider.System.GetUtcNow(), CancellationToken.None);

    private async Task<string> InstanceAsync(string iccid) =>
        (await _world.Server.GetAsync($"/api/v1/service-instances?card={iccid}&service=canteen")).Body.List("items").First().Text("state");

    private async Task QuotaAsync(int quota)
    {
        (int status, JsonElement? answer) = await _world.Server.AsAsync(
            null, HttpMethod.Put, "/api/v1/contracts/lunch-1", new { mode = "simple", quota }, "\"1\"");
        Assert.True(status == 200, answer.ToString());
    }
}
