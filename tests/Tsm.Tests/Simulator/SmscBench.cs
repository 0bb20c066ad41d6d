using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Bearers.Sms;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;
using Tsm.Simulator.Smsc;

namespace Tsm.Tests.Simulator;

/// <summary>An SMSC with one card on real TCP, and an ESME in front of it.</summary>
internal sealed class SmscBench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public SmscBench(CardProfile? profile = null, Faults? faults = null, SmscOptions? options = null)
    {
        Card = new(profile);
        Network = new(Card.Account, TimeProvider.System, faults, seed: 1, onError: Errors.Enqueue);
        Network.Add(Card.Card);
        options ??= new() { RetryAfter = TimeSpan.FromMilliseconds(50) };
        Smsc = new(options, Network, TimeProvider.System, NullLoggerFactory.Instance);
        Smsc.Start();
    }

    public CardBench Card { get; }

    public Network Network { get; }

    public SimulatedSmsc Smsc { get; }

    public ConcurrentQueue<Exception> Errors { get; } = new();

    /// <summary>Waits until something holds; the limit is for a test that fails.</summary>
    public static async Task UntilAsync(Func<bool> holds, TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        while (!holds())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public async Task<Esme> BindAsync(
        BindType type = BindType.Transceiver, Func<DeliverSm, CommandStatus>? answer = null, string password = "tsm",
        Action<SmppClientOptions>? configure = null)
    {
        var esme = new Esme(Smsc.EndPoint.Port, type, answer ?? (static _ => CommandStatus.Ok), password, configure);
        await UntilAsync(() => esme.Client.State == SmppClientState.Bound);
        return esme;
    }

    public async ValueTask DisposeAsync()
    {
        await Smsc.DisposeAsync();
        Network.Dispose();
        Assert.Empty(Errors);
    }
}

/// <summary>An ESME that keeps what it is given.</summary>
internal sealed class Esme : IAsyncDisposable
{
    // Counted on the one thread that changes the state.
    private volatile int _binds;

    public Esme(int port, BindType type, Func<DeliverSm, CommandStatus> answer, string password,
        Action<SmppClientOptions>? configure = null)
    {
        Options = new()
        {
            Host = "127.0.0.1",
            Port = port,
            SystemId = "tsm",
            Password = password,
            BindType = type,
            SourceAddress = CardBench.Sender,
            SourceTon = TypeOfNumber.NetworkSpecific,
            ReconnectBackoff = TimeSpan.FromMilliseconds(20),
            ThrottleBackoff = TimeSpan.FromMilliseconds(20),
        };
        configure?.Invoke(Options);
        Client = new(
            Options,
            (deliver, _) => ValueTask.FromResult(Keep(deliver, answer)),
            TimeProvider.System,
            NullLogger<SmppClient>.Instance);
        Client.StateChanged += (_, e) => _binds += e.State == SmppClientState.Bound ? 1 : 0;
        Client.Start();
    }

    public SmppClientOptions Options { get; }

    public SmppClient Client { get; }

    /// <summary>How often it has been bound: a session that ends and is followed by another may be too short to be seen.</summary>
    public int Binds => _binds;

    /// <summary>What was taken, receipts included.</summary>
    public ConcurrentQueue<DeliverSm> Delivered { get; } = new();

    public IEnumerable<DeliverSm> Messages => Delivered.Where(d => !d.IsReceipt);

    public IEnumerable<DeliveryReceipt> Receipts => Delivered.Where(d => d.IsReceipt)
        .Select(d => DeliveryReceipt.TryRead(d, out DeliveryReceipt? receipt)
            ? receipt!
            : throw new InvalidOperationException("unreadable receipt"));

    /// <summary>What cards sent, as the network sees it.</summary>
    public IEnumerable<ShortMessage> Answers => Messages.Select(d =>
        new ShortMessage(d.Source.Value, d.Destination.Value, d.ProtocolId, d.DataCoding, d.HasHeader, d.UserData));

    public async Task<SubmitResult> SubmitAsync(string msisdn, Octets userData, TimeSpan? validity = null) =>
        await Client.SubmitAsync(
            Options.Compose(msisdn, userData) with { ValidityPeriod = validity is { } v ? SmppTime.Relative(v) : "" },
            CancellationToken.None);

    private CommandStatus Keep(DeliverSm deliver, Func<DeliverSm, CommandStatus> answer)
    {
        CommandStatus status = answer(deliver);
        if (status.IsOk)
        {
            Delivered.Enqueue(deliver);
        }

        return status;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
