namespace Tsm.Simulator.Accounting;

/// <summary>What is counted, for each card and for the whole network.</summary>
public enum Tally
{
    /// <summary>submit_sm that arrived, whatever was answered.</summary>
    Submitted,

    /// <summary>submit_sm answered by ESME_RTHROTTLED on purpose.</summary>
    Throttled,

    /// <summary>submit_sm answered by ESME_RMSGQFUL on purpose.</summary>
    QueueFull,

    /// <summary>submit_sm answered by another temporary error on purpose.</summary>
    TemporaryErrors,

    /// <summary>submit_sm taken and never answered, on purpose.</summary>
    ResponsesLost,

    /// <summary>submit_sm answered late on purpose.</summary>
    ResponsesLate,

    /// <summary>PDUs that break the protocol, sent on purpose.</summary>
    Malformed,

    /// <summary>Damaged copies of messages of cards, handed to the ESME's queue on purpose.</summary>
    Damaged,

    /// <summary>submit_sm refused: no card has the number, or the message is too long.</summary>
    Refused,

    /// <summary>Messages to a number that no card has, reported as undeliverable.</summary>
    Undeliverable,

    /// <summary>Delivery receipts handed to the ESME's queue.</summary>
    Receipts,

    /// <summary>deliver_sm that the ESME took.</summary>
    Delivered,

    /// <summary>deliver_sm that the ESME did not take, or did not answer; each is tried again.</summary>
    DeliveryRetries,

    /// <summary>Connections dropped on purpose.</summary>
    Dropped,

    /// <summary>Short messages that reached a card.</summary>
    SmsIn,

    /// <summary>Short messages that a card sent.</summary>
    SmsOut,

    /// <summary>Short messages lost on purpose, in either direction.</summary>
    Lost,

    /// <summary>Short messages delivered twice on purpose, in either direction.</summary>
    Repeated,

    /// <summary>
    /// Short messages that arrived after one that was sent later, in the same direction of the same card.
    /// </summary>
    Reordered,

    /// <summary>
    /// Messages that no phone takes for the card: TP-PID, class or TP-UDHI are not those of a data download.
    /// </summary>
    TextMessages,

    /// <summary>
    /// Messages for the card that are not a secured packet, or a segment that its buffers did not take.
    /// </summary>
    Unusable,

    /// <summary>Messages that expired at the SMSC while the card was off.</summary>
    Expired,

    /// <summary>Complete command packets.</summary>
    Packets,

    /// <summary>Authentic packets that the card had seen before, octet for octet.</summary>
    Replays,

    /// <summary>Packets whose header was not understood, or whose key set the card does not have.</summary>
    BadHeader,

    /// <summary>Packets for a TAR that nothing on the card has.</summary>
    UnknownTar,

    /// <summary>Packets below the minimum security level.</summary>
    LowSecurity,

    /// <summary>Packets that could not be deciphered.</summary>
    BadCiphering,

    /// <summary>Packets whose RC or CC did not fit.</summary>
    BadCc,

    /// <summary>Authentic packets refused for their counter: low, high or blocked.</summary>
    BadCounter,

    /// <summary>Packets that were executed.</summary>
    Executed,

    /// <summary>Commands that were executed, GET RESPONSE left out.</summary>
    Commands,

    /// <summary>Commands that ended with an error status word.</summary>
    CommandsFailed,

    /// <summary>Response packets that were sent by SMS-SUBMIT.</summary>
    ResponsesSent,

    /// <summary>
    /// Response packets asked for in the SMS-DELIVER-REPORT, where this SMSC, as most do, drops them.
    /// </summary>
    ResponsesInReport,

    /// <summary>Authentic packets with a counter that other octets had used before.</summary>
    CounterReused,

    /// <summary>
    /// Packets, or commands that are not idempotent, that were executed again although their effect was still in force.
    /// </summary>
    ExecutedTwice,

    /// <summary>Commands that failed because they had succeeded before and their effect was still in force.</summary>
    RepeatedAfterSuccess,

    /// <summary>Loads given up by the card: reset, foreign command or failed block.</summary>
    LoadsAborted,

    /// <summary>
    /// Loads begun anew by INSTALL [for load] while blocks of the same load file were already on the card.
    /// </summary>
    LoadsRestarted,

    /// <summary>Commands of delegated management refused because their token was missing or did not fit.</summary>
    TokensRefused,

    /// <summary>Receipts that a card made.</summary>
    ReceiptsMade,

    /// <summary>Rounds of STORE DATA that reached an application.</summary>
    Personalisations,

    /// <summary>Messages that a card sent of its own accord.</summary>
    CardInitiated,
}
