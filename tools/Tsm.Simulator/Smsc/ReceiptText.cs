using System.Globalization;
using System.Text;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Smsc;

/// <summary>The text of a delivery receipt (SMPP 3.4 appendix B).</summary>
internal static class ReceiptText
{
    /// <summary>The value of message_state (SMPP 3.4 §5.2.28).</summary>
    public static byte MessageState(DeliveryState state) => state switch
    {
        DeliveryState.Delivered => (byte)Tsm.Bearers.Smpp.MessageState.Delivered,
        DeliveryState.Expired => (byte)Tsm.Bearers.Smpp.MessageState.Expired,
        _ => (byte)Tsm.Bearers.Smpp.MessageState.Undeliverable,
    };

    /// <summary>Builds the text.</summary>
    public static byte[] Build(string messageId, DeliveryState state, DateTimeOffset submitted, DateTimeOffset done)
    {
        (string word, string delivered, string error) = state switch
        {
            DeliveryState.Delivered => ("DELIVRD", "001", "000"),
            DeliveryState.Expired => ("EXPIRED", "000", "021"),
            _ => ("UNDELIV", "000", "001"),
        };
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"id:{messageId} sub:001 dlvrd:{delivered} submit date:{submitted:yyMMddHHmm} "
            + $"done date:{done:yyMMddHHmm} stat:{word} err:{error} text:"));
    }
}
