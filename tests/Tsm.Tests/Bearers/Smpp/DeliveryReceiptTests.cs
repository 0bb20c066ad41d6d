using System.Globalization;
using System.Text;
using FsCheck.Fluent;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class DeliveryReceiptTests
{
    public sealed record Case(
        string Name, string Text, string[] Tlvs, string Id, MessageState State, DateTime? Submitted, DateTime? Done,
        string Error, string? Network)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("smpp/receipts.json")]
    public void Reads_what_SMSCs_report(Case vector)
    {
        Assert.True(DeliveryReceipt.TryRead(Deliver(vector.Text, vector.Tlvs), out DeliveryReceipt? receipt));

        Assert.Equal((vector.Id, vector.State, vector.Error), (receipt!.MessageId, receipt.State, receipt.ErrorCode));
        Assert.Equal((vector.Submitted, vector.Done), (receipt.SubmittedAt, receipt.DoneAt));
        Assert.Equal(vector.Network, receipt.NetworkError is { } e ? $"{e.NetworkType}/{e.Code}" : null);
    }

    [Fact]
    public void A_message_is_not_a_receipt_whatever_it_says()
    {
        DeliverSm message = Deliver("id:1 stat:DELIVRD", []) with { EsmClass = EsmClass.UserDataHeader };

        Assert.False(DeliveryReceipt.TryRead(message, out _));
    }

    [Theory, InlineData(""), InlineData("id:"), InlineData("id: stat:DELIVRD"), InlineData("text:id:1"), InlineData("gid:1")]
    public void A_receipt_that_names_no_message_is_none(string text) =>
        Assert.False(DeliveryReceipt.TryRead(Deliver(text, []), out _));

    [Fact]
    public void No_text_makes_it_throw_or_name_an_empty_message()
    {
        FsCheck.Gen<string> pieces = Gen.Elements(
            "id:", "ID:", "id", "stat:", "text:", "err:", "submit date:", "submitdate:", "done date:", " ", ":", "7", "DELIVRD", "\0", "\u00FF");
        FsCheck.Gen<string> texts = pieces.ListOf().Select(string.Concat);

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(texts.ToArbitrary(), text =>
            !DeliveryReceipt.TryRead(Deliver(text, []), out DeliveryReceipt? receipt) || receipt!.MessageId.Length > 0));
    }

    [Theory]
    [InlineData("00A1B2", "41394")]
    [InlineData("41394", "A1B2")]
    [InlineData("0012", "12")]
    [InlineData("7fa", "7FA")]
    [InlineData("not-hex", "not-hex")]
    public void Knows_the_other_forms_of_a_message_id(string id, string form)
    {
        Assert.Contains(form, DeliveryReceipt.MessageIdForms(id), StringComparer.Ordinal);
        Assert.Contains(id, DeliveryReceipt.MessageIdForms(id), StringComparer.Ordinal);
    }

    private static DeliverSm Deliver(string text, string[] tlvs) => new()
    {
        EsmClass = EsmClass.DeliveryReceipt,
        ShortMessage = Octets.Own(Encoding.Latin1.GetBytes(text)),
        Tlvs = TlvList.Of([.. tlvs.Select(t => new Tlv(
            ushort.Parse(t[..4], NumberStyles.HexNumber, CultureInfo.InvariantCulture), Octets.Parse(t[5..])))]),
    };
}
