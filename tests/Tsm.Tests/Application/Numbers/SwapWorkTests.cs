using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Numbers;
using Tsm.Application.Services;
using Tsm.Application.Work;
using Tsm.Storage.Shared;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Numbers;

/// <summary>How often a swap asks the old card, through the queue as in production.</summary>
public sealed class SwapWorkTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly SqliteStoreUnderTest _store;
    private readonly Actions _actions = new();

    public SwapWorkTests() => _store = new(_time);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task S1_07_An_old_card_that_refuses_is_asked_again_after_a_pause_that_grows_up_to_a_day()
    {
        await StartAsync(LeftBehind("canteen"));

        List<TimeSpan> pauses = [];
        for (int i = 0; i < 12; i++)
        {
            int asked = _actions.Asked.Count;
            TimeSpan pause = TimeSpan.Zero;
            while (_actions.Asked.Count == asked)
            {
                Assert.True(pause < TimeSpan.FromDays(2), $"It was asked {asked} times.");
                await LookAsync();
                _time.Advance(TimeSpan.FromMinutes(5));
                pause += TimeSpan.FromMinutes(5);
            }

            pauses.Add(pause);
        }

        Assert.Equal([.. Enumerable.Range(1, 12)], _actions.Asked.Select(a => a.Attempt));
        Assert.Equal([5, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440], pauses.Select(p => p.TotalMinutes));
    }

    [Fact]
    public async Task S1_07_An_old_card_that_refuses_is_not_asked_again_because_another_service_goes_on()
    {
        await StartAsync(LeftBehind("canteen"), LeftBehind("bus") with { State = SwapState.Deploying });

        for (int i = 0; i < 5; i++)
        {
            await LookAsync();
            _time.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(("canteen", 1), Assert.Single(_actions.Asked));
        Assert.Equal(5, _actions.Deployed);
    }

    private async Task StartAsync(params ImmutableArray<SwapService> services)
    {
        await _store.Import.ImportAsync(StoreData.Tenant, [StoreData.Card(1)], _time.GetUtcNow(), StoreData.Audit(), CancellationToken.None);
        Assert.True(await new Swaps(_store.Sql).SaveAsync(
            StoreData.Tenant,
            new Swap
            {
                Id = "s1",
                Msisdn = StoreData.Msisdn(2),
                OldCard = "000001",
                OldIccid = StoreData.Iccid(1),
                NewCard = "000002",
                NewIccid = StoreData.Iccid(2),
                By = new(ActorKind.Operator, "tester"),
                CreatedAt = _time.GetUtcNow().AddHours(-1),
                MovedAt = _time.GetUtcNow().AddHours(-1),
                Services = services,
            },
            0, [], [StoreData.Audit()], look: true, CancellationToken.None));
    }

    private static SwapService LeftBehind(string service) => new()
    {
        Service = service,
        Provider = "lunch",
        Version = "1.0",
        Rule = CardSwapRule.Move,
        State = SwapState.LeftBehind,
    };

    /// <summary>Does what is due, again and again until nothing is.</summary>
    private async Task LookAsync()
    {
        var work = new SwapWork(
            new Books(_store.Sql), new Swaps(_store.Sql), _actions, new(new NoHost(), _store.Aliases, _time), _store.Cards, _time);
        var runner = new WorkRunner(
            [work], new DueWork(_store.Sql), Options.Create(new WorkOptions()), _time, NullLogger<WorkRunner>.Instance);
        for (int i = 0; await runner.RunOnceAsync(CancellationToken.None) > 0; i++)
        {
            Assert.True(i < 10, "It never pauses.");
        }
    }

    private sealed class Actions : ISwapActions
    {
        public List<(string Service, int Attempt)> Asked { get; } = [];

        public int Deployed { get; private set; }

        public Task<SwapProgress> DeployAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
        {
            Deployed++;
            return Task.FromResult(new SwapProgress(false, null, null, GoesOn: true));
        }

        public Task<SwapProgress> TerminateAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
        {
            Asked.Add((service.Service, service.Attempt));
            return Task.FromResult(new SwapProgress(false, null, NumberProblems.RequestEnded("r-1", "refused")));
        }
    }

    private sealed class NoHost : IGrainHost
    {
        public Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
