using Tsm.Application.Jobs;

namespace Tsm.Application.Numbers;

/// <summary>The refusals around numbers and the cards that have them.</summary>
public static class NumberProblems
{
    private const string Layer = "numbers";

    /// <summary>The card has no number.</summary>
    public static Problem None(string iccid) => new(
        Layer,
        "NUMBER_NONE",
        "Card without number",
        $"Card {iccid} has no number: no message reaches it.",
        "Its number was withdrawn, or has moved to another card.",
        $"Give it a number with PUT /api/v1/cards/{iccid}/number, then ask again.",
        []);

    /// <summary>The number is no card's.</summary>
    public static Problem Unknown(string msisdn) => new(
        Layer,
        "NUMBER_UNKNOWN",
        "Number unknown",
        $"No card has the number {msisdn} now.",
        "It is mistyped, or out of service.",
        "Look the card up with GET /api/v1/cards?search=.",
        []);

    /// <summary>The subscription is on this card already.</summary>
    public static Problem SameCard(string msisdn, string iccid) => new(
        Layer,
        "SWAP_SAME_CARD",
        "Same card",
        $"Number {msisdn} is the number of card {iccid} already.",
        "The swap was done in another way, or the wrong card was named.",
        "Name the card that the subscriber has got.",
        []);

    /// <summary>There is no such swap.</summary>
    public static Problem SwapUnknown(string swap) => new(
        Layer,
        "SWAP_UNKNOWN",
        "Swap unknown",
        $"No card swap has the id {swap}.",
        "The id is mistyped.",
        "Look it up with GET /api/v1/subscriptions/swaps.",
        []);

    /// <summary>The swap has nothing that can be written off or tried again.</summary>
    public static Problem NothingToDo(string swap, string what) => new(
        Layer,
        "SWAP_NOTHING_TO_DO",
        "Nothing to do",
        $"Swap {swap} has no service that can be {what}.",
        "Its services are on the way, or have ended.",
        $"See where they stand with GET /api/v1/subscriptions/swaps/{swap}.",
        []);

    /// <summary>Somebody else has changed the swap.</summary>
    public static Problem SwapChanged(string swap) => new(
        Layer, "SWAP_CHANGED", "Swap changed meanwhile", $"Swap {swap} is not what you have seen.", "It goes on in the background.", "Send the request again.", []);

    /// <summary>A request of the swap did not succeed.</summary>
    public static Problem RequestEnded(string request, string status) => new(
        Layer,
        "SWAP_REQUEST_ENDED",
        "Request without success",
        $"Request {request} has ended as {status}.",
        "Somebody has called it off, or the card did not answer.",
        $"See why with GET /api/v1/requests/{request}, then try the swap again.",
        []);
}
