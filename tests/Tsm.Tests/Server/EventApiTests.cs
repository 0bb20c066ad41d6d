using System.Net.Http.Headers;
using System.Text.Json;

namespace Tsm.Tests.Server;

/// <summary>Events: lists, and the stream in which the network side sees the state of every card.</summary>
public sealed class EventApiTests : IAsyncLifetime
{
    private const string Iccid = "8949000000000000018";

    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Events_are_listed_by_what_they_are_about_and_a_provider_sees_its_own()
    {
        await _server.ProviderAsync("bank");
        (string token, _) = await _server.TokenAsync("provider", "bank");
        await _server.RaiseAsync("service.activated", "bank", "wallet", Iccid);
        await _server.RaiseAsync("service.suspended", "bank", "wallet");
        await _server.RaiseAsync("service.activated", "metro", "ticket", Iccid);
        await _server.RaiseAsync("card.memory-low", null, iccid: Iccid);

        Assert.Equal(4, await CountAsync(""));
        Assert.Equal(2, await CountAsync("?provider=bank"));
        Assert.Equal(2, await CountAsync("?kind=service.activated"));
        Assert.Equal(1, await CountAsync("?service=ticket"));
        Assert.Equal(3, await CountAsync($"?card={Iccid}"));
        Assert.Equal(0, await CountAsync("?card=491700000001"));
        Assert.Equal(2, await CountAsync("", token));
        Assert.Equal(1, await CountAsync($"?card={Iccid}", token));
        Assert.Equal(0, await CountAsync("?provider=metro", token));
        (_, JsonElement first) = await _server.GetAsync("/api/v1/events?limit=3");
        (_, JsonElement second) = await _server.GetAsync($"/api/v1/events?limit=3&cursor={first.Text("next")}");
        Assert.Equal((3, 1), (first.List("items").Count(), second.List("items").Count()));
        Assert.Equal("REQUEST_INVALID", (await _server.GetAsync("/api/v1/events?cursor=x")).Body.Text("code"));
    }

    [Fact]
    public async Task S1_14_The_network_side_watches_the_state_of_every_card_as_it_changes()
    {
        await _server.ProviderAsync("bank");
        (string provider, _) = await _server.TokenAsync("provider", "bank");
        await _server.RaiseAsync("service.activated", "bank", "wallet", Iccid, "Before anybody watched.");
        await using Stream all = await FollowAsync(null), own = await FollowAsync(provider), suspended = await FollowAsync(null, "?kind=service.suspended");
        using StreamReader network = new(all), bank = new(own), some = new(suspended);
        string[] opened = [await LineAsync(network), await LineAsync(bank), await LineAsync(some)];
        Assert.All(opened, l => Assert.StartsWith(":", l, StringComparison.Ordinal));

        long raised = TimeProvider.System.GetTimestamp();
        await _server.RaiseAsync("service.activated", "metro", "ticket", Iccid);
        await _server.RaiseAsync("service.suspended", "bank", "wallet", Iccid);

        (string firstId, JsonElement first) = await MessageAsync(network);
        (string lastId, JsonElement last) = await MessageAsync(network);
        Assert.Equal([("service.activated", Iccid), ("service.suspended", Iccid)], new[] { first, last }.Select(e => (e.Text("kind"), e.Text("card"))));
        Assert.InRange(TimeProvider.System.GetElapsedTime(raised), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(last.Text("id"), (await MessageAsync(bank)).Data.Text("id"));
        Assert.Equal(last.Text("id"), (await MessageAsync(some)).Data.Text("id"));

        await _server.RaiseAsync("service.resumed", "bank", "wallet", Iccid);
        using StreamReader again = new(await FollowAsync(null, lastEventId: firstId)), later = new(await FollowAsync(null, lastEventId: lastId));
        Assert.Equal(last.Text("id"), (await MessageAsync(again)).Data.Text("id"));
        List<string> seen = [];
        while (seen.LastOrDefault() != "service.resumed")
        {
            seen.Add((await MessageAsync(later)).Data.Text("kind"));
        }

        Assert.DoesNotContain("service.suspended", seen);
    }

    [Fact]
    public async Task A_stream_ends_with_its_token_and_with_the_server()
    {
        await _server.ProviderAsync("bank");
        (string token, string id) = await _server.TokenAsync("provider", "bank");
        using StreamReader own = new(await FollowAsync(token)), operators = new(await FollowAsync(null));
        await LineAsync(own);
        await LineAsync(operators);

        await _server.AsAsync(null, HttpMethod.Delete, $"/api/v1/tokens/{id}");

        Assert.Equal("", (await own.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10))).Trim());
        long begun = TimeProvider.System.GetTimestamp();
        await _server.DisposeAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        _server = await RunningServer.StartAsync();
    }

    private async Task<int> CountAsync(string query, string? token = null)
    {
        (int status, JsonElement? page) = await _server.AsAsync(token, HttpMethod.Get, "/api/v1/events" + query);
        Assert.Equal(200, status);
        return page!.Value.List("items").Count();
    }

    private async Task<Stream> FollowAsync(string? token, string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream" + query);
        request.Headers.Authorization = token is null ? _server.Client.DefaultRequestHeaders.Authorization : new AuthenticationHeaderValue("Bearer", token);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        HttpResponseMessage response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStreamAsync();
    }

    private static async Task<(string Id, JsonElement Data)> MessageAsync(StreamReader stream)
    {
        string id = "";
        while (true)
        {
            string line = await LineAsync(stream);
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (id, JsonDocument.Parse(line[6..]).RootElement.Clone());
            }
        }
    }

    private static async Task<string> LineAsync(StreamReader stream) =>
        await stream.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(15)) ?? throw new EndOfStreamException();
}
