using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Application.Cards;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Delivery;

/// <summary>What comes in finds its card, or is kept; nothing is acknowledged before it is durable.</summary>
public sealed class InboxTests
{
    private static readonly GrainKey Card = new("default", "card", "1");
    private static readonly Octets UserData = Octets.Parse("027100000B0A00000000000000000000");

    private readonly ListedHost _host = new();
    private readonly ListedAliases _aliases = new() { Numbers = { ["491700000001"] = Card } };
    private readonly ListedQuarantine _quarantine = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Inbox _inbox;

    public InboxTests() => _inbox = new(_host, _aliases, _quarantine, _time, NullLogger<Inbox>.Instance);

    [Theory, InlineData("491700000001"), InlineData("+491700000001"), InlineData("00491700000001")]
    public async Task A_message_goes_to_the_card_that_has_the_number_now(string number)
    {
        CommandStatus status = await ReceiveAsync(Message(number));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.True(_host.TryNext(out var sent));
        Assert.Equal((Card, new MessageReceived(UserData, HasHeader: true)), (sent.Key, sent.Command));
        Assert.Equal([_time.GetUtcNow()], _aliases.AskedAt);
        Assert.Empty(_quarantine.Kept);
    }

    [Fact]
    public async Task A_message_without_header_flag_is_handed_on_as_such()
    {
        await ReceiveAsync(Message("491700000001") with { EsmClass = 0 });

        Assert.True(_host.TryNext(out var sent));
        Assert.Equal(new MessageReceived(UserData, HasHeader: false), sent.Command);
    }

    [Theory, InlineData("491700000002"), InlineData("01700000001"), InlineData("INFO"), InlineData("")]
    public async Task A_message_of_a_number_that_is_no_cards_is_kept(string number)
    {
        CommandStatus status = await ReceiveAsync(Message(number));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.False(_host.TryNext(out _));
        Assert.Equal([(number, UserData, "The number is no card's.")], _quarantine.Kept);
    }

    [Fact]
    public async Task A_message_that_is_foreign_to_its_card_is_kept_with_the_reason()
    {
        _host.Reply = _ => new MessageForeign("It carries no response packet.");

        CommandStatus status = await ReceiveAsync(Message("491700000001"));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.Equal("It carries no response packet.", Assert.Single(_quarantine.Kept).Reason);
    }

    [Fact]
    public async Task An_answer_that_fits_nothing_of_the_present_holder_goes_to_the_card_that_had_the_number()
    {
        GrainKey before = new("default", "card", "2");
        _aliases.Former["491700000001"] = before;
        Octets whole = Octets.Parse("027100AA");
        _host.Reply = c => c is MessageReceived m && m.UserData == whole ? Acknowledged.Instance : new MessageLate(whole);

        CommandStatus status = await ReceiveAsync(Message("491700000001"));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.True(_host.TryNext(out var first));
        Assert.True(_host.TryNext(out var second));
        Assert.Equal((Card, before), (first.Key, second.Key));
        Assert.Equal(new MessageReceived(whole, HasHeader: true), second.Command);
        Assert.Empty(_quarantine.Kept);
    }

    [Fact]
    public async Task An_answer_from_a_number_that_is_out_of_service_goes_to_the_card_that_had_it()
    {
        _aliases.Former["491700000002"] = Card;

        await ReceiveAsync(Message("491700000002"));

        Assert.True(_host.TryNext(out var sent));
        Assert.Equal((Card, new MessageReceived(UserData, HasHeader: true)), (sent.Key, sent.Command));
        Assert.Empty(_quarantine.Kept);
    }

    [Fact]
    public async Task What_fits_neither_holder_is_kept_once()
    {
        _aliases.Former["491700000001"] = new("default", "card", "2");
        _host.Reply = _ => new MessageForeign("It carries no response packet.");

        await ReceiveAsync(Message("491700000001"));

        Assert.Single(_quarantine.Kept);
    }

    [Fact]
    public async Task A_message_that_breaks_the_turn_is_kept_and_not_delivered_for_ever()
    {
        _host.Reply = _ => new TurnFailed("InvalidOperationException");

        CommandStatus status = await ReceiveAsync(Message("491700000001"));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.Contains("turn failed", Assert.Single(_quarantine.Kept).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_host_makes_the_SMSC_try_again()
    {
        _host.Reply = _ => throw new HostBusyException("full");

        CommandStatus status = await ReceiveAsync(Message("491700000001"));

        Assert.Equal(CommandStatus.ReceiverTemporaryError, status);
        Assert.Empty(_quarantine.Kept);
    }

    [Fact]
    public async Task A_store_that_is_down_makes_the_SMSC_try_again()
    {
        _host.Reply = _ => throw new StoreUnavailableException("disk full", null);
        CommandStatus turn = await ReceiveAsync(Message("491700000001"));

        _quarantine.Fault = new IOException("disk full");
        CommandStatus quarantine = await ReceiveAsync(Message("491700000002"));

        Assert.Equal((CommandStatus.ReceiverTemporaryError, CommandStatus.ReceiverTemporaryError), (turn, quarantine));
    }

    [Theory]
    [InlineData("DELIVRD", true, false)]
    [InlineData("UNDELIV", false, true)]
    [InlineData("EXPIRED", false, true)]
    [InlineData("REJECTD", false, true)]
    [InlineData("ENROUTE", false, false)]
    public async Task A_receipt_is_told_to_the_card_the_message_went_to(string state, bool delivered, bool failed)
    {
        CommandStatus status = await ReceiveAsync(Receipt("491700000001", "12345", state));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.True(_host.TryNext(out var sent));
        var receipt = Assert.IsType<ReceiptReceived>(sent.Command);
        Assert.Equal((Card, delivered, failed), (sent.Key, receipt.Delivered, receipt.Failed));
        Assert.StartsWith("The SMSC reports: ", receipt.Text, StringComparison.Ordinal);
        Assert.Contains("error 027", receipt.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_with_its_addresses_left_as_they_were_finds_its_card_too()
    {
        DeliverSm receipt = Receipt("12345", "491700000001", "DELIVRD");

        await ReceiveAsync(receipt);

        Assert.True(_host.TryNext(out var sent));
        Assert.Equal(Card, sent.Key);
    }

    [Fact]
    public async Task A_receipt_of_no_card_is_a_hint_about_nothing()
    {
        CommandStatus status = await ReceiveAsync(Receipt("491700000009", "12345", "DELIVRD"));

        Assert.Equal(CommandStatus.Ok, status);
        Assert.False(_host.TryNext(out _));
        Assert.Empty(_quarantine.Kept);
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_read_is_kept()
    {
        DeliverSm receipt = Receipt("491700000001", "12345", "DELIVRD") with { ShortMessage = UserData };

        await ReceiveAsync(receipt);

        Assert.Equal("It is a receipt that cannot be read.", Assert.Single(_quarantine.Kept).Reason);
    }

    private Task<CommandStatus> ReceiveAsync(DeliverSm message) =>
        _inbox.ReceiveAsync("default", "smsc", message, CancellationToken.None);

    private static DeliverSm Message(string source) => new()
    {
        Source = new(default, default, source),
        Destination = new(default, default, "12345"),
        EsmClass = EsmClass.UserDataHeader,
        ShortMessage = UserData,
    };

    private static DeliverSm Receipt(string source, string destination, string state) => new()
    {
        Source = new(default, default, source),
        Destination = new(default, default, destination),
        EsmClass = EsmClass.DeliveryReceipt,
        ShortMessage = Octets.Copy(Encoding.ASCII.GetBytes(
            $"id:7 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:{state} err:027 text:")),
    };
}
