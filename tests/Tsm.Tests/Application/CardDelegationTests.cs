using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Tests.Application.Worlds;
using static Tsm.Tests.Application.CardDomainTests;

namespace Tsm.Tests.Application;

/// <summary>Delegated management in the card grain: tokens, receipts, and the keys for both on the card.</summary>
public sealed class CardDelegationTests
{
    [Fact]
    public void A_token_that_the_card_does_not_take_is_refused_with_its_reason_and_nothing_stays()
    {
        CardWorld world = World("aes", ContractMode.Delegated);
        Done(world, Operation.Install, "i");
        Done(world, Operation.Terminate, "t");
        world.SignsWithAnotherTokenKey = true;

        world.Ask(Operation.Install, "again");
        world.Run();

        JobRow row = world.Job("again");
        Assert.Equal((JobStatus.Refused, Grade.Proven), (row.Status, row.Grade));
        Assert.Equal("TOKEN_REFUSED", row.Problem!.Code);
        Assert.Empty(world.Card.Content.Instances);
        Assert.Empty(world.Card.Content.LoadFiles);
        Assert.Empty(world.State.Contents);
    }

    [Fact]
    public void A_receipt_of_another_key_proves_nothing_and_has_the_card_audited()
    {
        CardWorld world = World("aes", ContractMode.Delegated);
        Done(world, Operation.Install, "i");
        world.ForgetsReceiptKey();

        world.Ask(Operation.Activate, "a");
        world.Run();

        Assert.Equal((JobStatus.Refused, "RECEIPT_WRONG"), (world.Job("a").Status, world.Job("a").Problem!.Code));
        Assert.True(world.State.Uncertain);
        Assert.Contains(world.Audit, e => e.Action == AuditAction.ReceiptWrong);
    }

    [Theory]
    [InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public void Keys_of_delegated_management_are_added_or_replaced_each_by_what_the_card_came_with(bool token, bool receipt)
    {
        CardWorld world = World("aes", ContractMode.Delegated);
        if (token)
        {
            world.GetsTokenKey(ours: false);
        }

        if (receipt)
        {
            world.GetsReceiptKey();
        }

        Done(world, Operation.Install, "i");
        Done(world, Operation.Terminate, "t");

        Assert.True(world.State.Delegation!.IsProven);
    }

    [Fact]
    public void Of_keys_whose_outcome_is_unknown_only_the_missing_one_is_put_again()
    {
        CardWorld world = World("aes", ContractMode.Delegated);
        world.Road = world.Road with { MaxSends = 1 };
        world.CardIsOn = false;
        world.Ask(Operation.Install, "lost");
        world.Run();
        Assert.Equal((JobStatus.Expired, true), (world.Job("lost").Status, world.State.Delegation!.IsSent));

        // As a card has it that lost power between the two PUT KEYs.
        world.GetsTokenKey(ours: true);
        world.CardIsOn = true;

        Done(world, Operation.Install, "again");
        Assert.Contains(world.History, h => h.Job == "again" && h.Text.StartsWith("PUT KEY of the receipt key:", StringComparison.Ordinal));
        Assert.True(world.State.Delegation!.IsProven);
    }

    [Theory, InlineData("true", "false"), InlineData("false", "true"), InlineData("false", "false")]
    public void What_was_remembered_of_the_keys_of_delegated_management_before_goes_on(string proven, string sent)
    {
        string old = $$$"""
            {"iccid":"8949000000000000018","msisdn":"491720000001","model":"uicc-aes","delegation":{"receiptKey":"00","isProven":{{{proven}}},"receipts":3,"isSent":{{{sent}}}},
            "jobs":[{"id":"j","operation":"Install","createdAt":"2026-01-01T00:00:00+00:00","cursor":{"stage":"PutDelegationKeys","replaces":true}}]}
            """;

        var card = (CardState)new CardMachine().Deserialize(System.Text.Encoding.UTF8.GetBytes(old));

        Assert.Equal(
            new DelegationKeys(Octets.Parse("00"), bool.Parse(proven), 3) { IsSent = bool.Parse(sent) }, card.Delegation);
        Assert.Equal(Stage.PutDelegationKeys, card.Jobs[0].Cursor.Stage);
    }
}
