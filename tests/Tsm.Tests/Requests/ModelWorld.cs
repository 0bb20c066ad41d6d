using System.Text;
using Microsoft.Extensions.Options;
using Tsm.Application.Applications;
using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Storage.Shared;
using Tsm.Storage.Vault;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Requests;

/// <summary>How a card and a server take what is asked of them.</summary>
/// <param name="Job">How the job ends.</param>
/// <param name="Executed">Whether the card has done it, whatever is heard of it.</param>
/// <param name="AuditsLost">How many audits are not answered.</param>
/// <param name="ServerDown">Whether the server is down when it is asked to allocate.</param>
/// <param name="TellingFails">How often the server cannot be told.</param>
/// <param name="Grade">How well the end of the job is proven.</param>
/// <param name="DataUnproven">Whether the card has the instance, and has not proven that it took the data.</param>
internal sealed record ModelFate(
    JobStatus Job, bool Executed, int AuditsLost, bool ServerDown, int TellingFails, Grade Grade = Grade.Proven, bool DataUnproven = false)
{
    /// <summary>Whether the job's end says nothing of what the card has done.</summary>
    public bool IsUnproven => Job == JobStatus.Expired || (Job == JobStatus.Refused && Grade == Grade.Indicated);
}

/// <summary>A real store with a card and a server that obey a fate, and a worker that may die at any moment.</summary>
internal sealed class ModelWorld : IGrainHost, IApplicationServers, IServiceInstances, IDisposable
{
    public const string Tenant = "acme";
    public static readonly GrainKey Card = new(Tenant, "card", "000001");

    private readonly SqliteStoreUnderTest _store;
    private readonly ModelFate _fate;
    private readonly KeyVault _vault;
    private readonly Dictionary<string, JobRow> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _allocated = new(StringComparer.Ordinal);
    private CardState _card = new() { Iccid = StoreData.Iccid(1), Msisdn = StoreData.Msisdn(1), Model = "uicc-aes" };
    private int _lost;
    private int _untold;
    private int _waiting;
    private long _version = 1;

    private ModelWorld(ModelFate fate)
    {
        _fate = fate;
        _store = new SqliteStoreUnderTest(Time);
        _vault = new(VaultKey.From([.. Enumerable.Range(1, VaultKey.Size).Select(i => (byte)i)]), _store.Vault);
        Options = new RequestOptions();
    }

    public ManualTimeProvider Time { get; } = new();

    public Fuse Fuse { get; } = new();

    public RequestOptions Options { get; }

    /// <summary>How long the server keeps silent.</summary>
    public Task Silence { get; set; } = Task.CompletedTask;

    /// <summary>How many wait for the server's answer.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>What goes on while the instances under a contract are counted.</summary>
    public Func<Task> WhileCounting { get; set; } = () => Task.CompletedTask;

    /// <summary>What the card has.</summary>
    public InstanceState State { get; private set; } = InstanceState.Absent;

    /// <summary>The jobs that the card was given, each once.</summary>
    public IEnumerable<string> Jobs => _rows.Keys;

    /// <summary>What became of the allocation on the side of the server.</summary>
    public string ServerSays { get; private set; } = "nothing";

    /// <summary>How many different allocations it has made.</summary>
    public int Allocated => _allocated.Count;

    public RequestStore Requests => new(_store.Sql, Time);

    public AllocationStore Allocations => new(_store.Sql, Time);

    public Events Events => new(_store.Sql);

    /// <summary>Whether a serial number goes to no other card.</summary>
    public async Task<bool> IsBurntAsync(string serial)
    {
        Allocation other = new(
            Tenant, "another", "canteen", "canteen", StoreData.Key("2"), "8949", "deploy", "49170", "serial", AllocationState.Asked, null, null, default, Time.GetUtcNow());
        await Allocations.BeginAsync(other, CancellationToken.None);
        return !await Allocations.KeepAsync(Tenant, "another", "a", serial, default, CancellationToken.None);
    }

    public static async Task<ModelWorld> StartAsync(ModelFate fate)
    {
        var world = new ModelWorld(fate);
        await world.PrepareAsync();
        return world;
    }

    /// <summary>Gives the contract a quota.</summary>
    public async Task LimitAsync(int quota)
    {
        var books = new Books(_store.Sql);
        BookEntry<Contract> contract = (await books.FindAsync<Contract>(Tenant, "c1", CancellationToken.None))!;
        await SaveAsync(books, contract.Document with { Quota = quota }, contract.Version);
    }

    public void Dispose()
    {
        _vault.Dispose();
        _store.Dispose();
    }

    /// <summary>A process: it goes on with what it finds, until it dies.</summary>
    public (RequestDesk Desk, RequestWorker Worker) NewProcess()
    {
        IRequests requests = Fuse.Guard<IRequests>(Requests);
        IAllocations allocations = Fuse.Guard<IAllocations>(Allocations);
        IApplicationServers servers = Fuse.Guard<IApplicationServers>(this);
        IGrainHost host = Fuse.Guard<IGrainHost>(this);
        var books = new Books(_store.Sql);
        var book = new ServiceBook(new(books, _store.Catalogue), books, this, requests);
        var states = new CardStates(_store.Grains, [new CardMachine()]);
        var eligibility = new EligibilityDesk(
            new Numbers(_store.Sql), _store.Aliases, states, _store.Catalogue, this, book, servers);
        var materials = new RequestMaterials(book, _store.Catalogue, _store.Cards, allocations, _vault);
        IOptions<RequestOptions> options = Microsoft.Extensions.Options.Options.Create(Options);
        var steps = new RequestSteps(requests, allocations, servers, eligibility, materials, host, _store.Jobs, this, states, options, Time);
        var signal = new RequestSignal();
        return (
            new(requests, steps, eligibility, signal, options, Time),
            new(requests, allocations, servers, steps, signal, options, Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<RequestWorker>.Instance));
    }

    public async Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case EnqueueJob job when _rows.TryGetValue(job.JobId, out JobRow? known):
                return new JobAccepted(known);
            case EnqueueJobs { Jobs: [var only] }:
                return await SendAsync(key, only, cancellationToken);
            case EnqueueJob { Operation: Operation.Terminate } cleaning:
                State = InstanceState.Absent;
                return await KeepAsync(StoreData.Job(Card, cleaning.JobId, JobStatus.Done) with { Grade = Grade.Proven }, cancellationToken);
            case EnqueueJob { Operation: Operation.Audit } audit:
                return await KeepAsync(
                    StoreData.Job(Card, audit.JobId, _lost++ < _fate.AuditsLost ? JobStatus.Expired : JobStatus.Done) with { Grade = Grade.Proven }, cancellationToken);
            case EnqueueJob job:
                if (_fate.Job == JobStatus.Done || (_fate.Executed && _fate.IsUnproven))
                {
                    State = InstanceState.Active;
                    _card = _card with
                    {
                        Services =
                        [
                            new("canteen", "lunch", "1.0", "c1", 1, job.Instance!.Value, job.JobId)
                            {
                                InstalledBy = job.JobId,
                                PersonalisedBy = _fate.DataUnproven ? null : job.JobId,
                            },
                        ],
                    };
                }

                return await KeepAsync(StoreData.Job(Card, job.JobId, _fate.Job) with { Grade = _fate.Grade }, cancellationToken);
            case CancelJob cancel:
                return new JobForgotten(cancel.JobId);
            default:
                return new UnknownGrain(key);
        }
    }

    public Task<Problem?> AskStatusAsync(string tenant, string server, string service, CancellationToken cancellationToken) => Task.FromResult<Problem?>(null);

    public async Task<AllocationOutcome> AllocateAsync(Allocation asked, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        if (_fate.ServerDown)
        {
            return new(null, null, default, AllocationProblems.Down("canteen", "silence."));
        }

        _allocated.Add(asked.Request);
        ServerSays = "allocated";
        byte[] values = Encoding.UTF8.GetBytes("""{"key":"00112233445566778899AABBCCDDEEFF"}""");
        return new("a-" + asked.Request, "0001", _vault.Seal(asked.Card, values), null);
    }

    public Task<Problem?> ConfirmAsync(Allocation allocation, CancellationToken cancellationToken) => TellAsync("used", cancellationToken);

    public Task<Problem?> ReleaseAsync(Allocation allocation, CancellationToken cancellationToken) => TellAsync("released", cancellationToken);

    public Task<Page<ServiceInstanceRow>> ListAsync(
        string tenant, ServiceInstanceFilter filter, string? cursor, int limit, CancellationToken cancellationToken) => Task.FromResult(new Page<ServiceInstanceRow>(
            State == InstanceState.Absent
                ? []
                : [new(Card, StoreData.Iccid(1), StoreData.Msisdn(1), "canteen", "lunch", "1.0", "c1", 1, State, State, false, null, Time.GetUtcNow(), Time.GetUtcNow())],
            null));

    public async Task<int> CountAsync(string tenant, ServiceInstanceFilter filter, CancellationToken cancellationToken)
    {
        await WhileCounting();
        return 0;
    }

    private async Task<Problem?> TellAsync(string what, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        if (_untold++ < _fate.TellingFails)
        {
            return AllocationProblems.Down("canteen", "silence.");
        }

        ServerSays = what;
        return null;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Silence.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<JobAccepted> KeepAsync(JobRow job, CancellationToken cancellationToken)
    {
        JobRow row = job with { EndedAt = Time.GetUtcNow() };
        _rows[row.Id] = row;
        await _store.Grains.CommitAsync([new(Card, _version++, 1, new CardMachine().Serialize(_card), [new SaveJob(row)], null)], cancellationToken);
        return new(row);
    }

    private async Task PrepareAsync()
    {
        DateTimeOffset now = Time.GetUtcNow();
        Assert.True(ApplicationUpload.TryRead(CapBuilder.SampleApplet().Memory, "hello", now, out CatalogueApplication? application, out _));
        await _store.Catalogue.AddApplicationAsync(Tenant, application, StoreData.Audit(), CancellationToken.None);
        await _store.Catalogue.SaveModelAsync(
            Tenant, Tsm.Server.Hosting.BuiltInCardModels.All.First(m => m.Name == "uicc-aes"), StoreData.Audit(), CancellationToken.None);
        await _store.Import.ImportAsync(
            Tenant,
            [new(Card, 1, new CardMachine().Serialize(_card), [StoreData.Keys(1)], StoreData.CardRow(Card, _card.Iccid, _card.Msisdn, "uicc-aes"))],
            now,
            StoreData.Audit(),
            CancellationToken.None);
        var books = new Books(_store.Sql);
        await SaveAsync(books, new Provider { Id = "lunch", Name = "Lunch", DomainAid = Aid.Parse("F054534D01"), DomainTar = Tar.Parse("D00001"), CreatedAt = now });
        await SaveAsync(books, new Contract { Id = "c1", Provider = "lunch", Mode = ContractMode.Simple, From = now });
        await SaveAsync(books, new Service
        {
            Id = "canteen",
            Provider = "lunch",
            Name = "Canteen card",
            ApplicationServer = "canteen",
            CreatedAt = now,
            Versions =
            [
                new()
                {
                    Version = "1.0",
                    Application = application.Id,
                    Module = application.Applets[0],
                    Instance = application.Applets[0],
                    Personalisation = [new("0101", "{key}")],
                    CreatedAt = now,
                    ApprovedAt = now,
                },
            ],
        });
    }

    private static async Task SaveAsync<T>(Books books, T document, long version = 0) where T : class, IBook => Assert.True(await books.SaveAsync(
        Tenant, document, version, AuditEntries.BookSaved(StoreData.Epoch, Actor.FirstStart, document, "It was made."), CancellationToken.None));
}
