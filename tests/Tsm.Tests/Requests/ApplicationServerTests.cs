using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.ApplicationServers;
using Tsm.Application.Ports;
using Tsm.Canteen;
using Tsm.Server.Access;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>An application server that is down or lies: each fault has its own code, nothing reaches the card, and nothing leaks.</summary>
public sealed class ApplicationServerTests : IAsyncLifetime
{
    private RequestWorld _world = null!;

    public async Task InitializeAsync() => _world = await RequestWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task S1_17_A_server_that_is_down_fails_the_request_at_once_and_changes_nothing()
    {
        _world.Canteen.Fault = CanteenFault.Down;
        long start = TimeProvider.System.GetTimestamp();

        (int status, JsonElement problem) = await _world.AskAsync("deploy");

        Assert.Equal((503, "APPLICATION_SERVER_DOWN"), (status, problem.Text("code")));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
        Assert.Equal("absent", await _world.StateAsync());
        Assert.Equal(0, _world.Network.Submitted);
        _world.Canteen.Fault = CanteenFault.None;
        await _world.DoAsync("deploy");
    }

    [Theory]
    [InlineData(CanteenFault.Slow, "failed", "APPLICATION_SERVER_DOWN")]
    [InlineData(CanteenFault.WrongMac, "refused", "ALLOCATION_MAC_WRONG")]
    [InlineData(CanteenFault.OtherCard, "refused", "ALLOCATION_OF_ANOTHER_CARD")]
    [InlineData(CanteenFault.OtherValues, "refused", "ALLOCATION_VALUES_WRONG")]
    [InlineData(CanteenFault.Garbage, "refused", "ALLOCATION_INVALID")]
    public async Task A_server_that_lies_is_found_out_and_what_it_allocated_is_released(CanteenFault fault, string outcome, string code)
    {
        if (fault == CanteenFault.Slow)
        {
            await _world.Server.SendAsync(HttpMethod.Put, "/api/v1/application-servers/canteen", JsonContent.Create(new { timeoutSeconds = 2 }));
        }

        _world.Canteen.Fault = fault;
        (int status, JsonElement taken) = await _world.AskAsync("deploy");
        Assert.True(status == 202, taken.ToString());

        JsonElement ended = await _world.EndAsync(taken);
        _world.Canteen.Fault = CanteenFault.None;

        Assert.Equal((outcome, code), (ended.Text("status"), ended.GetProperty("problem").Text("code")));
        Assert.Equal("absent", await _world.StateAsync());
        Assert.Equal(0, _world.Network.Submitted);
        await ProviderWorld.UntilAsync(() => Task.FromResult(_world.Canteen.Books.All.Select(a => a.State).ToArray()), s => s.All(a => a == "released"));
    }

    [Fact]
    public async Task A_serial_number_of_another_card_is_refused()
    {
        await _world.DoAsync("deploy", RequestWorld.OtherMsisdn);
        _world.Canteen.Fault = CanteenFault.RepeatedSerial;
        (_, JsonElement taken) = await _world.AskAsync("deploy");

        JsonElement ended = await _world.EndAsync(taken);

        Assert.Equal(("refused", "SERIAL_REPEATED"), (ended.Text("status"), ended.GetProperty("problem").Text("code")));
        Assert.Equal("absent", await _world.StateAsync());
        await _world.AllocationsAsync("used", "released");
    }

    [Fact]
    public async Task S1_18_An_answer_that_was_lost_leaves_no_allocation_behind()
    {
        _world.Canteen.Fault = CanteenFault.LostAnswer;
        (_, JsonElement taken) = await _world.AskAsync("deploy");
        JsonElement ended = await _world.EndAsync(taken);
        Assert.Equal("APPLICATION_SERVER_DOWN", ended.GetProperty("problem").Text("code"));
        Assert.Equal("allocated", Assert.Single(_world.Canteen.Books.All).State);

        _world.Canteen.Fault = CanteenFault.None;

        await _world.AllocationsAsync("released");
    }

    [Theory, InlineData(CanteenFault.Busy), InlineData(CanteenFault.WrongMac), InlineData(CanteenFault.OtherCard)]
    public async Task What_is_to_be_released_is_asked_for_until_the_server_says_so_itself(CanteenFault fault)
    {
        _world.Canteen.Fault = CanteenFault.LostAnswer;
        (_, JsonElement taken) = await _world.AskAsync("deploy");
        string request = (await _world.EndAsync(taken)).Text("id");
        _world.Canteen.Fault = fault;
        int before = _world.Canteen.Asked;
        await ProviderWorld.UntilAsync(() => Task.FromResult(_world.Canteen.Asked), asked => asked > before + 1);

        Assert.Equal("allocated", Assert.Single(_world.Canteen.Books.All).State);
        IAllocations allocations = _world.Server.Services.GetRequiredService<IAllocations>();
        Assert.Equal(AllocationState.Releasing, (await allocations.FindAsync(Caller.LocalTenant, request, CancellationToken.None))!.State);
        _world.Canteen.Fault = CanteenFault.None;

        await _world.AllocationsAsync("released");
    }

    [Fact]
    public async Task A_server_is_declared_once_its_secret_is_shown_never_again_and_its_address_is_https_or_here()
    {
        (int created, JsonElement made) = await _world.Server.PostAsync("/api/v1/application-servers", new { name = "tickets", url = "https://tickets.example/tsm" });
        (int again, JsonElement exists) = await _world.Server.PostAsync("/api/v1/application-servers", new { name = "tickets", url = "https://tickets.example/tsm" });
        (int far, JsonElement refused) = await _world.Server.PostAsync("/api/v1/application-servers", new { name = "far", url = "http://far.example" });
        (_, JsonElement shown) = await _world.Server.GetAsync("/api/v1/application-servers/tickets");
        string own = (await _world.Server.TokenAsync("applicationServer", "tickets")).Token;
        (int self, _) = await _world.SendAsync(own, HttpMethod.Get, "/api/v1/application-servers/tickets");
        (int other, _) = await _world.SendAsync(own, HttpMethod.Get, "/api/v1/application-servers/canteen");

        Assert.Equal((201, 64), (created, made.Text("secret").Length));
        Assert.Equal((409, "APPLICATION_SERVER_EXISTS"), (again, exists.Text("code")));
        Assert.Equal((422, "APPLICATION_SERVER_INVALID"), (far, refused.Text("code")));
        Assert.False(shown.TryGetProperty("secret", out _));
        Assert.Equal(130, shown.Text("publicKey").Length);
        Assert.Equal((200, 404), (self, other));
    }

    [Fact]
    public async Task A_meal_is_paid_with_a_card_in_use_only()
    {
        using var http = new HttpClient { BaseAddress = new((await _world.Server.GetAsync("/api/v1/application-servers/canteen")).Body.Text("url")) };
        Assert.Equal("refused", (await MealAsync()).Text("kind"));
        await _world.DoAsync("deploy");
        await _world.AllocationsAsync("used");

        Assert.Equal(("meal", 4550), ((await MealAsync()).Text("kind"), _world.Canteen.Books.All.Single().Balance));

        async Task<JsonElement> MealAsync()
        {
            using HttpResponseMessage response = await http.PostAsync(
                new Uri("/use", UriKind.Relative),
                new StringContent(
                    string.Create(CultureInfo.InvariantCulture, $$"""{"service":"canteen","iccid":"{{RequestWorld.Iccid}}","amount":450}"""),
                    System.Text.Encoding.UTF8,
                    "application/json"));
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.Clone();
        }
    }
}
