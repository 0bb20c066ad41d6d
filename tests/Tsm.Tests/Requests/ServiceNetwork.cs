using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;
using Tsm.Tests.Bearers;

namespace Tsm.Tests.Requests;

/// <summary>
/// An SMSC with cards behind it that take services: it keeps messages for a card that is off until it attaches, loses answers on
/// request, and lets cards send messages of their own.
/// </summary>
internal sealed class ServiceNetwork : IAsyncDisposable
{
    public const string Key = "00112233445566778899AABBCCDDEEFF";

    private readonly SmppServer _smsc;
    private readonly Dictionary<string, SimulatedCard> _cards = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _off = new(StringComparer.Ordinal);
    private readonly Queue<ShortMessage> _kept = [];
    private readonly Lock _lock = new();
    private int _messages;

    private ServiceNetwork(IEnumerable<(string Iccid, string Msisdn)> cards)
    {
        foreach ((string iccid, string msisdn) in cards)
        {
            var keys = new CardKeySet(1, KeyAlgorithm.Aes, Octets.Parse(Key), Octets.Parse(Key), Octets.Parse(Key));
            _cards[msisdn] = new(Iccid.Parse(iccid), Msisdn.Parse(msisdn), CardProfiles.Aes, [keys], Account);
        }

        _smsc = new(
            new(),
            (_, bind, _) => ValueTask.FromResult(bind.Password == "secret" ? CommandStatus.Ok : CommandStatus.InvalidPassword),
            TakeAsync,
            TimeProvider.System,
            NullLogger<SmppServer>.Instance);
        _smsc.Start();
    }

    public Account Account { get; } = new();

    /// <summary>Whether what cards answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>How many short messages were submitted.</summary>
    public int Submitted => Volatile.Read(ref _messages);

    public static ServiceNetwork Start(params (string Iccid, string Msisdn)[] cards) => new(cards);

    /// <summary>The configuration of a server that binds here.</summary>
    public (string Key, string Value)[] Configuration(string answerTimeout = "00:00:10", int maxSends = 3) =>
    [
        ("Smsc:0:Name", "lab"),
        ("Smsc:0:Host", "127.0.0.1"),
        ("Smsc:0:Port", _smsc.EndPoint.Port.ToString(CultureInfo.InvariantCulture)),
        ("Smsc:0:SystemId", "tsm"),
        ("Smsc:0:Password", "secret"),
        ("Smsc:0:Source", "12345"),
        ("Smsc:0:AnswerTimeout", answerTimeout),
        ("Smsc:0:IndicatedGrace", "00:00:01"),
        ("Smsc:0:MaxSends", maxSends.ToString(CultureInfo.InvariantCulture)),
        ("Requests:FirstPause", "00:00:00.100"),
        ("Requests:PollEvery", "00:00:00.050"),
        ("Requests:FirstAuditPause", "00:00:00.200"),
    ];

    /// <summary>What the import takes for these cards.</summary>
    public string Csv() =>
        "iccid,msisdn,model,kvn,kic,kid,dek\n" + string.Concat(_cards.Select(c => $"{c.Value.Iccid.Digits},{c.Key},uicc-aes,1,{Key},{Key},{Key}\n"));

    public SimulatedCard Card(string msisdn) => _cards[msisdn];

    /// <summary>Exchanges the cards of two numbers, as subscribers do who get other cards.</summary>
    public void Exchange(string one, string other)
    {
        lock (_lock)
        {
            (_cards[one], _cards[other]) = (_cards[other], _cards[one]);
        }
    }

    /// <summary>Takes a card out of reach.</summary>
    public void Detach(string msisdn) => _off[msisdn] = true;

    /// <summary>Brings it back: what was kept for it is delivered.</summary>
    public async Task AttachAsync(string msisdn)
    {
        ShortMessage[] answers;
        lock (_lock)
        {
            _off.TryRemove(msisdn, out _);
            ShortMessage[] kept = [.. _kept.Where(m => m.Destination == msisdn)];
            ShortMessage[] others = [.. _kept.Where(m => m.Destination != msisdn)];
            _kept.Clear();
            Array.ForEach(others, _kept.Enqueue);
            answers = [.. kept.SelectMany(m => Receive(_cards[msisdn], m))];
        }

        await DeliverAsync(answers);
    }

    /// <summary>A card sends a message without a header; answers with what the server has said to it.</summary>
    public async Task<CommandStatus> SendAsync(string from, byte[] userData)
    {
        // The server binds in its own time.
        await Eventually.IsTrueAsync(() => _smsc.Sessions.Count > 0);
        RequestOutcome outcome = await _smsc.Sessions[0].DeliverAsync(
            new()
            {
                Source = SmppAddress.International(from),
                Destination = SmppAddress.International("12345"),
                DataCoding = 0x04,
                ShortMessage = Octets.Copy(userData),
            },
            CancellationToken.None);
        return outcome is RequestOutcome.Answered answered ? answered.Pdu.Status : CommandStatus.SystemError;
    }

    public ValueTask DisposeAsync() => _smsc.DisposeAsync();

    private ValueTask<SmppResponse> TakeAsync(SmppServerSession session, SmppRequest request, CancellationToken cancellationToken)
    {
        if (request.Id != CommandId.SubmitSm || !SubmitSm.TryParse(request.Body.Span, out SubmitSm submit, out _))
        {
            return ValueTask.FromResult(SmppResponse.Unsupported);
        }

        var message = new ShortMessage(
            submit.Source.Value, submit.Destination.Value, submit.ProtocolId, submit.DataCoding, submit.HasHeader, submit.UserData);
        ShortMessage[] answers = [];
        lock (_lock)
        {
            if (_off.ContainsKey(message.Destination))
            {
                _kept.Enqueue(message);
            }
            else if (_cards.TryGetValue(message.Destination, out SimulatedCard? card))
            {
                answers = [.. Receive(card, message)];
            }
        }

        if (!LosesAnswers)
        {
            _ = Task.Run(() => DeliverAsync(answers), cancellationToken);
        }

        int number = Interlocked.Increment(ref _messages);
        return ValueTask.FromResult(SmppResponse.Of(
            CommandStatus.Ok, new MessageResponse { MessageId = number.ToString(CultureInfo.InvariantCulture) }));
    }

    // What a card sends comes from the number that its subscriber has now.
    private static IEnumerable<ShortMessage> Receive(SimulatedCard card, ShortMessage message) =>
        card.Receive(message).Select(answer => answer with { Source = message.Destination });

    private async Task DeliverAsync(ShortMessage[] answers)
    {
        foreach (ShortMessage answer in answers)
        {
            await _smsc.Sessions[0].DeliverAsync(
                new()
                {
                    Source = SmppAddress.International(answer.Source),
                    Destination = SmppAddress.International(answer.Destination),
                    EsmClass = answer.HasHeader ? EsmClass.UserDataHeader : (byte)0,
                    ProtocolId = answer.ProtocolId,
                    DataCoding = answer.DataCoding,
                    ShortMessage = answer.UserData,
                },
                CancellationToken.None);
        }
    }
}
