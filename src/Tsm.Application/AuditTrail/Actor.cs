namespace Tsm.Application.AuditTrail;

/// <summary>Who does something that the audit trail records.</summary>
/// <param name="Kind">What kind of somebody.</param>
/// <param name="Name">The name under which the server knows them; never a key or a token.</param>
/// <param name="Claimed">On whose behalf, as they say themselves; nobody has checked it. Null when they say nothing.</param>
public sealed record Actor(ActorKind Kind, string Name, string? Claimed = null)
{
    /// <summary>The longest claim, in characters.</summary>
    public const int MaxClaimLength = 128;

    /// <summary>The rules of a card's grain, which decide by themselves what an answer means.</summary>
    public static Actor CardRules { get; } = new(ActorKind.Policy, "card-rules");

    /// <summary>The rules of contracts, which notice their end.</summary>
    public static Actor ContractRules { get; } = new(ActorKind.Policy, "contract-rules");

    /// <summary>The first start of a server, which declares what comes with it.</summary>
    public static Actor FirstStart { get; } = new(ActorKind.Policy, "first-start");

    /// <summary>Whether a text may be a claim: 1 to <see cref="MaxClaimLength"/> characters, none of them a control character.</summary>
    public static bool IsClaim(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= MaxClaimLength && !text.Any(char.IsControl);
    }
}

/// <summary>The kinds of those who act.</summary>
public enum ActorKind
{
    /// <summary>A person or program of the carrier.</summary>
    Operator,

    /// <summary>An application provider.</summary>
    Provider,

    /// <summary>A rule of the program itself.</summary>
    Policy,

    /// <summary>Customer service of the carrier.</summary>
    CustomerService,

    /// <summary>The client on a phone, by its number.</summary>
    Phone,

    /// <summary>A card, by what it has sent.</summary>
    Card,

    /// <summary>An application server.</summary>
    ApplicationServer,
}
