using System.Collections.Immutable;
using Tsm.Application.Cards;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Application.Worlds;

/// <summary>The network: SMSC, air, the card, and somebody on the way who forges answers.</summary>
internal sealed partial class CardWorld
{
    private const string Sender = "8000";
    private const int LongestDelay = 3_000;
    private const int LongestDelayInMinutes = 3 * 24 * 60;

    /// <summary>What a forger says: done, counter too low, refused for another reason.</summary>
    private static readonly ResponseStatus[] Forgeries =
        [ResponseStatus.Ok, ResponseStatus.Ok, ResponseStatus.CounterLow, ResponseStatus.IntegrityFailed, ResponseStatus.UnidentifiedSecurityError];

    private readonly List<ShortMessage> _kept = [];
    private bool _cardIsOn = true;

    /// <summary>Whether the card hears anything.</summary>
    public bool CardIsOn
    {
        get => _cardIsOn;
        set
        {
            _cardIsOn = value;
            if (value)
            {
                // A card that comes back has lost what was in its working memory, and gets what the SMSC kept for it.
                foreach (ShortMessage kept in _kept)
                {
                    At(TimeSpan.FromMilliseconds(10), () => ToCard(kept));
                }

                _kept.Clear();
            }
        }
    }

    /// <summary>Whether the SMSC keeps what comes for a card that is off, or drops it.</summary>
    public bool SmscKeeps { get; set; }

    /// <summary>Looks at, changes (returns others) or drops (returns none) what the card sends.</summary>
    public Func<ShortMessage, IEnumerable<ShortMessage>>? FromCard { get; set; }

    /// <summary>The answer to the packet under way with other content, signed as the card signs it.</summary>
    public ShortMessage Saying(ShortMessage answer, Octets content)
    {
        using KeySet keys = _catalogue.Open(1)!;
        Octets packet = PacketProtection.ProtectResponse(HeaderOf(State.Outstanding!), keys, ResponseStatus.Ok, content.Span, plain: false);
        ShortMessage said = answer with { UserData = packet };
        _rules.FromCard([said]);
        return said;
    }

    private static CommandHeader HeaderOf(OutstandingPacket packet) =>
        CommandHeader.TryParse(packet.Header.Span, out CommandHeader header, out _) ? header : throw new InvalidOperationException();

    private void Deliver(Claim claim)
    {
        Packets++;
        _rules.Leaving(claim.Outstanding);
        foreach (Octets segment in claim.Packet.Segments)
        {
            Travel(new(Sender, claim.Packet.Destination, 0x7F, 0xF6, HasHeader: true, segment), toCard: true);
        }

        if (_fate.Strikes(Hazard.Receipt, LongestDelay, out int delay))
        {
            At(TimeSpan.FromMilliseconds(delay), () => Turn(new ReceiptReceived(Delivered: false, Failed: true, "UNDELIV")));
        }
    }

    private void Travel(ShortMessage message, bool toCard)
    {
        if (_fate.Strikes(Hazard.Loss))
        {
            return;
        }

        Arrive(message, toCard, TimeSpan.Zero);
        if (_fate.Strikes(Hazard.Repeat, 800, out int after))
        {
            Arrive(message, toCard, TimeSpan.FromMilliseconds(after));
        }
    }

    private void Arrive(ShortMessage message, bool toCard, TimeSpan delay)
    {
        delay += TimeSpan.FromMilliseconds(10);
        if (_fate.Strikes(Hazard.Late, LongestDelay, out int milliseconds))
        {
            delay += TimeSpan.FromMilliseconds(milliseconds);
        }

        if (_fate.Strikes(Hazard.Days, LongestDelayInMinutes, out int minutes))
        {
            delay += TimeSpan.FromMinutes(minutes);
        }

        At(delay, toCard ? () => ToCard(message) : () => ToServer(message));
    }

    private void ToCard(ShortMessage message)
    {
        Steps++;
        if (!CardIsOn)
        {
            if (SmscKeeps)
            {
                _kept.Add(message);
            }

            return;
        }

        if (State.Outstanding is { Parts.Length: > 0 } packet && _fate.Strikes(Hazard.Forge, 2 * Forgeries.Length, out int forgery))
        {
            // Somebody on the way answers before the card, without its keys, and swallows the message or lets it pass.
            ToServer(new(Card.Msisdn.Digits, Sender, 0x7F, 0xF6, HasHeader: true, Forged(packet, Forgeries[forgery % Forgeries.Length])));
            if (forgery < Forgeries.Length)
            {
                return;
            }
        }

        if (_fate.Strikes(Hazard.Reset))
        {
            Card.Reset();
        }

        ImmutableArray<ShortMessage> answers = Card.Receive(message);
        if (answers.IsEmpty)
        {
            return;
        }

        _rules.FromCard(answers);
        foreach (ShortMessage answer in FromCard is { } change ? answers.SelectMany(change) : answers)
        {
            Travel(answer, toCard: false);
        }
    }

    /// <summary>"All commands executed, 9000": plain, as a forger can make it, or signed, as a server sees it that does not ask for signatures.</summary>
    private Octets Forged(OutstandingPacket packet, ResponseStatus status)
    {
        Octets content = !status.IsOk ? default
            : packet.Format == ScriptFormat.Compact ? new CompactResponse(packet.Parts.Length, StatusWord.Success).ToOctets()
            : ExpandedResponse.Of(packet.Parts.Length, [.. packet.Parts.Select(_ => new ResponseApdu(StatusWord.Success))]).ToOctets();
        using KeySet keys = _catalogue.Open(1)!;
        return PacketProtection.ProtectResponse(HeaderOf(packet), keys, status, content.Span, plain: _broken != BrokenRule.TrustsUnsignedAnswers);
    }

    private void ToServer(ShortMessage message)
    {
        // Without our response the SMSC delivers again.
        if (Turn(new MessageReceived(message.UserData, message.HasHeader)) is null)
        {
            At(TimeSpan.FromSeconds(1), () => ToServer(message));
        }
    }
}
