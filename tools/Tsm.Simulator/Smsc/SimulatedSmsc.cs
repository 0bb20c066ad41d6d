using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Smsc;

/// <summary>
/// An SMSC on real TCP: takes messages for cards, reports what became of them, delivers what cards send.
/// </summary>
public sealed class SimulatedSmsc : IAsyncDisposable
{
    private const int MaxUserData = 140;
    private const byte NetworkTypeGsm = 3;
    private const ushort AbsentSubscriber = 0x0006;
    private const ushort UnknownSubscriber = 0x0001;

    // Long enough for a response that stands in line to be written.
    private static readonly TimeSpan DropPause = TimeSpan.FromMilliseconds(50);

    private readonly SmscOptions _options;
    private readonly Network _network;
    private readonly TimeProvider _time;
    private readonly SmppServer _server;
    private readonly Outbox _outbox;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, SmppAddress> _senders = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private Task _delivering = Task.CompletedTask;
    private Faults? _faults;
    private int _disposed;
    private long _submits;
    private long _submitsBeforeFaults;
    private long _forwarded;

    /// <summary>An SMSC in front of a network; it does not listen yet.</summary>
    /// <param name="options">Where to listen and whom to let in.</param>
    /// <param name="network">The cards.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where sessions report.</param>
    public SimulatedSmsc(SmscOptions options, Network network, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(network);
        (_options, _network, _time) = (options, network, time);
        var serverOptions = new SmppServerOptions
        {
            EndPoint = options.EndPoint,
            SystemId = "tsm-smsc",
            Session = new() { WindowSize = options.Window, ResponseTimeout = options.AnswerTimeout },
        };
        _server = new(serverOptions, AuthenticateAsync, AnswerAsync, time, loggers.CreateLogger<SmppServer>());
        _outbox = new(() => _server.Sessions, options.RetryAfter, time, network.Account.Total);
        _server.SessionBound += (_, _) => _outbox.Notify();
        network.FromCard = Forward;
    }

    /// <summary>Where it listens; the port is known after <see cref="Start"/>.</summary>
    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>How many messages and receipts the ESME has not taken yet.</summary>
    public int Undelivered => _outbox.Count;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is in use.</exception>
    public void Start()
    {
        _server.Start();
        _delivering = _outbox.RunAsync(_stop.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        await _server.DisposeAsync();
        await _delivering;
        _stop.Dispose();
    }

    private ValueTask<CommandStatus> AuthenticateAsync(SmppServerSession session, BindRequest bind,
        CancellationToken cancellationToken)
    {
        if (!string.Equals(bind.SystemId, _options.SystemId, StringComparison.Ordinal))
        {
            return ValueTask.FromResult(CommandStatus.InvalidSystemId);
        }

        bool fits = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(bind.Password),
            Encoding.UTF8.GetBytes(_options.Password));
        return ValueTask.FromResult(fits ? CommandStatus.Ok : CommandStatus.InvalidPassword);
    }

    private ValueTask<SmppResponse> AnswerAsync(SmppServerSession session, SmppRequest request,
        CancellationToken cancellationToken)
    {
        if (request.Id != CommandId.SubmitSm)
        {
            return ValueTask.FromResult(SmppResponse.Unsupported);
        }

        if (!SubmitSm.TryParse(request.Body.Span, out SubmitSm submit, out _))
        {
            return ValueTask.FromResult(SmppResponse.Malformed);
        }

        Tallies total = _network.Account.Total;
        total.Add(Tally.Submitted);
        Faults faults = _network.Faults;
        long number = Count(faults, out bool drops);
        if (Refuse(faults, number, submit) is { } refusal)
        {
            return ValueTask.FromResult(new SmppResponse(refusal));
        }

        var response = new MessageResponse { MessageId = number.ToString("X10", CultureInfo.InvariantCulture) };
        Take(submit, response.MessageId);
        bool before = (drops && faults.DropBeforeResponse) || Happens("disconnect-before", number, faults.DisconnectBefore);
        if (before || drops || Happens("disconnect-after", number, faults.DisconnectAfter))
        {
            total.Add(Tally.Dropped);
            _ = DropAsync(session, before ? TimeSpan.Zero : DropPause);
        }

        return before
            ? ValueTask.FromResult(SmppResponse.None)
            : RespondAsync(session, faults, number, submit, response, cancellationToken);
    }

    // Null if the message is taken.
    private CommandStatus? Refuse(Faults faults, long number, SubmitSm submit)
    {
        Tallies total = _network.Account.Total;
        if (Happens("throttle", number, faults.Throttle))
        {
            total.Add(Tally.Throttled);
            return CommandStatus.Throttled;
        }

        if (Happens("queue-full", number, faults.QueueFull))
        {
            total.Add(Tally.QueueFull);
            return CommandStatus.MessageQueueFull;
        }

        if (Happens("temporary-error", number, faults.TemporaryError))
        {
            total.Add(Tally.TemporaryErrors);
            return number % 2 == 0 ? CommandStatus.SystemError : CommandStatus.ReceiverTemporaryError;
        }

        bool tooLong = submit.UserData.Length > MaxUserData;
        if (tooLong || (_options.RefuseUnknown && !_network.Knows(submit.Destination.Value)))
        {
            total.Add(Tally.Refused);
            return tooLong ? CommandStatus.InvalidMessageLength : CommandStatus.InvalidDestinationAddress;
        }

        return null;
    }

    // The message is taken; how the ESME learns of it is another matter.
    private async ValueTask<SmppResponse> RespondAsync(SmppServerSession session, Faults faults, long number,
        SubmitSm submit, MessageResponse response, CancellationToken cancellationToken)
    {
        Tallies total = _network.Account.Total;
        if (Happens("response-lost", number, faults.ResponseLost))
        {
            total.Add(Tally.ResponsesLost);
            return SmppResponse.None;
        }

        if (Happens("response-late", number, faults.ResponseLate))
        {
            total.Add(Tally.ResponsesLate);
            await Task.Delay(TimeSpan.FromMilliseconds(faults.ResponseDelay), _time, cancellationToken);
        }

        if (!Happens("malformed", number, faults.Malformed))
        {
            return SmppResponse.Of(CommandStatus.Ok, response);
        }

        total.Add(Tally.Malformed);
        Breach breach = Breaches.Pick(_network.Generator.Chance("breach", number));
        if (Breaches.Wire(breach, number, Near(submit)) is { } wire)
        {
            session.WriteRaw(wire);
        }

        return Breaches.Answer(breach, response);
    }

    private bool Happens(string fault, long number, double probability) =>
        probability > 0 && _network.Generator.Chance(fault, number) < probability;

    private static DeliverSm Near(SubmitSm submit) => new()
    {
        Source = submit.Destination,
        Destination = submit.Source,
        EsmClass = EsmClass.UserDataHeader,
        ShortMessage = Octets.Copy([0x02, 0x71, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
    };

    // Numbers the submits; the n-th one after a change of the faults drops the connection, if they say so.
    private long Count(Faults faults, out bool drops)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_faults, faults))
            {
                _faults = faults;
                _submitsBeforeFaults = _submits;
            }

            _submits++;
            drops = faults.DropAfter > 0 && _submits - _submitsBeforeFaults == faults.DropAfter;
            return _submits;
        }
    }

    private void Take(SubmitSm submit, string messageId)
    {
        _senders[submit.Source.Value] = submit.Source;
        DateTimeOffset submitted = _time.GetUtcNow();
        var message = new ShortMessage(
            submit.Source.Value, submit.Destination.Value, submit.ProtocolId, submit.DataCoding, submit.HasHeader,
            submit.UserData);
        _network.Send(message, ValidityPeriod.Parse(submit.ValidityPeriod, submitted), state =>
            Report(submit, messageId, submitted, state));
    }

    private void Report(SubmitSm submit, string messageId, DateTimeOffset submitted, DeliveryState state)
    {
        if (state == DeliveryState.Undeliverable)
        {
            _network.Account.Total.Add(Tally.Undeliverable);
        }

        // 1 any outcome, 2 failure only (SMPP 3.4 §5.2.17).
        bool wanted = (submit.RegisteredDelivery & 0b11) switch
        {
            1 => true,
            2 => state != DeliveryState.Delivered,
            _ => false,
        };
        if (!wanted)
        {
            return;
        }

        _network.Account.Total.Add(Tally.Receipts);
        List<Tlv> tlvs =
        [
            new(TlvTag.ReceiptedMessageId, Octets.Own([.. Encoding.ASCII.GetBytes(messageId), 0x00])),
            new(TlvTag.MessageState, Octets.Copy([ReceiptText.MessageState(state)])),
        ];
        if (state != DeliveryState.Delivered)
        {
            ushort error = state == DeliveryState.Expired ? AbsentSubscriber : UnknownSubscriber;
            tlvs.Add(new(TlvTag.NetworkErrorCode,
                Octets.Copy([NetworkTypeGsm, (byte)(error >> 8), (byte)(error & 0xFF)])));
        }

        _outbox.Add(new()
        {
            Source = submit.Destination,
            Destination = submit.Source,
            EsmClass = EsmClass.DeliveryReceipt,
            ShortMessage = Octets.Own(ReceiptText.Build(messageId, state, submitted, _time.GetUtcNow())),
            Tlvs = TlvList.Of([.. tlvs]),
        });
    }

    private void Forward(ShortMessage message)
    {
        Faults faults = _network.Faults;
        long number = Interlocked.Increment(ref _forwarded);
        if (Happens("damaged", number, faults.Damaged))
        {
            _network.Account.Total.Add(Tally.Damaged);
            double kind = _network.Generator.Chance("damage", number);
            Deliver(kind < 0.5 ? Damage.ToHeader(message) : Damage.ToPacket(message, kind * 2 - 1), default);
        }

        // An optional parameter that no standard has takes nothing from the message.
        Deliver(message, Happens("malformed-deliver", number, faults.Malformed) ? Breaches.WithUnknown(default) : default);
    }

    private void Deliver(ShortMessage message, TlvList tlvs) => _outbox.Add(new()
    {
        Source = SmppAddress.International(message.Source),
        Destination = _senders.TryGetValue(message.Destination, out SmppAddress sender)
            ? sender
            : SmppAddress.International(message.Destination),
        EsmClass = message.HasHeader ? EsmClass.UserDataHeader : (byte)0,
        ProtocolId = message.ProtocolId,
        DataCoding = message.DataCoding,
        ShortMessage = message.UserData,
        Tlvs = tlvs,
    });

    private async Task DropAsync(SmppServerSession session, TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _time, CancellationToken.None);
        }

        session.End();
    }
}
