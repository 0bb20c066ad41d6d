using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Storage.Shared;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Providers;

/// <summary>What happens when a contract ends, by its time or by call.</summary>
public sealed class ContractWatchTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly SqliteStoreUnderTest _store;
    private readonly Recorder _ending = new();
    private readonly Books _books;

    public ContractWatchTests()
    {
        _store = new(_time);
        _books = new(_store.Sql);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Only_what_is_to_be_undone_is_called_off_and_only_once()
    {
        await SaveAsync("finishes", ContractEnd.Finish, until: _time.GetUtcNow().AddHours(1));
        await SaveAsync("undoes", ContractEnd.Undo, until: _time.GetUtcNow().AddHours(1));
        await SaveAsync("goes-on", ContractEnd.Undo, until: null);
        await LookAsync();
        Assert.Empty(_ending.Undone);

        _time.Advance(TimeSpan.FromHours(1));
        await LookAsync();
        await LookAsync();

        Assert.Equal(["undoes"], _ending.Undone);
        Assert.Equal(
            ["finishes finish", "undoes undo"],
            (await EventsAsync()).Select(e => $"{e.Event.Details["contract"]} {e.Event.Details["atEnd"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_could_not_be_called_off_is_tried_again_and_the_event_is_not_raised_again()
    {
        await SaveAsync("undoes", ContractEnd.Undo, until: _time.GetUtcNow().AddHours(1));
        _time.Advance(TimeSpan.FromHours(2));
        _ending.Fails = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(LookAsync);
        _ending.Fails = false;
        await LookAsync();
        Assert.Empty(_ending.Undone);
        _time.Advance(TimeSpan.FromMinutes(2));

        await LookAsync();

        Assert.Equal(["undoes"], _ending.Undone);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task Contracts_of_a_provider_that_has_ended_end_with_it()
    {
        await EndProviderAsync();
        await SaveAsync("left", ContractEnd.Finish, until: null);

        await LookAsync();

        Assert.Equal(_time.GetUtcNow(), (await ReadAsync("left")).Document.EndedAt);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task A_contract_whose_end_was_noticed_is_not_prolonged_by_who_has_read_it_before()
    {
        await SaveAsync("ends", ContractEnd.Finish, until: _time.GetUtcNow().AddHours(1));
        BookEntry<Contract> read = await ReadAsync("ends");
        _time.Advance(TimeSpan.FromHours(1));
        await LookAsync();

        bool prolonged = await ProlongAsync(read);

        Assert.False(prolonged);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task A_contract_that_is_prolonged_while_its_end_is_noticed_has_not_ended()
    {
        await SaveAsync("ends", ContractEnd.Undo, until: _time.GetUtcNow().AddHours(1));
        BookEntry<Contract> read = await ReadAsync("ends");
        _time.Advance(TimeSpan.FromHours(1));

        await LookAsync(ends: new(new MeanwhileSql(_store.Sql, async () => Assert.True(await ProlongAsync(read)))));
        await LookAsync();

        Assert.Empty(_ending.Undone);
        Assert.Empty(await EventsAsync());
        _time.Advance(TimeSpan.FromDays(1));
        await LookAsync();
        Assert.Equal(["ends"], _ending.Undone);
    }

    [Fact]
    public async Task A_contract_that_could_not_be_ended_with_its_provider_is_ended_at_the_next_look()
    {
        await EndProviderAsync();
        await SaveAsync("left", ContractEnd.Finish, until: null);
        BookEntry<Contract> read = await ReadAsync("left");

        await LookAsync(books: new(new MeanwhileSql(_store.Sql, async () => Assert.True(await ProlongAsync(read)))));
        IReadOnlyList<StoredEvent> before = await EventsAsync();
        await LookAsync();

        Assert.Empty(before);
        Assert.Single(await EventsAsync());
        Assert.NotNull((await ReadAsync("left")).Document.EndedAt);
    }

    [Fact]
    public async Task By_default_the_jobs_of_its_instances_are_called_off_that_have_not_ended_and_bring_or_change_something()
    {
        var host = new Host();
        var contract = new Contract { Id = "c", Provider = "bank", Mode = ContractMode.Simple, From = _time.GetUtcNow() };

        await new JobCancelling(new Instances(), new Jobs(), host).UndoAsync(StoreData.Tenant, contract, CancellationToken.None);

        Assert.Equal([("1", "running Install"), ("2", "queued Activate")], host.Cancelled);
    }

    private Task<bool> EndProviderAsync() => _books.SaveAsync(
        StoreData.Tenant,
        new Provider
        {
            Id = "bank",
            Name = "Bank",
            DomainAid = DomainNames.AidFor("bank", new(0x500000)),
            DomainTar = new(0x500000),
            CreatedAt = _time.GetUtcNow(),
            EndedAt = _time.GetUtcNow(),
        },
        0, StoreData.Audit(), CancellationToken.None);

    private async Task<BookEntry<Contract>> ReadAsync(string id) => (await _books.FindAsync<Contract>(StoreData.Tenant, id, CancellationToken.None))!;

    private Task<bool> ProlongAsync(BookEntry<Contract> read) => _books.SaveAsync(
        StoreData.Tenant, read.Document with { Until = _time.GetUtcNow().AddDays(1) }, read.Version, StoreData.Audit(), CancellationToken.None);

    private Task LookAsync() => LookAsync(null, null);

    private Task LookAsync(Books? books = null, ContractEnds? ends = null) => new ContractWatch(
        books ?? _books, ends ?? new ContractEnds(_store.Sql), _ending, new([StoreData.Tenant]), _time, Options.Create(new ContractOptions()),
        NullLogger<ContractWatch>.Instance).LookAsync(StoreData.Tenant, CancellationToken.None);

    private Task<IReadOnlyList<StoredEvent>> EventsAsync() =>
        new Tsm.Storage.Shared.Events(_store.Sql).AfterAsync(StoreData.Tenant, "bank", 0, 10, CancellationToken.None);

    private Task<bool> SaveAsync(string id, ContractEnd atEnd, DateTimeOffset? until) => _books.SaveAsync(
        StoreData.Tenant,
        new Contract { Id = id, Provider = "bank", Mode = ContractMode.Simple, From = _time.GetUtcNow().AddDays(-1), Until = until, AtEnd = atEnd },
        0, StoreData.Audit(), CancellationToken.None);

    private sealed class Recorder : IContractEnding
    {
        public List<string> Undone { get; } = [];

        public bool Fails { get; set; }

        public Task UndoAsync(string tenant, Contract contract, CancellationToken cancellationToken)
        {
            if (Fails)
            {
                throw new StoreUnavailableException("The disk is full.", new IOException());
            }

            Undone.Add(contract.Id);
            return Task.CompletedTask;
        }
    }

    private sealed class Instances : IServiceInstances
    {
        public Task<Page<ServiceInstanceRow>> ListAsync(
            string tenant, ServiceInstanceFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
        {
            Assert.Equal("c", filter.Contract);
            return Task.FromResult(cursor is null
                ? new Page<ServiceInstanceRow>([Row("1", "running Install"), Row("1", "done Install"), Row("1", "running Suspend")], "more")
                : new Page<ServiceInstanceRow>([Row("2", "queued Activate"), Row("2", "gone"), Row("2", "queued Terminate"), Row("2", "queued Resume")], null));
        }

        public Task<int> CountAsync(string tenant, ServiceInstanceFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static ServiceInstanceRow Row(string card, string job) => new(
            StoreData.Key(card), "8949", "49", "wallet", "bank", "1.0", "c", 1, InstanceState.Absent, InstanceState.Active, false, job, null, StoreData.Epoch);
    }

    private sealed class Jobs : IJobReads
    {
        public Task<Page<JobRow>> ListAsync(
            string tenant, GrainKey? card, JobStatus? status, IReadOnlyCollection<string>? ids, string? cursor, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<JobRow?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => Task.FromResult(
            id.Split(' ') is [var status, var operation]
                ? StoreData.Job(StoreData.Key("1"), id, Enum.Parse<JobStatus>(status, ignoreCase: true)) with { Operation = Enum.Parse<Operation>(operation) }
                : null);
    }

    private sealed class Host : IGrainHost
    {
        public List<(string Card, string Job)> Cancelled { get; } = [];

        public Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken)
        {
            CancelJob cancel = Assert.IsType<CancelJob>(command);
            Assert.Equal(Actor.ContractRules, cancel.By);
            Cancelled.Add((key.Id, cancel.JobId));
            return Task.FromResult<IReply>(new JobForgotten(cancel.JobId));
        }
    }
}
