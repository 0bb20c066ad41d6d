using System.Diagnostics.CodeAnalysis;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Networks;

/// <summary>
/// Cards in their phones and the road between them and the SMSC, which loses, repeats, reorders and delays on request.
/// </summary>
/// <remarks>
/// Usable without any socket: <see cref="Send"/> takes what an SMSC would send, <see cref="FromCard"/> hands out what
/// cards send. Everything happens on one <see cref="Timeline"/>, so that with a manual clock a test sees each step.
/// </remarks>
public sealed class Network : IDisposable
{
    private readonly Dictionary<string, Handset> _byMsisdn = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Handset> _byIccid = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Timeline _timeline;
    private Faults _faults;

    /// <summary>Builds a network without cards.</summary>
    /// <param name="account">Where it is counted what happens.</param>
    /// <param name="time">The clock of delays and waiting.</param>
    /// <param name="faults">What goes wrong from the start.</param>
    /// <param name="seed">What goes wrong is the same for the same seed.</param>
    /// <param name="onError">Is told of errors in cards; they must not happen, and never stop the network.</param>
    public Network(Account account, TimeProvider time, Faults? faults = null, int seed = 0,
        Action<Exception>? onError = null)
    {
        ArgumentNullException.ThrowIfNull(account);
        Account = account;
        Generator = new(seed);
        _faults = faults ?? Faults.None;
        _timeline = new(time, onError ?? (static _ => { }));
    }

    /// <summary>Where it is counted what happens.</summary>
    public Account Account { get; }

    /// <summary>Where chance comes from.</summary>
    public FaultGenerator Generator { get; }

    /// <summary>What cards send arrives here, in the order of arrival, never two at once.</summary>
    public Action<ShortMessage>? FromCard { get; set; }

    /// <summary>What goes wrong from now on.</summary>
    public Faults Faults
    {
        get => Volatile.Read(ref _faults);
        set => Volatile.Write(ref _faults, value);
    }

    /// <summary>The number of cards.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byIccid.Count;
            }
        }
    }

    /// <summary>
    /// The cards in the order of their ICCIDs, after <paramref name="after"/>, at most <paramref name="limit"/>.
    /// </summary>
    public IReadOnlyList<SimulatedCard> List(string? after, int limit)
    {
        lock (_lock)
        {
            return [.. _byIccid.Where(c => after is null || string.CompareOrdinal(c.Key, after) > 0)
                .OrderBy(c => c.Key, StringComparer.Ordinal).Take(limit).Select(c => c.Value.Card)];
        }
    }

    /// <summary>Puts a card in a phone.</summary>
    /// <exception cref="ArgumentException">A card with this ICCID or MSISDN is there already.</exception>
    public void Add(SimulatedCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        string iccid = card.Iccid.ToString();
        string msisdn = Digits(card.Msisdn.ToString());
        lock (_lock)
        {
            if (_byIccid.ContainsKey(iccid) || _byMsisdn.ContainsKey(msisdn))
            {
                throw new ArgumentException($"A card with ICCID {iccid} or MSISDN {msisdn} is in the network already.",
                    nameof(card));
            }

            var handset = new Handset(card);
            _byIccid.Add(iccid, handset);
            _byMsisdn.Add(msisdn, handset);
        }
    }

    /// <summary>Finds a card by ICCID or MSISDN.</summary>
    public bool TryFind(string iccidOrMsisdn, [NotNullWhen(true)] out SimulatedCard? card)
    {
        card = Find(iccidOrMsisdn)?.Card;
        return card is not null;
    }

    /// <summary>Whether a card has the number.</summary>
    public bool Knows(string msisdn)
    {
        lock (_lock)
        {
            return _byMsisdn.ContainsKey(Digits(msisdn));
        }
    }

    /// <summary>Whether the card is switched on; null when there is no such card.</summary>
    public bool? IsOn(string iccidOrMsisdn) => Find(iccidOrMsisdn)?.IsOn;

    /// <summary>How many messages wait for the card at the SMSC.</summary>
    public int Waiting(string iccidOrMsisdn) => Find(iccidOrMsisdn)?.WaitingCount ?? 0;

    /// <summary>Sends a short message to a card; never delivers inside this call.</summary>
    /// <param name="message">The message; its destination selects the card.</param>
    /// <param name="validity">How long it may wait for a card that is off; null for ever.</param>
    /// <param name="report">Is told once what became of it; never, if the message is lost.</param>
    public void Send(ShortMessage message, TimeSpan? validity, Action<DeliveryState> report)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(report);
        if (Find(message.Destination) is not { } handset)
        {
            _timeline.Post(TimeSpan.Zero, () => report(DeliveryState.Undeliverable));
            return;
        }

        long number;
        lock (_lock)
        {
            number = handset.SentToCard++;
        }

        // Of two copies one is reported.
        void Deliver(bool isCopy) => Arrive(handset, message, number, validity, isCopy ? Ignore : report);
        Travel(handset, Direction.ToCard, number, Deliver);
    }

    /// <summary>Lets a card send a short message of its own accord, as a toolkit application does.</summary>
    /// <returns>Whether it was sent: not by a card that is off, or that is none of this network.</returns>
    public async Task<bool> SendFromCardAsync(string iccidOrMsisdn, ShortMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Find(iccidOrMsisdn) is { } handset && await ObserveAsync(
            () =>
            {
                if (!handset.IsOn)
                {
                    return false;
                }

                handset.Card.Account.Add(Tally.CardInitiated);
                Emit(handset, message);
                return true;
            },
            cancellationToken);
    }

    /// <summary>
    /// Switches a card off, for a while or until <see cref="SwitchOn"/>; messages wait. False when there is no such
    /// card.
    /// </summary>
    public bool SwitchOff(string iccidOrMsisdn, TimeSpan? duration)
    {
        if (Find(iccidOrMsisdn) is not { } handset)
        {
            return false;
        }

        _timeline.Post(TimeSpan.Zero, () =>
        {
            handset.SwitchOff();
            int switching = handset.Switchings;
            if (duration is { } time)
            {
                _timeline.Post(time, () =>
                {
                    if (handset.Switchings == switching)
                    {
                        HandOut(handset);
                    }
                });
            }
        });
        return true;
    }

    /// <summary>Switches a card on and delivers what waited. False when there is no such card.</summary>
    public bool SwitchOn(string iccidOrMsisdn)
    {
        if (Find(iccidOrMsisdn) is not { } handset)
        {
            return false;
        }

        _timeline.Post(TimeSpan.Zero, () => HandOut(handset));
        return true;
    }

    /// <summary>Resets a card: switched off and on at once. False when there is no such card.</summary>
    public bool Reset(string iccidOrMsisdn)
    {
        if (Find(iccidOrMsisdn) is not { } handset)
        {
            return false;
        }

        _timeline.Post(TimeSpan.Zero, handset.Card.Reset);
        return true;
    }

    /// <summary>Looks at cards when nothing happens to them.</summary>
    public Task<TResult> ObserveAsync<TResult>(Func<TResult> look, CancellationToken cancellationToken)
    {
        var seen = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _timeline.Post(TimeSpan.Zero, () => seen.TrySetResult(look()));
        return seen.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _timeline.Dispose();

    private static void Ignore(DeliveryState state)
    {
        // Nobody asked.
    }

    private static string Digits(string msisdn) => msisdn.StartsWith('+') ? msisdn[1..] : msisdn;

    private Handset? Find(string iccidOrMsisdn)
    {
        ArgumentNullException.ThrowIfNull(iccidOrMsisdn);
        lock (_lock)
        {
            return _byIccid.TryGetValue(iccidOrMsisdn, out Handset? handset)
                || _byMsisdn.TryGetValue(Digits(iccidOrMsisdn), out handset) ? handset : null;
        }
    }

    private void Travel(Handset handset, Direction direction, long number, Action<bool> arrive)
    {
        FaultRates rates = direction == Direction.ToCard ? Faults.ToCard : Faults.FromCard;
        Fate fate = Generator.Decide(handset.Card.Iccid.ToString(), direction, number, rates);
        if (fate.Lost)
        {
            handset.Card.Account.Add(Tally.Lost);
            return;
        }

        _timeline.Post(fate.Delay, () => arrive(false));
        if (fate.RepeatAfter is { } again)
        {
            handset.Card.Account.Add(Tally.Repeated);
            _timeline.Post(again, () => arrive(true));
        }
    }

    // Runs on the timeline.
    private void Arrive(Handset handset, ShortMessage message, long number, TimeSpan? validity,
        Action<DeliveryState> report)
    {
        if (handset.IsOn)
        {
            HandOver(handset, message, number, report);
            return;
        }

        LinkedListNode<Handset.Waiting> waiting = handset.Wait(message, number, report);
        if (validity is { } time)
        {
            _timeline.Post(time, () =>
            {
                if (handset.TryRemove(waiting))
                {
                    handset.Card.Account.Add(Tally.Expired);
                    report(DeliveryState.Expired);
                }
            });
        }
    }

    private void HandOut(Handset handset)
    {
        foreach (Handset.Waiting waited in handset.SwitchOn())
        {
            HandOver(handset, waited.Message, waited.Number, waited.Report);
        }
    }

    private void HandOver(Handset handset, ShortMessage message, long number, Action<DeliveryState> report)
    {
        CardAccount account = handset.Card.Account;
        account.Add(Tally.SmsIn);
        if (number < handset.LatestToCard)
        {
            account.Add(Tally.Reordered);
        }

        handset.LatestToCard = Math.Max(handset.LatestToCard, number);
        report(DeliveryState.Delivered);
        foreach (ShortMessage answer in handset.Card.Receive(message))
        {
            Emit(handset, answer);
        }
    }

    // Runs on the timeline.
    private void Emit(Handset handset, ShortMessage message)
    {
        handset.Card.Account.Add(Tally.SmsOut);
        long number = handset.SentFromCard++;
        Travel(handset, Direction.FromCard, number, _ => Leave(handset, message, number));
    }

    private void Leave(Handset handset, ShortMessage answer, long number)
    {
        if (number < handset.LatestFromCard)
        {
            handset.Card.Account.Add(Tally.Reordered);
        }

        handset.LatestFromCard = Math.Max(handset.LatestFromCard, number);
        FromCard?.Invoke(answer);
    }
}
