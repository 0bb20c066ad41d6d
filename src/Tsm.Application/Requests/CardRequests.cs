using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;

namespace Tsm.Application.Requests;

/// <summary>Requests that cards send: named by the card and the number it gave them, so that a repetition is the same request.</summary>
public sealed class CardRequests(IAliasIndex aliases, RequestDesk desk, TimeProvider time) : ICardRequests
{
    /// <inheritdoc/>
    public async Task<string?> TakeAsync(string tenant, string sender, CardRequest request, CancellationToken cancellationToken)
    {
        string number = Msisdn.TryParse(sender, out Msisdn msisdn, out _) ? msisdn.Digits : sender;
        GrainKey? card = await aliases.FindAsync(tenant, "msisdn", number, time.GetUtcNow(), cancellationToken);
        string requester = RequestIds.Sender(card, number);
        (_, Problem? problem) = await desk.KeepAsync(
            new(
                tenant,
                RequestOrigin.Card,
                requester,
                new(ActorKind.Card, requester),
                request.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture),
                request.IdentifierText,
                request.Operation.ToString(),
                request.Number.Digits,
                Iccid: null,
                Sender: number,
                Card: card),
            cancellationToken);
        return problem?.Meaning;
    }
}
