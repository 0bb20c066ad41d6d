using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Server.Access;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>Who suspends a service holds it: loss reports, jobs of the carrier, and what the user and the provider cannot undo.</summary>
public sealed class LossReportTests : IAsyncLifetime
{
    private RequestWorld _world = null!;

    public async Task InitializeAsync() => _world = await RequestWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task S1_13_A_loss_report_suspends_all_active_services_and_only_the_carrier_resumes_them()
    {
        await _world.DoAsync("deploy");
        string service = (await _world.Server.TokenAsync("customerService", null)).Token;

        (int status, JsonElement report) = await _world.SendAsync(
            service, HttpMethod.Post, "/api/v1/loss-reports", new { msisdn = "+" + RequestWorld.Msisdn }, "loss-1");
        (_, JsonElement again) = await _world.SendAsync(service, HttpMethod.Post, "/api/v1/loss-reports", new { msisdn = RequestWorld.Msisdn }, "loss-1");
        (int unknown, JsonElement nobody) = await _world.SendAsync(service, HttpMethod.Post, "/api/v1/loss-reports", new { msisdn = "491799999999" });
        JsonElement request = report.List("requests").Single();
        await _world.EndAsync(request);

        Assert.Equal((202, RequestWorld.Iccid), (status, report.Text("card")));
        Assert.All(again.List("requests"), r => Assert.Equal(request.Text("id"), r.Text("id")));
        Assert.Equal((404, "NUMBER_UNKNOWN"), (unknown, nobody.Text("code")));
        Assert.Equal("suspended", await _world.StateAsync());
        await _world.RefusedAsync("resume", 409, "SUSPENDED_BY_ANOTHER");
        (_, JsonElement resumed) = await _world.Server.PostAsync(
            "/api/v1/requests", new { service = "canteen", operation = "resume", msisdn = RequestWorld.Msisdn });
        Assert.Equal("done", (await _world.EndAsync(resumed)).Text("status"));
    }

    [Fact]
    public async Task Whoever_has_the_phone_undoes_no_loss_report_by_suspending_before_or_after_it()
    {
        await _world.DoAsync("deploy");
        await PhoneAsync("suspend", 202);

        (_, JsonElement report) = await _world.Server.PostAsync("/api/v1/loss-reports", new { msisdn = RequestWorld.Msisdn });
        await _world.EndAsync(report.List("requests").Single());
        await PhoneAsync("suspend", 202);

        Assert.Equal("SUSPENDED_BY_ANOTHER", (await PhoneAsync("resume", 409)).Text("code"));
        Assert.Equal("SUSPENDED_BY_ANOTHER", (await PhoneAsync("terminate", 409)).Text("code"));
        Assert.Equal("suspended", await _world.StateAsync());

        async Task<JsonElement> PhoneAsync(string operation, int expected)
        {
            (int status, JsonElement answer) = await _world.SendAsync(
                _world.Phone, HttpMethod.Post, "/api/v1/phone/requests", new { identifier = "01", operation });
            Assert.True(status == expected, $"{status}: {answer}");
            return status == 202 ? await _world.EndAsync(answer) : answer;
        }
    }

    [Fact]
    public async Task A_job_of_the_carrier_holds_a_service_whatever_the_provider_has_suspended_before()
    {
        await _world.DoAsync("deploy");
        await _world.DoAsync("suspend");
        await _world.DoAsync("resume");
        (int status, JsonElement jobs) = await _world.Server.PostAsync(
            "/api/v1/jobs", new { operation = "suspend", cards = new[] { RequestWorld.Iccid }, application = "hello" });
        Assert.True(status == 202, jobs.ToString());
        await ProviderWorld.UntilAsync(_world.StateAsync, state => state == "suspended");

        await _world.RefusedAsync("resume", 409, "SUSPENDED_BY_ANOTHER");
    }

    [Fact]
    public async Task A_loss_report_calls_off_what_has_not_reached_the_card_yet_whoever_has_asked_for_it()
    {
        IRequests requests = _world.Server.Services.GetRequiredService<IRequests>();
        GrainKey card = (await _world.Server.Services.GetRequiredService<INumbers>()
            .FindAsync(Caller.LocalTenant, RequestWorld.Msisdn, TimeProvider.System.GetUtcNow(), CancellationToken.None)).Holder!.Value;
        await WaitsAsync("r-deploy", ServiceOperation.Deploy);
        await WaitsAsync("r-resume", ServiceOperation.Resume);
        await WaitsAsync("r-terminate", ServiceOperation.Terminate);

        (int status, JsonElement report) = await _world.Server.PostAsync("/api/v1/loss-reports", new { msisdn = RequestWorld.Msisdn });
        string[] calledOff = [.. report.List("calledOff").Select(r => r.Text("id")).Order(StringComparer.Ordinal)];
        JsonElement[] ended = await Task.WhenAll(report.List("calledOff").Select(_world.EndAsync));

        Assert.Equal((202, 0), (status, report.List("requests").Count()));
        Assert.Equal(["r-deploy", "r-resume"], calledOff);
        Assert.All(ended, r => Assert.Equal("cancelled", r.Text("status")));
        Assert.False((await requests.FindAsync(card.Tenant, "r-terminate", CancellationToken.None))!.CancelRequested);
        Assert.Equal(0, _world.Network.Submitted);

        // The card takes no more for the present: there is no row of the service yet.
        Task WaitsAsync(string id, ServiceOperation operation) => requests.AddAsync(
            new()
            {
                Id = id,
                Tenant = card.Tenant,
                Origin = RequestOrigin.Provider,
                Requester = "lunch",
                Actor = new(ActorKind.Provider, "lunch"),
                Identifier = "canteen",
                OperationGiven = OperationRules.Word(operation),
                Operation = operation,
                Card = card,
                Iccid = RequestWorld.Iccid,
                Service = "canteen",
                Version = "1.0",
                Provider = "lunch",
                Contract = "lunch-1",
                Plan = new(false, false, true, null),
                Status = RequestStatus.Queued,
                Content = id,
                CreatedAt = TimeProvider.System.GetUtcNow(),
                UpdatedAt = TimeProvider.System.GetUtcNow(),
                Due = TimeProvider.System.GetUtcNow().AddHours(1),
            },
            TimeSpan.Zero,
            audit: null,
            CancellationToken.None);
    }

    [Fact]
    public async Task A_loss_report_suspends_another_card_under_the_same_key_and_says_what_it_could_not_suspend()
    {
        await _world.DoAsync("deploy");
        await _world.DoAsync("deploy", RequestWorld.OtherMsisdn);
        (_, JsonElement first) = await _world.Server.PostAsync("/api/v1/loss-reports", new { msisdn = RequestWorld.Msisdn }, "loss-1");
        (int status, JsonElement second) = await _world.Server.PostAsync("/api/v1/loss-reports", new { msisdn = RequestWorld.OtherMsisdn }, "loss-1");
        await _world.EndAsync(first.List("requests").Single());
        await _world.EndAsync(second.List("requests").Single());
        (_, JsonElement resumed) = await _world.Server.PostAsync(
            "/api/v1/requests", new { service = "canteen", operation = "resume", msisdn = RequestWorld.Msisdn });
        await _world.EndAsync(resumed);
        _world.Network.Detach(RequestWorld.Msisdn);
        (_, JsonElement terminated) = await _world.AskAsync("terminate");
        await ProviderWorld.UntilAsync(
            () => _world.Server.GetAsync($"/api/v1/requests/{terminated.Text("id")}"), seen => seen.Body.Text("status") == "running");
        (int late, JsonElement problem) = await _world.Server.PostAsync("/api/v1/loss-reports", new { msisdn = RequestWorld.Msisdn });

        Assert.Equal((202, RequestWorld.OtherIccid), (status, second.Text("card")));
        Assert.NotEqual(first.List("requests").Single().Text("id"), second.List("requests").Single().Text("id"));
        Assert.Equal((409, "SERVICE_TERMINATED"), (late, problem.Text("code")));
    }
}
