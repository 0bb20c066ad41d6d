using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Server;

/// <summary>
/// An SMSC with one card behind it: what is submitted reaches the card at once, what it sends is delivered, each short message to
/// the next of the sessions that are bound.
/// </summary>
internal sealed class CardNetwork : IAsyncDisposable
{
    private readonly SmppServer _smsc;
    private readonly SimulatedCard _card;
    private readonly Lock _lock = new();
    private int _messages;
    private int _delivered;

    private CardNetwork(string iccid, string msisdn, string kic, string kid, CardProfile profile, KeyAlgorithm algorithm, string? dek)
    {
        var keys = new CardKeySet(1, algorithm, Octets.Parse(kic), Octets.Parse(kid), dek is null ? default : Octets.Parse(dek));
        _card = new(Iccid.Parse(iccid), Msisdn.Parse(msisdn), profile, [keys], Account);
        _smsc = new(
            new(),
            (_, bind, _) => ValueTask.FromResult(bind.Password == "secret" ? CommandStatus.Ok : CommandStatus.InvalidPassword),
            TakeAsync,
            TimeProvider.System,
            NullLogger<SmppServer>.Instance);
        _smsc.Start();
    }

    public static CardNetwork Start(
        string iccid, string msisdn, string kic, string kid, CardProfile? profile = null, KeyAlgorithm algorithm = KeyAlgorithm.Aes, string? dek = null) =>
        new(iccid, msisdn, kic, kid, profile ?? CardProfiles.Aes, algorithm, dek);

    public Account Account { get; } = new();

    /// <summary>Whether the card is switched off: what is sent to it is lost.</summary>
    public bool IsOff { get; set; }

    /// <summary>How many short messages were submitted.</summary>
    public int Submitted => Volatile.Read(ref _messages);

    /// <summary>For each answer of the card, the sessions that took its segments.</summary>
    public ConcurrentQueue<SmppServerSession[]> Takers { get; } = [];

    public IPEndPoint EndPoint => _smsc.EndPoint;

    /// <summary>The configuration of a server that binds here.</summary>
    public (string Key, string Value)[] Configuration =>
    [
        ("Smsc:0:Name", "lab"),
        ("Smsc:0:Host", "127.0.0.1"),
        ("Smsc:0:Port", EndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("Smsc:0:SystemId", "tsm"),
        ("Smsc:0:Password", "secret"),
        ("Smsc:0:Source", "12345"),
        ("Smsc:0:AnswerTimeout", "00:00:05"),
    ];

    public ValueTask DisposeAsync() => _smsc.DisposeAsync();

    private ValueTask<SmppResponse> TakeAsync(SmppServerSession session, SmppRequest request, CancellationToken cancellationToken)
    {
        if (request.Id != CommandId.SubmitSm || !SubmitSm.TryParse(request.Body.Span, out SubmitSm submit, out _))
        {
            return ValueTask.FromResult(SmppResponse.Unsupported);
        }

        ShortMessage[] answers;
        lock (_lock)
        {
            var message = new ShortMessage(
                submit.Source.Value, submit.Destination.Value, submit.ProtocolId, submit.DataCoding, submit.HasHeader, submit.UserData);
            answers = !IsOff && submit.Destination.Value == _card.Msisdn.Digits ? [.. _card.Receive(message)] : [];
        }

        _ = Task.Run(() => DeliverAsync(answers), cancellationToken);
        int number = Interlocked.Increment(ref _messages);
        return ValueTask.FromResult(SmppResponse.Of(
            CommandStatus.Ok, new MessageResponse { MessageId = number.ToString(System.Globalization.CultureInfo.InvariantCulture) }));
    }

    private async Task DeliverAsync(ShortMessage[] answers)
    {
        List<SmppServerSession> takers = [];
        foreach (ShortMessage answer in answers)
        {
            var deliver = new DeliverSm
            {
                Source = SmppAddress.International(answer.Source),
                Destination = SmppAddress.International(answer.Destination),
                EsmClass = answer.HasHeader ? EsmClass.UserDataHeader : (byte)0,
                ProtocolId = answer.ProtocolId,
                DataCoding = answer.DataCoding,
                ShortMessage = answer.UserData,
            };
            SmppServerSession[] sessions = [.. _smsc.Sessions.OrderBy(s => $"{s.RemoteEndPoint}", StringComparer.Ordinal)];
            SmppServerSession taker = sessions[Interlocked.Increment(ref _delivered) % sessions.Length];
            takers.Add(taker);
            await taker.DeliverAsync(deliver, CancellationToken.None);
        }

        Takers.Enqueue([.. takers]);
    }
}
