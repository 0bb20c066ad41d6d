using FsCheck.Fluent;
using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Tests.Server;
using Tsm.Tests.Storage;

namespace Tsm.Tests.Requests;

/// <summary>The worker, which dies between any two things that it does, and whose requests are repeated and come out of order.</summary>
public sealed class RequestWorkerTests
{
    private const int MostRounds = 200;

    private static readonly Asked Deploy = new(
        ModelWorld.Tenant, RequestOrigin.Provider, "lunch", new(ActorKind.Provider, "lunch"), "order-1", "canteen", "deploy", StoreData.Msisdn(1), Iccid: null);

    [Fact]
    public void Wherever_a_worker_dies_another_goes_on_and_it_comes_to_the_same_end()
    {
        var worlds =
            from job in Gen.Elements(JobStatus.Done, JobStatus.Done, JobStatus.Expired, JobStatus.Expired, JobStatus.Refused, JobStatus.Failed)
            from grade in Gen.Elements(Grade.Proven, Grade.Indicated)
            from executed in Gen.Elements(true, false)
            from lost in Gen.Choose(0, 2)
            from down in Gen.Elements(false, false, false, true)
            from untold in Gen.Choose(0, 2)
            from deaths in Gen.Choose(0, 25).ArrayOf(3)
            from after in Gen.Elements(true, false)
            from unproven in Gen.Elements(false, false, true)
            select (
                Fate: new ModelFate(job, executed, lost, down, untold, job == JobStatus.Refused ? grade : Grade.Proven, unproven && job != JobStatus.Done),
                Deaths: deaths,
                After: after);

        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(worlds.ToArbitrary(), w => RunAsync(w.Fate, w.Deaths, w.After).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task S1_10_An_outcome_that_nobody_knows_is_pending_until_an_audit_proves_it()
    {
        using ModelWorld world = await ModelWorld.StartAsync(new(JobStatus.Expired, Executed: true, AuditsLost: 1, ServerDown: false, TellingFails: 0));
        (RequestDesk desk, RequestWorker worker) = world.NewProcess();
        (ServiceRequest? taken, _) = await desk.TakeAsync(Deploy, CancellationToken.None);
        await worker.RunAsync(CancellationToken.None);
        ServiceRequest pending = (await world.Requests.FindAsync(ModelWorld.Tenant, taken!.Id, CancellationToken.None))!;

        Assert.Equal((RequestStatus.PendingConfirmation, "PENDING_CONFIRMATION"), (pending.Status, pending.Problem!.Code));
        Assert.Equal(AllocationState.Allocated, (await world.Allocations.FindAsync(ModelWorld.Tenant, taken.Id, CancellationToken.None))!.State);
        ServiceRequest ended = await EndAsync(world, taken.Id);

        Assert.Equal((RequestStatus.Done, Grade.Proven, 2), (ended.Status, ended.Grade, ended.Audits));
        Assert.Equal("used", world.ServerSays);
    }

    [Theory, InlineData(true, RequestStatus.Done, "used"), InlineData(false, RequestStatus.Failed, "released")]
    public async Task A_refusal_that_nobody_has_signed_is_pending_until_an_audit_says_what_the_card_has_done(bool executed, RequestStatus status, string told)
    {
        using ModelWorld world = await ModelWorld.StartAsync(
            new(JobStatus.Refused, executed, AuditsLost: 1, ServerDown: false, TellingFails: 0, Grade.Indicated));
        (RequestDesk desk, RequestWorker worker) = world.NewProcess();
        (ServiceRequest? taken, _) = await desk.TakeAsync(Deploy, CancellationToken.None);
        await worker.RunAsync(CancellationToken.None);
        ServiceRequest pending = (await world.Requests.FindAsync(ModelWorld.Tenant, taken!.Id, CancellationToken.None))!;

        Assert.Equal((RequestStatus.PendingConfirmation, "PENDING_CONFIRMATION"), (pending.Status, pending.Problem!.Code));
        Assert.Equal(AllocationState.Allocated, (await world.Allocations.FindAsync(ModelWorld.Tenant, taken.Id, CancellationToken.None))!.State);
        ServiceRequest ended = await EndAsync(world, taken.Id);

        Assert.Equal((status, Grade.Proven, 2), (ended.Status, ended.Grade, ended.Audits));
        Assert.Equal(told, world.ServerSays);
    }

    [Fact]
    public async Task S1_18_A_delivery_that_was_lost_gives_the_allocation_back()
    {
        using ModelWorld world = await ModelWorld.StartAsync(new(JobStatus.Expired, Executed: false, AuditsLost: 0, ServerDown: false, TellingFails: 2));
        (RequestDesk desk, _) = world.NewProcess();
        (ServiceRequest? taken, _) = await desk.TakeAsync(Deploy, CancellationToken.None);

        ServiceRequest ended = await EndAsync(world, taken!.Id);

        Assert.Equal((RequestStatus.Failed, "NOT_EXECUTED"), (ended.Status, ended.Problem!.Code));
        Assert.Equal("released", world.ServerSays);
        Assert.Equal(AllocationState.Released, (await world.Allocations.FindAsync(ModelWorld.Tenant, taken.Id, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task Data_that_the_card_has_not_proven_are_taken_away_with_the_application_and_their_serial_number_is_burnt()
    {
        using ModelWorld world = await ModelWorld.StartAsync(
            new(JobStatus.Expired, Executed: true, AuditsLost: 0, ServerDown: false, TellingFails: 0, DataUnproven: true));
        (RequestDesk desk, _) = world.NewProcess();
        (ServiceRequest? taken, _) = await desk.TakeAsync(Deploy, CancellationToken.None);

        ServiceRequest ended = await EndAsync(world, taken!.Id);

        Assert.Equal((RequestStatus.Failed, Grade.Unknown, "DATA_UNPROVEN"), (ended.Status, ended.Grade, ended.Problem!.Code));
        Assert.Equal(InstanceState.Absent, world.State);
        Assert.Contains(RequestIds.Cleaning(taken.Id), world.Jobs);
        Assert.Equal("released", world.ServerSays);
        Assert.True(await world.IsBurntAsync("0001"));
    }

    [Fact]
    public async Task S1_17_When_the_application_server_is_down_the_request_fails_and_the_card_hears_nothing()
    {
        using ModelWorld world = await ModelWorld.StartAsync(new(JobStatus.Done, Executed: true, AuditsLost: 0, ServerDown: true, TellingFails: 0));
        (RequestDesk desk, _) = world.NewProcess();
        (ServiceRequest? taken, _) = await desk.TakeAsync(Deploy, CancellationToken.None);

        ServiceRequest ended = await EndAsync(world, taken!.Id);

        Assert.Equal((RequestStatus.Failed, "APPLICATION_SERVER_DOWN", InstanceState.Absent), (ended.Status, ended.Problem!.Code, world.State));
        Assert.Empty(world.Jobs);
    }

    [Fact]
    public async Task Of_requests_at_the_same_time_no_more_are_granted_than_the_quota_of_their_contract()
    {
        const int many = 8;
        using ModelWorld world = await ModelWorld.StartAsync(new(JobStatus.Done, Executed: true, AuditsLost: 0, ServerDown: false, TellingFails: 0));
        await world.LimitAsync(1);
        int counted = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.WhileCounting = () =>
        {
            if (Interlocked.Increment(ref counted) == many)
            {
                all.SetResult();
            }

            return all.Task;
        };

        (ServiceRequest? Request, Problem? Problem)[] taken = await Task.WhenAll(Enumerable.Range(1, many).Select(i =>
            world.NewProcess().Desk.TakeAsync(Deploy with { Key = $"order-{i}" }, CancellationToken.None)));

        Assert.Single(taken, t => t.Request!.Status == RequestStatus.Allocating);
        Assert.Equal(many - 1, taken.Count(t => t.Request is { Status: RequestStatus.Refused, Problem.Code: "QUOTA_REACHED" }));
    }

    [Fact]
    public async Task A_server_that_keeps_silent_holds_up_its_own_requests_only()
    {
        using ModelWorld world = await ModelWorld.StartAsync(new(JobStatus.Done, Executed: true, AuditsLost: 0, ServerDown: false, TellingFails: 0));
        var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Silence = silence.Task;
        world.Options.AtOnce = 4;
        (RequestDesk desk, RequestWorker worker) = world.NewProcess();
        for (int i = 1; i <= 8; i++)
        {
            await desk.TakeAsync(Deploy with { Key = $"order-{i}" }, CancellationToken.None);
        }

        await worker.StartAsync(CancellationToken.None);
        await ProviderWorld.UntilAsync(() => Task.FromResult(world.Waiting), waiting => waiting == 1);
        (ServiceRequest? other, _) = await desk.TakeAsync(Deploy with { Key = "other", Operation = "terminate" }, CancellationToken.None);
        ServiceRequest done = await ProviderWorld.UntilAsync(
            async () => (await world.Requests.FindAsync(ModelWorld.Tenant, other!.Id, CancellationToken.None))!, r => r.HasEnded);
        await worker.StopAsync(CancellationToken.None);

        Assert.Equal(RequestStatus.Done, done.Status);
        Assert.False(silence.Task.IsCompleted);
    }

    [Fact]
    public async Task A_request_that_is_called_off_in_the_middle_of_a_step_is_ended_by_who_is_at_it()
    {
        using ModelWorld world = await ModelWorld.StartAsync(new(JobStatus.Done, Executed: true, AuditsLost: 0, ServerDown: false, TellingFails: 0));
        var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Silence = silence.Task;
        (RequestDesk desk, RequestWorker worker) = world.NewProcess();
        (ServiceRequest? taken, _) = await desk.TakeAsync(Deploy, CancellationToken.None);
        Task<int> running = worker.RunAsync(CancellationToken.None);
        await ProviderWorld.UntilAsync(() => Task.FromResult(world.Waiting), waiting => waiting == 1);

        await desk.CancelAsync(taken!, new(ActorKind.Provider, "lunch"), CancellationToken.None);
        IReadOnlyList<ServiceRequest> others = await world.Requests.ClaimAsync(10, world.Options.Lease, CancellationToken.None);
        silence.SetResult();
        await running;

        Assert.Empty(others);
        Assert.Equal(RequestStatus.Cancelled, (await world.Requests.FindAsync(ModelWorld.Tenant, taken!.Id, CancellationToken.None))!.Status);
        Assert.Empty(world.Jobs);
        Assert.Equal("released", world.ServerSays);
    }

    [Fact]
    public void A_lease_is_longer_than_any_application_server_may_take()
    {
        Assert.True(new RequestOptions().IsRight);
        Assert.False(new RequestOptions { Lease = TimeSpan.FromSeconds(ApplicationServer.MaxTimeoutSeconds) }.IsRight);
    }

    private static async Task<bool> RunAsync(ModelFate fate, int[] deaths, bool after)
    {
        using ModelWorld world = await ModelWorld.StartAsync(fate);
        (RequestDesk desk, RequestWorker worker) = world.NewProcess();
        string? id = null;

        // Every process asks again before it works: what was asked for before must not be done twice.
        foreach (int death in deaths.Append(0))
        {
            world.Fuse.Set(death == 0 ? int.MaxValue : death, after);
            try
            {
                (ServiceRequest? taken, Problem? problem) = await desk.TakeAsync(Deploy, CancellationToken.None);
                Assert.Null(problem);
                Assert.True(id is null || id == taken!.Id);
                id = taken!.Id;
                for (int i = 0; i < 10; i++)
                {
                    await worker.RunAsync(CancellationToken.None);
                    world.Time.Advance(world.Options.Lease);
                }
            }
            catch (ProcessDiedException)
            {
                world.Time.Advance(world.Options.Lease);
                (desk, worker) = world.NewProcess();
            }
        }

        world.Fuse.Set(int.MaxValue, after);
        ServiceRequest ended = await EndAsync(world, id!);
        Allocation? allocation = await world.Allocations.FindAsync(ModelWorld.Tenant, id!, CancellationToken.None);
        bool isDone = !fate.ServerDown && (fate.Job == JobStatus.Done || (fate is { IsUnproven: true, Executed: true, DataUnproven: false }));
        Assert.Equal(isDone, ended.Status == RequestStatus.Done);
        Assert.Equal(isDone ? InstanceState.Active : InstanceState.Absent, world.State);
        Assert.Equal(isDone ? AllocationState.Used : AllocationState.Released, allocation!.State);
        Assert.Equal(isDone ? "used" : "released", world.ServerSays);
        Assert.Equal(fate.ServerDown ? 0 : 1, world.Allocated);
        Assert.True(allocation.Values.IsEmpty);
        Assert.Equal(fate.ServerDown ? 0 : 1, world.Jobs.Count(j => !j.Contains("audit", StringComparison.Ordinal) && !j.EndsWith("-clean", StringComparison.Ordinal)));
        IReadOnlyList<StoredEvent> events = await world.Events.AfterAsync(ModelWorld.Tenant, "lunch", 0, 100, CancellationToken.None);
        Assert.Single(events);
        return true;
    }

    private static async Task<ServiceRequest> EndAsync(ModelWorld world, string id)
    {
        (_, RequestWorker worker) = world.NewProcess();
        for (int i = 0; i < MostRounds; i++)
        {
            int done = await worker.RunAsync(CancellationToken.None);
            ServiceRequest request = (await world.Requests.FindAsync(ModelWorld.Tenant, id, CancellationToken.None))!;
            if (request.HasEnded && done == 0 && await world.Allocations.FindAsync(ModelWorld.Tenant, id, CancellationToken.None) is null or { Due: null })
            {
                return request;
            }

            world.Time.Advance(TimeSpan.FromMinutes(5));
        }

        throw new Xunit.Sdk.XunitException($"Request {id} comes to no end.");
    }
}
