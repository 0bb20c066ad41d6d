using System.Collections.Concurrent;
using System.Threading.Channels;
using Tsm.Application.Cards;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Application.Delivery;

/// <summary>An outbox in memory that writes down what is done to it.</summary>
internal sealed class ListedOutbox : IOutbox
{
    private readonly Lock _lock = new();
    private readonly List<OutboxPacket> _ready = [];
    private readonly List<OutboxPacket> _abandoned = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<int> Limits { get; } = [];

    public ConcurrentQueue<string> Released { get; } = [];

    public int Expirations { get; private set; }

    public void Add(OutboxPacket packet) => Change(() => _ready.Add(packet));

    public void Abandon(OutboxPacket packet) => Change(() => _abandoned.Add(packet));

    public Task<IReadOnlyList<OutboxPacket>> ClaimAsync(string road, int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Limits.Enqueue(limit);
            OutboxPacket[] claimed = [.. _ready.Where(p => p.Road == road).Take(limit)];
            _ready.RemoveAll(claimed.Contains);
            return Task.FromResult<IReadOnlyList<OutboxPacket>>(claimed);
        }
    }

    public Task ReleaseAsync(IReadOnlyCollection<OutboxPacket> packets, CancellationToken cancellationToken)
    {
        Change(() => _ready.AddRange(packets));
        foreach (OutboxPacket packet in packets)
        {
            Released.Enqueue(packet.PacketId);
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<OutboxPacket>> AbandonedAsync(int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            OutboxPacket[] found = [.. _abandoned.Take(limit)];
            _abandoned.RemoveAll(found.Contains);
            return Task.FromResult<IReadOnlyList<OutboxPacket>>(found);
        }
    }

    public Task ExpireClaimsAsync(CancellationToken cancellationToken)
    {
        Expirations++;
        return Task.CompletedTask;
    }

    public Task WaitAsync(string road, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _ready.Count > 0 ? Task.CompletedTask : _changed.Task.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }
}

/// <summary>A lessor that gives what a test has laid out; the last lease stays.</summary>
internal sealed class ListedLeases : IRateLeases
{
    private readonly ConcurrentQueue<RateLease> _leases = new([RateLease.Unlimited]);
    private int _asked;
    private int _returned;

    public bool IsShared => true;

    public int Asked => Volatile.Read(ref _asked);

    public int Returned => Volatile.Read(ref _returned);

    /// <summary>What asking meets; null for an answer.</summary>
    public Exception? Fault { get; set; }

    public void Give(params RateLease[] leases)
    {
        _leases.Clear();
        Array.ForEach(leases, _leases.Enqueue);
    }

    public Task DeclareAsync(string road, int? perSecond, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RateLease> LeaseAsync(string road, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (Fault is { } fault)
        {
            return Task.FromException<RateLease>(fault);
        }

        RateLease lease = RateLease.Unlimited;
        return Task.FromResult((_leases.Count > 1 ? _leases.TryDequeue(out lease) : _leases.TryPeek(out lease)) ? lease : RateLease.Unlimited);
    }

    public Task ReturnAsync(string road, int credits, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _returned, credits);
        return Task.CompletedTask;
    }
}

/// <summary>A host that answers every command alike and hands the commands to the test.</summary>
internal sealed class ListedHost : IGrainHost
{
    private readonly Channel<(GrainKey Key, IGrainCommand Command)> _commands = Channel.CreateUnbounded<(GrainKey, IGrainCommand)>();

    public Func<IGrainCommand, IReply> Reply { get; set; } = _ => Acknowledged.Instance;

    public Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken)
    {
        IReply reply = Reply(command);
        Assert.True(_commands.Writer.TryWrite((key, command)));
        return Task.FromResult(reply);
    }

    public bool TryNext(out (GrainKey Key, IGrainCommand Command) next) => _commands.Reader.TryRead(out next);

    public async Task<PacketSubmitted> NextSubmittedAsync() =>
        Assert.IsType<PacketSubmitted>((await _commands.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))).Command);
}

/// <summary>A road whose answers the test gives.</summary>
internal sealed class ScriptedRoad(int window) : ISmsRoad
{
    private readonly Channel<(Octets UserData, TaskCompletionSource<SegmentOutcome> Answer)> _submitted =
        Channel.CreateUnbounded<(Octets, TaskCompletionSource<SegmentOutcome>)>();

    private TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "smsc";

    public int Window => window;

    public int FreeWindow => _bound.Task.IsCompleted ? window : 0;

    public void Bind() => _bound.TrySetResult();

    public void Unbind() => _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<bool> WaitForRoomAsync(CancellationToken cancellationToken)
    {
        await _bound.Task.WaitAsync(cancellationToken);
        return true;
    }

    public Task<SegmentOutcome> SubmitAsync(string destination, Octets userData, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<SegmentOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(_submitted.Writer.TryWrite((userData, answer)));
        return answer.Task.WaitAsync(cancellationToken);
    }

    public bool TryNext(out Octets userData)
    {
        bool found = _submitted.Reader.TryPeek(out var next);
        userData = next.UserData;
        return found;
    }

    public async Task<Octets> AnswerNextAsync(SegmentResult result, CommandStatus status = default)
    {
        (Octets userData, TaskCompletionSource<SegmentOutcome> answer) =
            await _submitted.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        answer.SetResult(new(result, status));
        return userData;
    }
}

/// <summary>Numbers and the cards they lead to.</summary>
internal sealed class ListedAliases : IAliasIndex
{
    public Dictionary<string, GrainKey> Numbers { get; } = new(StringComparer.Ordinal);

    public List<DateTimeOffset> AskedAt { get; } = [];

    public Task<GrainKey?> FindAsync(string tenant, string kind, string value, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Assert.Equal("msisdn", kind);
        AskedAt.Add(at);
        return Task.FromResult<GrainKey?>(Numbers.TryGetValue(value, out GrainKey key) && key.Tenant == tenant ? key : null);
    }

    /// <summary>Numbers and the cards that had them before.</summary>
    public Dictionary<string, GrainKey> Former { get; } = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<GrainKey>> FormerAsync(
        string tenant, string kind, string value, DateTimeOffset since, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<GrainKey>>(Former.TryGetValue(value, out GrainKey key) && key.Tenant == tenant ? [key] : []);
}

/// <summary>A quarantine in memory.</summary>
internal sealed class ListedQuarantine : IQuarantine
{
    public List<(string Source, Octets UserData, string Reason)> Kept { get; } = [];

    public Exception? Fault { get; set; }

    public Task KeepAsync(
        string tenant, string road, string source, string destination, Octets userData, string reason, CancellationToken cancellationToken)
    {
        if (Fault is not null)
        {
            return Task.FromException(Fault);
        }

        Kept.Add((source, userData, reason));
        return Task.CompletedTask;
    }

    public Task<int> CountAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult(Kept.Count);
}
