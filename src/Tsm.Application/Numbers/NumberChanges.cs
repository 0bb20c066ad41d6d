using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Work;

namespace Tsm.Application.Numbers;

/// <summary>Gives numbers to cards and takes them: the card that gets one first, then the one that had it.</summary>
/// <remarks>
/// The move is the turn of the card that gets the number. What asks the loser to forget it is written in the same transaction as
/// work of the kind <see cref="WorkKind"/>, so that it is told even if this process dies between the two.
/// </remarks>
public sealed class NumberChanges(IGrainHost host, IAliasIndex aliases, TimeProvider time) : IWork
{
    /// <summary>The kind of its items: <c>grain|number</c>; the stores write it too.</summary>
    public const string WorkKind = "number-lost";

    private static readonly Actor Rules = new(ActorKind.Policy, "numbers");

    /// <inheritdoc/>
    public string Kind => WorkKind;

    /// <summary>Gives a card a number.</summary>
    /// <returns>What the card answers: <see cref="NumberIs"/> when all went well.</returns>
    public async Task<IReply> GiveAsync(GrainKey card, string msisdn, Actor by, CancellationToken cancellationToken)
    {
        GrainKey? before = await aliases.FindAsync(card.Tenant, "msisdn", msisdn, time.GetUtcNow(), cancellationToken);
        IReply reply = await host.SendAsync(card, new ChangeNumber(msisdn, by), cancellationToken);
        if (reply is NumberIs && before is GrainKey loser && loser != card)
        {
            await TakeAsync(loser, msisdn, by, cancellationToken);
        }

        return reply;
    }

    /// <summary>Takes a number from a card.</summary>
    public Task<IReply> TakeAsync(GrainKey card, string msisdn, Actor by, CancellationToken cancellationToken) =>
        host.SendAsync(card, new LoseNumber(msisdn, by), cancellationToken);

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> DoAsync(WorkItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Item.Split('|') is not [var grain, var msisdn] || !GrainKey.TryParse($"{item.Tenant}/{grain}", out GrainKey card))
        {
            return null;
        }

        // The number may have come back meanwhile; then the card has it rightly.
        if (await aliases.FindAsync(item.Tenant, "msisdn", msisdn, time.GetUtcNow(), cancellationToken) == card)
        {
            return null;
        }

        IReply reply = await TakeAsync(card, msisdn, Rules, cancellationToken);
        return reply is NumberIs or UnknownGrain ? null : throw new HostBusyException($"{card} answered {reply.GetType().Name}.");
    }
}
