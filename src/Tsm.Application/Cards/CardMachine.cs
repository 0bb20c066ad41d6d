using System.Text.Json;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Cards;

/// <summary>The pure transitions of a card: keys, counters, queue, registry, evidence.</summary>
/// <remarks>
/// Decide, remember, act: a packet leaves only after it, with its counter, is durable. One packet is under way per card; while
/// its outcome is unknown the same octets are sent again. Only proven answers change what is confirmed.
/// </remarks>
public sealed class CardMachine : IMachine
{
    /// <summary>The kind of grain that this machine moves.</summary>
    public const string GrainKind = "card";

    /// <inheritdoc/>
    public string Kind => GrainKind;

    /// <inheritdoc/>
    public int Schema => CardState.CurrentSchema;

    /// <inheritdoc/>
    public object Deserialize(ReadOnlySpan<byte> state)
    {
        CardState card = JsonSerializer.Deserialize(state, CardJson.Default.CardState) ?? throw new JsonException("The state of a card is never null.");

        // States from before providers have no lists of theirs.
        return card.SecurityDomains.IsDefault || card.Services.IsDefault || card.Barriers.IsDefault
            ? card with
            {
                SecurityDomains = card.SecurityDomains.IsDefault ? [] : card.SecurityDomains,
                Services = card.Services.IsDefault ? [] : card.Services,
                Barriers = card.Barriers.IsDefault ? [] : card.Barriers,
            }
            : card;
    }

    /// <inheritdoc/>
    public byte[] Serialize(object state) => JsonSerializer.SerializeToUtf8Bytes((CardState)state, CardJson.Default.CardState);

    /// <inheritdoc/>
    public IEnumerable<string> Needs(object state, IGrainCommand command)
    {
        var card = (CardState)state;
        IEnumerable<string?> needed = card.Jobs.Select(j => j.Application)
            .Concat(card.Contents.Select(c => c.Application))
            .Concat(command switch
            {
                EnqueueJob job => [job.Application],
                EnqueueJobs jobs => jobs.Jobs.Select(j => j.Application),
                _ => [],
            });
        return needed.OfType<string>().Distinct(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public Turn Handle(object state, IGrainCommand command, TurnContext context)
    {
        var turn = new CardTurn((CardState)state, context);
        if (context.WentBack)
        {
            turn.ComeBack();
        }

        IReply reply = command switch
        {
            EnqueueJob enqueue => turn.Enqueue(enqueue),
            EnqueueJobs enqueue => turn.Enqueue(enqueue),
            CancelJob cancel => turn.Cancel(cancel),
            PacketSubmitted submitted => turn.Submitted(submitted),
            MessageReceived message => turn.Receive(message),
            ReceiptReceived receipt => turn.Receipt(receipt),
            DeadlinePassed => turn.Deadline(),
            ChangeNumber change => turn.Change(change),
            LoseNumber lose => turn.Lose(lose),
            _ => throw new InvalidOperationException($"A card takes no {command.GetType().Name}."),
        };
        return turn.End(reply);
    }

    /// <summary>The first state of a card that was imported.</summary>
    public static CardState Create(string iccid, string msisdn, CardModel model, string road, int keyVersion, ulong counter) => new()
    {
        Iccid = iccid,
        Msisdn = msisdn,
        Model = model.Name,
        Road = road,
        Domains = [new(model.RamTar, keyVersion, counter)],
    };

    /// <summary>The row of a card as lists show it.</summary>
    public static CardRow Row(GrainKey key, CardState card) => new(
        key,
        card.Iccid,
        card.Msisdn,
        card.Model,
        card.Contents.Count(c => c.Confirmed is not null),
        card.Jobs is [{ StartedAt: not null } active, ..] ? active.Id : null,
        card.Jobs.Count(j => j.StartedAt is null),
        card.LastProofAt,
        card.Uncertain);
}
