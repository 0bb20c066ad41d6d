using System.Text.Json;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>Requests that cards send, and outcomes that nobody has heard of, over SMPP and simulated cards.</summary>
public sealed class CardSideTests
{
    [Fact]
    public async Task S3_01_A_card_asks_by_short_message_and_gets_the_service_once_however_often_it_asks()
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        byte[] request = Request("01", CardOperation.Deploy, RequestWorld.Msisdn, 7);

        Assert.Equal(CommandStatus.Ok, await world.Network.SendAsync(RequestWorld.Msisdn, request));
        Assert.Equal(CommandStatus.Ok, await world.Network.SendAsync(RequestWorld.Msisdn, request));
        JsonElement taken = Assert.Single(await RequestsAsync(world, 1));
        JsonElement ended = await world.EndAsync(taken);

        Assert.Equal(("card", "done", "canteen"), (ended.Text("origin"), ended.Text("status"), ended.Text("service")));
        Assert.Equal("active", await world.StateAsync());
        await world.Network.SendAsync(RequestWorld.Msisdn, request);
        await world.Network.SendAsync(RequestWorld.Msisdn, Request(RequestWorld.ServiceAid, CardOperation.Suspend, RequestWorld.Msisdn, 8));
        await world.EndAsync((await RequestsAsync(world, 2))[0]);
        Assert.Equal("suspended", await world.StateAsync());
        Assert.Equal(1, world.Canteen.Asked);
    }

    [Fact]
    public async Task What_a_card_asks_under_another_number_for_nothing_or_in_an_unknown_way_is_refused_with_its_reason()
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        await using (ServiceBooks books = ServiceBooks.Of(world.Server))
        {
            // An id is no code, whatever it looks like.
            await books.OfferAsync("77", "hello", Aid.Parse("F0546D5309"));
        }

        await world.Network.SendAsync(RequestWorld.OtherMsisdn, Request("01", CardOperation.Deploy, RequestWorld.Msisdn, 1));
        await world.Network.SendAsync(RequestWorld.Msisdn, Request("77", CardOperation.Deploy, RequestWorld.Msisdn, 1));
        await world.Network.SendAsync(RequestWorld.Msisdn, Request("01", new(0x7F), RequestWorld.Msisdn, 2));
        await world.Network.SendAsync("491799999999", Request("01", CardOperation.Deploy, "491799999999", 1));

        string[] codes = await ProviderWorld.UntilAsync(
            async () => (await RequestsAsync(world, 4))
                .Where(r => r.Text("status") == "refused").Select(r => r.GetProperty("problem").Text("code")).Order(StringComparer.Ordinal).ToArray(),
            seen => seen.Length == 4);

        Assert.Equal(["NUMBER_OF_ANOTHER_CARD", "NUMBER_UNKNOWN", "OPERATION_UNKNOWN", "SERVICE_UNKNOWN"], codes);
        Assert.Equal(0, world.Canteen.Asked);
        Assert.Equal(0, world.Network.Submitted);
    }

    [Fact]
    public async Task S1_10_A_card_whose_answers_are_lost_is_pending_until_it_is_audited()
    {
        await using RequestWorld world = await RequestWorld.StartAsync(answerTimeout: "00:00:03", maxSends: 2);
        await world.DoAsync("deploy");
        world.Network.LosesAnswers = true;
        (_, JsonElement taken) = await world.AskAsync("suspend");
        JsonElement pending = (await ProviderWorld.UntilAsync(
            () => world.Server.GetAsync($"/api/v1/requests/{taken.Text("id")}"), seen => seen.Body.Text("status") == "pendingConfirmation")).Body;
        Assert.Equal("PENDING_CONFIRMATION", pending.GetProperty("problem").Text("code"));
        Assert.Equal("active", await world.StateAsync());

        world.Network.LosesAnswers = false;
        JsonElement ended = await world.EndAsync(taken);

        Assert.Equal(("done", "proven"), (ended.Text("status"), ended.Text("grade")));
        Assert.Equal("suspended", await world.StateAsync());
    }

    private static byte[] Request(string identifier, CardOperation operation, string msisdn, byte number)
    {
        var request = new CardRequest(Octets.Parse(identifier), operation, Msisdn.Parse(msisdn), Octets.Copy([number]));
        byte[] octets = new byte[request.Length];
        request.Write(octets);
        return octets;
    }

    private static async Task<JsonElement[]> RequestsAsync(RequestWorld world, int count) => await ProviderWorld.UntilAsync(
        async () => (await world.Server.GetAsync("/api/v1/requests")).Body.List("items").ToArray(), seen => seen.Length == count);
}
