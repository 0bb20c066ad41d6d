using System.Globalization;
using Microsoft.Extensions.Logging;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;

namespace Tsm.Application.Delivery;

/// <summary>
/// Takes what an SMSC delivers: a message of a card goes to its grain, a receipt as well, and what fits nobody is kept. Nothing
/// is acknowledged before it is durable.
/// </summary>
/// <param name="cardRequests">Takes what cards ask for; null where nobody does, and then such a message goes the way of all others.</param>
public sealed class Inbox(
    IGrainHost host, IAliasIndex aliases, IQuarantine quarantine, TimeProvider time, ILogger<Inbox> logger, ICardRequests? cardRequests = null)
{
    /// <summary>Takes one deliver_sm and says with what it is answered: ok, or a temporary error so that the SMSC tries again.</summary>
    /// <param name="tenant">The tenant whose cards the road leads to.</param>
    /// <param name="road">The road it came by.</param>
    /// <param name="message">What was delivered.</param>
    /// <param name="cancellationToken">Stops waiting; the SMSC tries again later.</param>
    public async Task<CommandStatus> ReceiveAsync(string tenant, string road, DeliverSm message, CancellationToken cancellationToken)
    {
        try
        {
            string? refusal = message.IsReceipt
                ? await ReceiptAsync(tenant, road, message, cancellationToken)
                : await MessageAsync(tenant, message, cancellationToken);
            if (refusal is not null)
            {
                await quarantine.KeepAsync(
                    tenant, road, message.Source.Value, message.Destination.Value, message.UserData, refusal, cancellationToken);
                logger.Quarantined(road, message.Source.Value, refusal);
            }

            return CommandStatus.Ok;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandStatus.ReceiverTemporaryError;
        }
        catch (Exception exception) when (exception is HostBusyException or StoreUnavailableException)
        {
            logger.Deferred(road, message.Source.Value);
            return CommandStatus.ReceiverTemporaryError;
        }
        catch (Exception exception)
        {
            // Whatever the store has: the message is safe with the SMSC until we can take it.
            logger.NotTaken(road, message.Source.Value, exception);
            return CommandStatus.ReceiverTemporaryError;
        }
    }

    /// <summary>
    /// How long after a number has moved an answer to a packet that was sent before is still looked for at the card that had it:
    /// SMSCs keep messages for days.
    /// </summary>
    private static readonly TimeSpan FormerHolders = TimeSpan.FromDays(7);

    private const int MaxFormerHolders = 4;

    /// <summary>The card that has the number now comes first; what does not fit it may be an answer of the one that had it when the packet was sent.</summary>
    private async Task<string?> MessageAsync(string tenant, DeliverSm message, CancellationToken cancellationToken)
    {
        // A secured answer has a header; what has none and is a request from its first octet to its last is one.
        if (cardRequests is not null && !message.HasHeader && CardRequest.TryParse(message.UserData.Span, out CardRequest request, out _))
        {
            return await cardRequests.TakeAsync(tenant, message.Source.Value, request, cancellationToken);
        }

        var command = new MessageReceived(message.UserData, message.HasHeader);
        GrainKey? holder = await CardAsync(tenant, message.Source, cancellationToken);
        IReply reply = holder is GrainKey card
            ? await host.SendAsync(card, command, cancellationToken)
            : new MessageForeign("The number is no card's.");
        Octets whole = reply switch
        {
            MessageForeign foreign => foreign.Whole,
            MessageLate late => late.Whole,
            _ => default,
        };
        if (reply is not (MessageForeign or MessageLate) || !Msisdn.TryParse(message.Source.Value, out Msisdn msisdn, out _))
        {
            return Refusal(reply);
        }

        // What came in pieces goes on in one: the pieces before were taken for the present holder's.
        command = whole.IsEmpty ? command : new(whole, HasHeader: true);
        foreach (GrainKey former in await aliases.FormerAsync(
            tenant, "msisdn", msisdn.Digits, time.GetUtcNow() - FormerHolders, MaxFormerHolders, cancellationToken))
        {
            if (former == holder)
            {
                continue;
            }

            IReply answer = await host.SendAsync(former, command, cancellationToken);
            if (answer is Acknowledged)
            {
                return null;
            }

            // Of two that it does not fit, the one whose answer it once was is believed.
            reply = reply is MessageForeign && answer is MessageLate ? answer : reply;
        }

        return Refusal(reply);
    }

    private async Task<string?> ReceiptAsync(string tenant, string road, DeliverSm message, CancellationToken cancellationToken)
    {
        if (!DeliveryReceipt.TryRead(message, out DeliveryReceipt? receipt))
        {
            return "It is a receipt that cannot be read.";
        }

        // A receipt comes from whom the message went to; some SMSCs leave the addresses as they were.
        GrainKey? found = await CardAsync(tenant, message.Source, cancellationToken)
            ?? await CardAsync(tenant, message.Destination, cancellationToken);
        if (found is not GrainKey card)
        {
            logger.ReceiptWithoutCard(road, message.Source.Value);
            return null;
        }

        bool failed = receipt!.State is MessageState.Expired or MessageState.Deleted or MessageState.Undeliverable or MessageState.Rejected;
        var command = new ReceiptReceived(receipt.State == MessageState.Delivered, failed, Text(receipt));
        return Refusal(await host.SendAsync(card, command, cancellationToken));
    }

    // TON and NPI are not to be relied on; a number without country code finds nobody and is kept.
    private async Task<GrainKey?> CardAsync(string tenant, SmppAddress address, CancellationToken cancellationToken) =>
        Msisdn.TryParse(address.Value, out Msisdn msisdn, out _)
            ? await aliases.FindAsync(tenant, "msisdn", msisdn.Digits, time.GetUtcNow(), cancellationToken)
            : null;

    private static string? Refusal(IReply reply) => reply switch
    {
        MessageForeign foreign => foreign.Reason,
        TurnFailed failed => $"The card's turn failed: {failed.Problem}",
        UnknownGrain => "The card is gone.",
        _ => null,
    };

    private static string Text(DeliveryReceipt receipt)
    {
        string error = receipt.NetworkError is { } network
            ? string.Create(CultureInfo.InvariantCulture, $", network error {network.Code} of network type {network.NetworkType}")
            : receipt.ErrorCode.Length > 0 ? $", error {receipt.ErrorCode}" : "";
        return $"The SMSC reports: {receipt.State.ToString().ToLowerInvariant()}{error}.";
    }
}
