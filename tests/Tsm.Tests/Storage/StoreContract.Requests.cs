using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Storage.Shared;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>What a store owes requests, allocations and numbers.</content>
public abstract partial class StoreContract
{
    private static readonly TimeSpan RequestLease = TimeSpan.FromSeconds(30);

    private RequestStore Requests => new(Store.Sql, _time);

    private AllocationStore Allocations => new(Store.Sql, _time);

    [ContractFact]
    public async Task A_request_is_remembered_once_with_its_audit_entry_and_read_back_whole()
    {
        ServiceRequest request = NewRequest("r1") with { Sender = "491700000001", Version = "1.0" };
        (ServiceRequest added, bool isNew) = await Requests.AddAsync(request, TimeSpan.Zero, StoreData.Audit("r1", RequestEnds.AskedAction), CancellationToken.None);
        (ServiceRequest known, bool again) = await Requests.AddAsync(
            request with { Identifier = "other" }, TimeSpan.Zero, StoreData.Audit("r1", RequestEnds.AskedAction), CancellationToken.None);

        Assert.Equal((true, false, 1L), (isNew, again, added.Revision));
        Assert.Equal("canteen", known.Identifier);
        Assert.Equal(request with { Revision = 1 }, known with { Jobs = request.Jobs });
        Assert.Single((await Store.Trail.ListAsync(StoreData.Tenant, new(RequestEnds.AskedAction, null, null, null), null, 10, CancellationToken.None)).Items);
        Assert.Null(await Requests.FindAsync("globex", "r1", CancellationToken.None));
    }

    [ContractFact]
    public async Task A_request_is_written_by_who_has_seen_it_last_with_event_and_audit_entry_or_not_at_all()
    {
        (ServiceRequest request, _) = await Requests.AddAsync(NewRequest("r1"), TimeSpan.Zero, audit: null, CancellationToken.None);
        EligibilityReport report = new(false, [new("number", "e", "f", CheckOutcome.Fail, Fixer.Subscriber, RequestProblems.NumberUnknown("1"))]);
        ServiceRequest ended = RequestEnds.End(
            request with { Eligibility = report, Plan = new(true, true, false, "0.9"), Jobs = ["r1-1"], Card = StoreData.Key("1"), Service = "canteen", Provider = "lunch" },
            RequestStatus.Refused, Grade.Proven, RequestProblems.NumberUnknown("1"), StoreData.Epoch);
        ServiceEvent raised = RequestEnds.Event(ended);

        bool first = await Requests.SaveAsync(ended, raised, StoreData.Audit("r1", RequestEnds.RefusedAction), TimeSpan.Zero, CancellationToken.None);
        bool second = await Requests.SaveAsync(ended, raised, StoreData.Audit("r1", RequestEnds.RefusedAction), TimeSpan.Zero, CancellationToken.None);
        ServiceRequest found = (await Requests.FindAsync(StoreData.Tenant, "r1", CancellationToken.None))!;

        Assert.Equal((true, false, 2L), (first, second, found.Revision));
        Assert.Equal((RequestStatus.Refused, "NUMBER_UNKNOWN", "0.9", "r1-1"), (found.Status, found.Problem!.Code, found.Plan!.Replaces, Assert.Single(found.Jobs)));
        Assert.Equal("NUMBER_UNKNOWN", Assert.Single(found.Eligibility!.Checks).Problem!.Code);
        Assert.Single(await new Events(Store.Sql).AfterAsync(StoreData.Tenant, "lunch", 0, 10, CancellationToken.None));
        Assert.Empty(await Requests.ClaimAsync(10, RequestLease, CancellationToken.None));
    }

    [ContractFact]
    public async Task A_due_request_is_claimed_by_one_node_until_its_lease_has_run_out()
    {
        using StoreUnderTest second = Store.OpenSecond();
        var theirs = new RequestStore(second.Sql, _time);
        await Requests.AddAsync(NewRequest("r1") with { Due = _time.GetUtcNow() }, TimeSpan.Zero, audit: null, CancellationToken.None);
        await Requests.AddAsync(NewRequest("r2") with { Due = _time.GetUtcNow().AddHours(1) }, TimeSpan.Zero, audit: null, CancellationToken.None);
        await Requests.AddAsync(NewRequest("r3") with { Due = _time.GetUtcNow() }, RequestLease, audit: null, CancellationToken.None);

        Assert.Equal(["r1"], (await Requests.ClaimAsync(10, RequestLease, CancellationToken.None)).Select(r => r.Id));
        Assert.Empty(await theirs.ClaimAsync(10, RequestLease, CancellationToken.None));
        _time.Advance(RequestLease);
        Assert.Equal(["r1", "r3"], (await theirs.ClaimAsync(10, RequestLease, CancellationToken.None)).Select(r => r.Id).Order(StringComparer.Ordinal));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, (await theirs.ClaimAsync(10, RequestLease, CancellationToken.None)).Count);
    }

    [ContractFact]
    public async Task A_request_that_waits_for_a_job_is_claimed_when_the_job_has_ended()
    {
        GrainKey card = StoreData.Key("1");
        JobRow job = StoreData.Job(card, "r1-1");
        await Store.Grains.CommitAsync([StoreData.Write(card, 0, "1", null, new SaveJob(job))], CancellationToken.None);
        await Requests.AddAsync(NewRequest("r1") with { Due = null, Watch = "r1-1" }, TimeSpan.Zero, audit: null, CancellationToken.None);

        IReadOnlyList<ServiceRequest> early = await Requests.ClaimAsync(10, RequestLease, CancellationToken.None);
        await Store.Grains.CommitAsync(
            [StoreData.Write(card, 1, "2", null, new SaveJob(job with { Status = JobStatus.Done, EndedAt = StoreData.Epoch }))], CancellationToken.None);

        Assert.Empty(early);
        Assert.Equal("r1", Assert.Single(await Requests.ClaimAsync(10, RequestLease, CancellationToken.None)).Id);
    }

    [ContractFact]
    public async Task A_job_that_ends_while_its_request_is_looked_at_is_not_missed()
    {
        GrainKey card = StoreData.Key("1");
        JobRow job = StoreData.Job(card, "r1-1");
        await Store.Grains.CommitAsync([StoreData.Write(card, 0, "1", null, new SaveJob(job))], CancellationToken.None);
        (ServiceRequest request, _) = await Requests.AddAsync(
            NewRequest("r1") with { Due = _time.GetUtcNow(), Watch = "r1-1" }, RequestLease, audit: null, CancellationToken.None);

        await Store.Grains.CommitAsync(
            [StoreData.Write(card, 1, "2", null, new SaveJob(job with { Status = JobStatus.Done, EndedAt = StoreData.Epoch }))], CancellationToken.None);
        Assert.True(await Requests.SaveAsync(request with { Due = null }, raised: null, audit: null, TimeSpan.Zero, CancellationToken.None));

        Assert.Equal("r1", Assert.Single(await Requests.ClaimAsync(10, RequestLease, CancellationToken.None)).Id);
    }

    [ContractFact]
    public async Task A_request_whose_job_has_ended_unnoticed_is_found()
    {
        JobRow job = StoreData.Job(StoreData.Key("1"), "r1-1") with { Status = JobStatus.Done, EndedAt = StoreData.Epoch };
        await Store.Grains.CommitAsync([StoreData.Write(StoreData.Key("1"), 0, "1", null, new SaveJob(job))], CancellationToken.None);
        await Requests.AddAsync(NewRequest("r1") with { Due = null, Watch = "r1-1" }, TimeSpan.Zero, audit: null, CancellationToken.None);
        await Requests.AddAsync(NewRequest("r2") with { Due = null, Watch = "r2-1" }, TimeSpan.Zero, audit: null, CancellationToken.None);

        IReadOnlyList<ServiceRequest> early = await Requests.ClaimAsync(10, RequestLease, CancellationToken.None);
        await Requests.WakeAsync(CancellationToken.None);

        Assert.Empty(early);
        Assert.Equal("r1", Assert.Single(await Requests.ClaimAsync(10, RequestLease, CancellationToken.None)).Id);
    }

    [ContractFact]
    public async Task Calling_off_is_noted_once_and_is_for_who_is_at_it()
    {
        (ServiceRequest request, _) = await Requests.AddAsync(NewRequest("r1") with { Due = null }, RequestLease, audit: null, CancellationToken.None);

        Assert.True(await Requests.CancelAsync(StoreData.Tenant, "r1", StoreData.Audit("r1", RequestEnds.CancelledAction), CancellationToken.None));
        Assert.False(await Requests.CancelAsync(StoreData.Tenant, "r1", StoreData.Audit("r1", RequestEnds.CancelledAction), CancellationToken.None));

        Assert.False(await Requests.SaveAsync(request, raised: null, audit: null, TimeSpan.Zero, CancellationToken.None));
        Assert.Empty(await Requests.ClaimAsync(10, RequestLease, CancellationToken.None));
        _time.Advance(RequestLease);
        Assert.True(Assert.Single(await Requests.ClaimAsync(10, RequestLease, CancellationToken.None)).CancelRequested);
    }

    [ContractFact]
    public async Task Requests_are_listed_by_who_asks_what_and_where_it_stands()
    {
        GrainKey card = StoreData.Key("1");
        await Requests.AddAsync(NewRequest("r1") with { Provider = "lunch", Card = card, Service = "canteen" }, TimeSpan.Zero, null, CancellationToken.None);
        await Requests.AddAsync(NewRequest("r2") with { Requester = "globex", Contract = "c1" }, TimeSpan.Zero, null, CancellationToken.None);
        await Requests.AddAsync(
            NewRequest("r3") with { Card = card, Service = "canteen", OperationGiven = "suspend", Status = RequestStatus.Done, EndedAt = StoreData.Epoch },
            TimeSpan.Zero, null, CancellationToken.None);

        Assert.Equal(["r1"], await ListAsync(new(Provider: "lunch")));
        Assert.Equal(["r2"], await ListAsync(new(Requester: "globex", Origin: RequestOrigin.Provider)));
        Assert.Equal(["r3"], await ListAsync(new(Status: RequestStatus.Done)));
        Assert.Equal(["r3", "r1"], await ListAsync(new(Card: card, Service: "canteen")));
        Assert.Equal(["r2"], await ListAsync(new(Contract: "c1", Live: true)));
        Page<ServiceRequest> page = await Requests.ListAsync(StoreData.Tenant, new(), null, 2, CancellationToken.None);
        Assert.Equal(["r3", "r2"], page.Items.Select(r => r.Id));
        Assert.Equal(["r1"], (await Requests.ListAsync(StoreData.Tenant, new(), page.Next, 2, CancellationToken.None)).Items.Select(r => r.Id));

        async Task<IEnumerable<string>> ListAsync(RequestFilter filter) =>
            (await Requests.ListAsync(StoreData.Tenant, filter, null, 10, CancellationToken.None)).Items.Select(r => r.Id);
    }

    [ContractFact]
    public async Task As_many_requests_are_granted_as_there_is_room_under_their_contract_however_many_come_at_once()
    {
        var books = new Books(Store.Sql);
        var contract = new Contract { Id = "c1", Provider = "lunch", Mode = ContractMode.Simple, From = StoreData.Epoch };
        Assert.True(await books.SaveAsync(
            StoreData.Tenant, contract, 0, AuditEntries.BookSaved(StoreData.Epoch, Actor.FirstStart, contract, "It was made."), CancellationToken.None));
        ServiceInstanceRow there = new(
            StoreData.Key("1"), StoreData.Iccid(1), StoreData.Msisdn(1), "canteen", "lunch", "1.0", "c1", 1,
            InstanceState.Active, InstanceState.Active, IsPending: false, "j1", StoreData.Epoch, StoreData.Epoch);
        await Store.Grains.CommitAsync([StoreData.Write(StoreData.Key("1"), 0, "1", null, new SaveServiceInstance(there))], CancellationToken.None);

        List<ServiceRequest> asked = [];
        for (int card = 2; card <= 9; card++)
        {
            asked.Add((await Requests.AddAsync(NewRequest($"r{card}"), TimeSpan.Zero, audit: null, CancellationToken.None)).Request with
            {
                Card = StoreData.Key($"{card}"),
                Service = "canteen",
                Contract = "c1",
                Status = RequestStatus.Allocating,
            });
        }

        bool[] granted = await Task.WhenAll(asked.Select(r => Requests.GrantAsync(r, room: 3, TimeSpan.Zero, CancellationToken.None)));
        ServiceRequest[] won = [.. asked.Where((_, at) => granted[at])];
        ServiceRequest late = asked[Array.IndexOf(granted, false)];

        Assert.Equal((2, 2), (won.Length, await Requests.CountGrantedAsync(StoreData.Tenant, "c1", CancellationToken.None)));
        Assert.Equal(RequestStatus.Received, (await Requests.FindAsync(StoreData.Tenant, late.Id, CancellationToken.None))!.Status);

        // What has come onto its card's list is counted there.
        GrainKey taken = won[0].Card!.Value;
        await Store.Grains.CommitAsync([StoreData.Write(taken, 0, "1", null, new SaveServiceInstance(there with { Card = taken }))], CancellationToken.None);
        Assert.Equal(1, await Requests.CountGrantedAsync(StoreData.Tenant, "c1", CancellationToken.None));
        Assert.False(await Requests.GrantAsync(late, room: 3, TimeSpan.Zero, CancellationToken.None));

        await Requests.SaveAsync(
            RequestEnds.End(won[1] with { Revision = 2 }, RequestStatus.Cancelled, Grade.Proven, null, StoreData.Epoch), null, null, TimeSpan.Zero, CancellationToken.None);
        Assert.False(await Requests.GrantAsync(late with { Contract = "gone" }, room: 3, TimeSpan.Zero, CancellationToken.None));
        Assert.True(await Requests.GrantAsync(late, room: 3, TimeSpan.Zero, CancellationToken.None));
    }

    [ContractFact]
    public async Task S1_07_An_allocation_is_begun_once_and_a_serial_number_stays_with_its_card()
    {
        Allocation first = await Allocations.BeginAsync(NewAllocation("r1", "1"), CancellationToken.None);
        Allocation again = await Allocations.BeginAsync(NewAllocation("r1", "1") with { Server = "other" }, CancellationToken.None);
        await Allocations.BeginAsync(NewAllocation("r2", "2"), CancellationToken.None);
        await Allocations.BeginAsync(NewAllocation("r3", "1"), CancellationToken.None);

        Assert.Equal((AllocationState.Asked, "canteen"), (first.State, again.Server));
        Assert.True(await KeepAsync("r1", "a1", "7"));
        Assert.False(await KeepAsync("r1", "a1", "7"));
        Assert.False(await KeepAsync("r2", "a2", "7"));
        Assert.True(await KeepAsync("r3", "a3", "7"));
        Assert.True(await KeepAsync("r2", "a2", "8"));
        Allocation kept = (await Allocations.FindAsync(StoreData.Tenant, "r1", CancellationToken.None))!;
        Assert.Equal((AllocationState.Allocated, "a1", "7", Octets.Parse("AA")), (kept.State, kept.AllocationId, kept.Serial, kept.Values));
    }

    [ContractFact]
    public async Task S1_18_What_a_server_is_owed_is_claimed_until_it_knows_and_a_number_that_no_card_has_used_is_free_again()
    {
        await Allocations.BeginAsync(NewAllocation("r1", "1"), CancellationToken.None);
        await Allocations.BeginAsync(NewAllocation("r2", "2"), CancellationToken.None);
        await KeepAsync("r1", "a1", "7");
        await Allocations.ReleaseAsync(StoreData.Tenant, "r1", mayBeOnCard: false, CancellationToken.None);
        await Allocations.ReleaseAsync(StoreData.Tenant, "r1", mayBeOnCard: false, CancellationToken.None);
        Assert.False(await KeepAsync("r2", "a2", "7"));

        Allocation owed = Assert.Single(await Allocations.ClaimAsync(10, RequestLease, CancellationToken.None));
        Assert.Equal((AllocationState.Releasing, "a1", true), (owed.State, owed.AllocationId, owed.Values.IsEmpty));
        Assert.Empty(await Allocations.ClaimAsync(10, RequestLease, CancellationToken.None));
        await Allocations.PutOffAsync(owed, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Empty(await Allocations.ClaimAsync(10, RequestLease, CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(5));
        Allocation later = Assert.Single(await Allocations.ClaimAsync(10, RequestLease, CancellationToken.None));
        Assert.Equal(1, later.Attempts);
        await Allocations.SettleAsync(later, CancellationToken.None);

        Assert.Equal(AllocationState.Released, (await Allocations.FindAsync(StoreData.Tenant, "r1", CancellationToken.None))!.State);
        Assert.True(await KeepAsync("r2", "a2", "7"));
    }

    [ContractFact]
    public async Task A_number_that_a_card_has_used_goes_to_no_other_card()
    {
        await Allocations.BeginAsync(NewAllocation("r1", "1"), CancellationToken.None);
        await Allocations.BeginAsync(NewAllocation("r2", "2"), CancellationToken.None);
        await KeepAsync("r1", "a1", "7");
        await Allocations.ConfirmAsync(StoreData.Tenant, "r1", CancellationToken.None);
        await SettleAsync();
        Assert.Equal(AllocationState.Used, (await Allocations.FindAsync(StoreData.Tenant, "r1", CancellationToken.None))!.State);

        await Store.Grains.CommitAsync([StoreData.Write(StoreData.Key("1"), 0, "1", null, new SaveJob(StoreData.Job(StoreData.Key("1"), "r9-1")))], CancellationToken.None);
        await Allocations.ReleaseUsedAsync(StoreData.Key("1"), "canteen", "r9", CancellationToken.None);
        await SettleAsync();

        Assert.Equal(AllocationState.Released, (await Allocations.FindAsync(StoreData.Tenant, "r1", CancellationToken.None))!.State);
        Assert.False(await KeepAsync("r2", "a2", "7"));

        async Task SettleAsync() => await Allocations.SettleAsync(
            Assert.Single(await Allocations.ClaimAsync(10, RequestLease, CancellationToken.None)), CancellationToken.None);
    }

    [ContractFact]
    public async Task What_a_request_takes_from_a_card_is_released_but_not_what_comes_after_it_or_with_it()
    {
        GrainKey card = StoreData.Key("1");
        await Requests.AddAsync(NewRequest("running") with { Status = RequestStatus.Running }, TimeSpan.Zero, audit: null, CancellationToken.None);
        await Requests.AddAsync(NewRequest("queued") with { Status = RequestStatus.Queued }, TimeSpan.Zero, audit: null, CancellationToken.None);
        foreach (string request in (string[])["before", "running", "queued", "upgrade", "after", "other"])
        {
            await Allocations.BeginAsync(NewAllocation(request, "1") with { Service = request == "other" ? "tickets" : "canteen" }, CancellationToken.None);
            await KeepAsync(request, "a-" + request, "7");
            if (request is not ("running" or "queued"))
            {
                await Allocations.ConfirmAsync(StoreData.Tenant, request, CancellationToken.None);
            }
        }

        string[] jobs = ["before-1", "other-1", "running-1", "queued-1", "upgrade-1", "after-1", "upgrade-2", "queued-2"];
        await Store.Grains.CommitAsync(
            [StoreData.Write(card, 0, "1", null, [.. jobs.Select(j => new SaveJob(StoreData.Job(card, j)))])], CancellationToken.None);

        await Allocations.ReleaseUsedAsync(card, "canteen", "nobody", CancellationToken.None);
        Assert.Equal(AllocationState.Confirming, await StateAsync("before"));
        await Allocations.ReleaseUsedAsync(card, "canteen", "upgrade", CancellationToken.None);

        Assert.Equal(AllocationState.Releasing, await StateAsync("before"));
        Assert.Equal(AllocationState.Releasing, await StateAsync("running"));
        Assert.Equal(AllocationState.Allocated, await StateAsync("queued"));
        Assert.Equal(AllocationState.Confirming, await StateAsync("upgrade"));
        Assert.Equal(AllocationState.Confirming, await StateAsync("after"));
        Assert.Equal(AllocationState.Confirming, await StateAsync("other"));

        async Task<AllocationState> StateAsync(string request) =>
            (await Allocations.FindAsync(StoreData.Tenant, request, CancellationToken.None))!.State;
    }

    [ContractFact]
    public async Task S1_08_A_number_is_unknown_in_service_or_not_any_more_and_a_cards_at_a_time()
    {
        var numbers = new Numbers(Store.Sql);
        ImportedCard one = StoreData.Card(1), two = StoreData.Card(2);
        await Store.Import.ImportAsync(StoreData.Tenant, [one, two], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
        await Store.MoveAliasAsync("msisdn", StoreData.Msisdn(1), two.Grain, StoreData.Epoch.AddDays(1));

        Assert.Equal((NumberStanding.Unknown, null), await FindAsync("49111", 0));
        Assert.Equal((NumberStanding.InService, one.Grain), await FindAsync(StoreData.Msisdn(1), 0));
        Assert.Equal((NumberStanding.InService, two.Grain), await FindAsync(StoreData.Msisdn(1), 2));
        Store.Execute($"UPDATE aliases SET valid_until = {StoreData.Epoch.AddDays(3).ToUnixTimeMilliseconds()} WHERE value = '{StoreData.Msisdn(2)}'");
        Assert.Equal((NumberStanding.NotInService, null), await FindAsync(StoreData.Msisdn(2), 4));
        Assert.Equal((NumberStanding.InService, two.Grain), await FindAsync(StoreData.Msisdn(2), 2));

        Task<(NumberStanding, GrainKey?)> FindAsync(string number, int days) =>
            numbers.FindAsync(StoreData.Tenant, number, StoreData.Epoch.AddDays(days), CancellationToken.None);
    }

    private Task<bool> KeepAsync(string request, string allocation, string serial) =>
        Allocations.KeepAsync(StoreData.Tenant, request, allocation, serial, Octets.Parse("AA"), CancellationToken.None);

    private static Allocation NewAllocation(string request, string card) => new(
        StoreData.Tenant, request, "canteen", "canteen", StoreData.Key(card), "8949", "deploy", "49170", "key,serial", AllocationState.Asked, null, null, default, StoreData.Epoch);

    private static ServiceRequest NewRequest(string id) => new()
    {
        Id = id,
        Tenant = StoreData.Tenant,
        Origin = RequestOrigin.Provider,
        Requester = "lunch",
        Actor = new(ActorKind.Provider, "lunch", "alice"),
        Identifier = "canteen",
        OperationGiven = "deploy",
        Operation = ServiceOperation.Deploy,
        Msisdn = "491700000001",
        Content = "AB",
        Status = RequestStatus.Received,
        CreatedAt = StoreData.Epoch,
        UpdatedAt = StoreData.Epoch,
    };
}
