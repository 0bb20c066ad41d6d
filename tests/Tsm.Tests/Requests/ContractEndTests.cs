using System.Text.Json;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>What is in flight when a contract ends.</summary>
public sealed class ContractEndTests
{
    [Fact]
    public async Task A_request_under_a_contract_that_ends_with_undo_is_called_off_and_its_allocation_released()
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        (_, JsonElement contract) = await world.Server.PostAsync("/api/v1/contracts", new { id = "lunch-2", provider = "lunch", mode = "simple", atEnd = "undo" });
        Assert.Equal("lunch-2", contract.Text("id"));
        await world.Server.PostAsync("/api/v1/contracts/lunch-1/end", new { });
        world.Network.Detach(RequestWorld.Msisdn);
        (int status, JsonElement taken) = await world.AskAsync("deploy");
        Assert.True(status == 202, taken.ToString());
        await ProviderWorld.UntilAsync(
            () => world.Server.GetAsync($"/api/v1/requests/{taken.Text("id")}"), seen => seen.Body.Text("status") == "running");

        await world.Server.PostAsync("/api/v1/contracts/lunch-2/end", new { });
        await ProviderWorld.UntilAsync(
            () => world.Server.GetAsync("/api/v1/audit-trail?action=request.cancelled"), seen => seen.Body.List("items").Any());
        await world.Network.AttachAsync(RequestWorld.Msisdn);
        JsonElement ended = await world.EndAsync(taken);

        Assert.Equal("cancelled", ended.Text("status"));
        await world.AllocationsAsync("released");
        (int refused, JsonElement problem) = await world.AskAsync("deploy");
        Assert.Equal((409, "CONTRACT_EXPIRED"), (refused, problem.Text("code")));
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("terminate")]
    public async Task A_suspension_or_termination_under_a_contract_that_ends_with_undo_is_finished(string operation)
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        await world.Server.PostAsync("/api/v1/contracts", new { id = "lunch-2", provider = "lunch", mode = "simple", atEnd = "undo" });
        await world.DoAsync("deploy");
        world.Network.Detach(RequestWorld.Msisdn);
        world.Network.Detach(RequestWorld.OtherMsisdn);
        JsonElement brings = await RunningAsync(world, "deploy", RequestWorld.OtherMsisdn);
        JsonElement takes = await RunningAsync(world, operation, RequestWorld.Msisdn);

        await world.Server.PostAsync("/api/v1/contracts/lunch-2/end", new { });
        await ProviderWorld.UntilAsync(
            () => world.Server.GetAsync("/api/v1/audit-trail?action=request.cancelled"), seen => seen.Body.List("items").Any());
        await world.Network.AttachAsync(RequestWorld.Msisdn);
        await world.Network.AttachAsync(RequestWorld.OtherMsisdn);

        Assert.Equal(("cancelled", "done"), ((await world.EndAsync(brings)).Text("status"), (await world.EndAsync(takes)).Text("status")));
    }

    private static async Task<JsonElement> RunningAsync(RequestWorld world, string operation, string msisdn)
    {
        (int status, JsonElement taken) = await world.AskAsync(operation, msisdn);
        Assert.True(status == 202, taken.ToString());
        await ProviderWorld.UntilAsync(
            () => world.Server.GetAsync($"/api/v1/requests/{taken.Text("id")}"), seen => seen.Body.Text("status") == "running");
        return taken;
    }
}
