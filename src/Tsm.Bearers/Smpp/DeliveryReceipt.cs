using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>What an SMSC reports about a message it was given.</summary>
/// <param name="MessageId">The message as the SMSC calls it here; see <see cref="MessageIdForms"/>.</param>
/// <param name="State">What became of it. <see cref="MessageState.Delivered"/> does not prove that a card did anything.</param>
/// <param name="SubmittedAt">submit date, on the clock of the SMSC, whose zone is not told.</param>
/// <param name="DoneAt">done date, likewise.</param>
/// <param name="ErrorCode">err, in the words of the SMSC; empty if it is absent.</param>
/// <param name="NetworkError">network_error_code, if it is there.</param>
/// <remarks>SMPP 3.4 appendix B, which is vendor specific; TLVs are believed before the text.</remarks>
public sealed record DeliveryReceipt(
    string MessageId,
    MessageState State,
    DateTime? SubmittedAt,
    DateTime? DoneAt,
    string ErrorCode,
    NetworkError? NetworkError)
{
    private const string IdKey = "id";
    private const string StateKey = "stat";
    private const string ErrorKey = "err";
    private const string TextKey = "text";
    private const string SubmitKey = "submit date";
    private const string DoneKey = "done date";

    private static readonly string[] Keys =
        [IdKey, "sub", "dlvrd", SubmitKey, "submitdate", DoneKey, "donedate", StateKey, ErrorKey, TextKey];

    private static readonly string[] DateFormats = ["yyMMddHHmm", "yyMMddHHmmss", "yyyyMMddHHmmss"];

    /// <summary>Reads the receipt in a deliver_sm; false if it is none, or names no message.</summary>
    public static bool TryRead(DeliverSm deliver, out DeliveryReceipt? receipt)
    {
        receipt = null;
        if (!deliver.IsReceipt)
        {
            return false;
        }

        Dictionary<string, string> text = ReadText(System.Text.Encoding.Latin1.GetString(deliver.UserData.Span));
        string id = deliver.Tlvs.TryGet(TlvTag.ReceiptedMessageId, out Octets receipted)
            ? System.Text.Encoding.Latin1.GetString(receipted.Span).TrimEnd('\0')
            : text.GetValueOrDefault(IdKey, "");
        if (id.Length == 0)
        {
            return false;
        }

        receipt = new(
            id,
            deliver.Tlvs.TryGet(TlvTag.MessageState, out Octets state) && state.Length == 1
                ? (MessageState)state[0]
                : ReadState(text.GetValueOrDefault(StateKey, "")),
            ReadDate(text.GetValueOrDefault(SubmitKey) ?? text.GetValueOrDefault("submitdate")),
            ReadDate(text.GetValueOrDefault(DoneKey) ?? text.GetValueOrDefault("donedate")),
            text.GetValueOrDefault(ErrorKey, ""),
            deliver.Tlvs.TryGet(TlvTag.NetworkErrorCode, out Octets error) && error.Length == 3
                ? new NetworkError(error[0], BinaryPrimitives.ReadUInt16BigEndian(error.Span[1..]))
                : null);
        return true;
    }

    /// <summary>
    /// The forms in which an SMSC may write one message id: as it is, without leading zeros, and turned from hexadecimal
    /// to decimal and back. Receipts and submit_sm_resp of one SMSC can differ in this.
    /// </summary>
    public static ImmutableArray<string> MessageIdForms(string messageId)
    {
        ArgumentNullException.ThrowIfNull(messageId);
        string trimmed = messageId.TrimStart('0').ToUpperInvariant();
        List<string> forms = [messageId, trimmed];
        if (ulong.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            forms.Add(number.ToString("X", CultureInfo.InvariantCulture));
        }

        if (ulong.TryParse(trimmed, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number))
        {
            forms.Add(number.ToString(CultureInfo.InvariantCulture));
        }

        return [.. forms.Where(f => f.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    // Walks from key to key: their order varies, values have no blanks, and text runs to the end.
    private static Dictionary<string, string> ReadText(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        int at = 0;
        while (at < text.Length)
        {
            string? key = Keys.FirstOrDefault(k => StartsAt(text, at, k));
            if (key is null)
            {
                int next = text.IndexOf(' ', at);
                at = next < 0 ? text.Length : next + 1;
                continue;
            }

            at += key.Length + 1;
            while (at < text.Length && text[at] == ' ')
            {
                at++;
            }

            bool last = string.Equals(key, TextKey, StringComparison.Ordinal);
            bool empty = !last && Keys.Any(k => StartsAt(text, at, k));
            int blank = last ? -1 : text.IndexOf(' ', at);
            int end = empty ? at : blank < 0 ? text.Length : blank;
            found.TryAdd(key, text[at..end]);
            at = end;
        }

        return found;
    }

    private static bool StartsAt(string text, int at, string key) =>
        at + key.Length < text.Length && text[at + key.Length] == ':'
        && string.Compare(text, at, key, 0, key.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static MessageState ReadState(string stat) => stat.ToUpperInvariant() switch
    {
        "SCHEDUL" or "SCHEDULED" => MessageState.Scheduled,
        "ENROUTE" => MessageState.Enroute,
        "DELIVRD" or "DELIVERED" => MessageState.Delivered,
        "EXPIRED" => MessageState.Expired,
        "DELETED" => MessageState.Deleted,
        "UNDELIV" or "UNDELIVERABLE" => MessageState.Undeliverable,
        "ACCEPTD" or "ACCEPTED" => MessageState.Accepted,
        "REJECTD" or "REJECTED" => MessageState.Rejected,
        "SKIPPED" => MessageState.Skipped,
        _ => MessageState.Unknown,
    };

    private static DateTime? ReadDate(string? digits) =>
        DateTime.TryParseExact(digits, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date)
            ? date
            : null;
}

/// <summary>message_state. Values without a name survive a round trip.</summary>
/// <remarks>SMPP 3.4 §5.2.28; SMPP 5.0 §4.7.15 adds 0 and 9.</remarks>
public enum MessageState : byte
{
    /// <summary>Waits for its delivery time.</summary>
    Scheduled = 0,

    /// <summary>On its way.</summary>
    Enroute = 1,

    /// <summary>The handset acknowledged it.</summary>
    Delivered = 2,

    /// <summary>The validity period ended first.</summary>
    Expired = 3,

    /// <summary>Deleted.</summary>
    Deleted = 4,

    /// <summary>It could not be delivered; a card's error answer looks like this, too.</summary>
    Undeliverable = 5,

    /// <summary>Read by somebody on behalf of the subscriber.</summary>
    Accepted = 6,

    /// <summary>The SMSC does not know.</summary>
    Unknown = 7,

    /// <summary>Rejected.</summary>
    Rejected = 8,

    /// <summary>Skipped.</summary>
    Skipped = 9,
}

/// <summary>network_error_code.</summary>
/// <param name="NetworkType">1 ANSI-136, 2 IS-95, 3 GSM.</param>
/// <param name="Code">The code of that network.</param>
/// <remarks>SMPP 3.4 §5.3.2.31.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NetworkError(byte NetworkType, ushort Code);
