using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;
using Tsm.Storage.Shared;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Policies;

/// <summary>What a policy makes of what others do with a service, on a real store and with a card that does what its jobs say.</summary>
public sealed class PolicyWorkTests : IDisposable
{
    private static readonly GrainKey Card = StoreData.Key("000001");
    private static readonly Aid Instance = Aid.Parse("F05453CA01");

    private readonly ManualTimeProvider _time = new();
    private readonly SqliteStoreUnderTest _store;
    private readonly Books _books;
    private readonly Actions _actions;
    private long _version;

    public PolicyWorkTests()
    {
        _store = new(_time);
        _books = new(_store.Sql);
        _actions = new(this);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task S1_12_What_an_operator_has_resumed_stays_so_until_there_is_something_new_against_the_user()
    {
        await PrepareAsync();
        await AddAsync("1", "fraud");
        await LookAsync(); // The policy suspends.
        await AddAsync("2", "fraud"); // The operator can see this one.
        await JobAsync("op-1", Operation.Resume, InstanceState.Active);
        await LookAsync();
        await AddAsync("3", "paid");
        await LookAsync();
        PolicyStep[] before = [.. _actions.Asked];

        await AddAsync("4", "fraud");
        await LookAsync();

        Assert.Equal([PolicyStep.Suspend], before);
        Assert.Equal([PolicyStep.Suspend, PolicyStep.Suspend], _actions.Asked);
    }

    [Fact]
    public async Task S1_12_A_suspension_that_was_called_off_is_asked_for_again_only_for_something_new()
    {
        await PrepareAsync();
        _actions.IsCardOff = true;
        await AddAsync("1", "fraud");
        await LookAsync();
        await AddAsync("2", "fraud");
        await CallOffAsync();
        await LookAsync();
        int before = _actions.Asked.Count;

        await AddAsync("3", "fraud");
        await LookAsync();

        Assert.Equal((1, 2), (before, _actions.Asked.Count));
    }

    private async Task PrepareAsync()
    {
        await SaveAsync(new Service
        {
            Id = "lunch",
            Provider = "canteen",
            Name = "Lunch",
            CreatedAt = _time.GetUtcNow(),
            Versions = [new() { Version = "1.0", Application = "app", Module = Instance, Instance = Instance, CreatedAt = _time.GetUtcNow() }],
        });
        await SaveAsync(new Policy
        {
            Id = "strict",
            Start = 100,
            SuspendBelow = 50,
            ResumeAbove = 80,
            Rules = [new("fraud", -60, PointsPer.Record, 30), new("paid", 1, PointsPer.Record, 30)],
            CreatedAt = _time.GetUtcNow(),
            ActiveSince = _time.GetUtcNow(),
        });
        await JobAsync("install", Operation.Install, InstanceState.Active);
    }

    private async Task SaveAsync<T>(T document) where T : class, IBook =>
        Assert.True(await _books.SaveAsync(StoreData.Tenant, document, 0, StoreData.Audit(), CancellationToken.None));

    /// <summary>Everything happens a minute after what was before.</summary>
    private DateTimeOffset Later()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        return _time.GetUtcNow();
    }

    private Task<UsageIntake> AddAsync(string id, string kind)
    {
        DateTimeOffset now = Later();
        return new UsageRecords(_store.Sql).AddAsync(
            StoreData.Tenant,
            [new("canteen", id, "lunch", Card, StoreData.Iccid(1), StoreData.Msisdn(1), now, kind, 1, now)],
            CancellationToken.None);
    }

    private Task<DateTimeOffset?> LookAsync()
    {
        Later();
        return new PolicyWork(
            _books,
            new UsageRecords(_store.Sql),
            new PolicyActions(_store.Sql),
            _actions,
            new(new RequestStore(_store.Sql, _time), _store.Jobs, _books),
            new ServiceInstances(_store.Sql),
            _time).DoAsync(new(StoreData.Tenant, PolicyWork.WorkKind, PolicyWork.Item("lunch", Card), 1, 0), CancellationToken.None);
    }

    /// <summary>The card gets a job and does it at once.</summary>
    private async Task JobAsync(string id, Operation operation, InstanceState becomes)
    {
        DateTimeOffset now = Later();
        JobRow job = StoreData.Job(Card, id, JobStatus.Done) with { Operation = operation, Instance = Instance.ToString(), CreatedAt = now, EndedAt = now };
        var row = new ServiceInstanceRow(
            Card, StoreData.Iccid(1), StoreData.Msisdn(1), "lunch", "canteen", "1.0", null, 1, becomes, becomes, false, id, now, now);
        Assert.NotEmpty(await _store.Grains.CommitAsync(
            [StoreData.Write(Card, _version++, effects: [new SaveJob(job), new SaveServiceInstance(row)])], CancellationToken.None));
    }

    private async Task CallOffAsync()
    {
        var requests = new RequestStore(_store.Sql, _time);
        (ServiceRequest request, _) = await requests.AddAsync(
            new()
            {
                Id = _actions.Last!.RequestId,
                Tenant = StoreData.Tenant,
                Origin = RequestOrigin.Policy,
                Requester = "policy:strict",
                Actor = new(ActorKind.Policy, "policy:strict"),
                Identifier = "lunch",
                OperationGiven = "suspend",
                Operation = ServiceOperation.Suspend,
                Content = "AB",
                CreatedAt = _time.GetUtcNow(),
                UpdatedAt = _time.GetUtcNow(),
            },
            TimeSpan.Zero, audit: null, CancellationToken.None);
        Assert.True(await requests.SaveAsync(
            RequestEnds.End(request, RequestStatus.Cancelled, Grade.Proven, null, Later()), null, null, TimeSpan.Zero, CancellationToken.None));
    }

    private sealed class Actions(PolicyWorkTests world) : IPolicyActions
    {
        public List<PolicyStep> Asked { get; } = [];

        public PolicyAction? Last { get; private set; }

        public bool IsCardOff { get; set; }

        public Task<PolicyActionResult> SuspendAsync(PolicyAction action, CancellationToken cancellationToken) =>
            DoAsync(action, Operation.Suspend, InstanceState.Suspended);

        public Task<PolicyActionResult> ResumeAsync(PolicyAction action, CancellationToken cancellationToken) =>
            DoAsync(action, Operation.Resume, InstanceState.Active);

        private async Task<PolicyActionResult> DoAsync(PolicyAction action, Operation operation, InstanceState becomes)
        {
            Asked.Add(action.Step);
            Last = action;
            if (!IsCardOff)
            {
                await world.JobAsync(action.JobId, operation, becomes);
            }

            return new(action.JobId, null);
        }
    }
}
