using System.Collections.Immutable;
using Tsm.Application.Jobs;

namespace Tsm.Application.Requests;

/// <summary>Whether a request can be granted, and why not: every check, in the order in which they count.</summary>
/// <param name="Eligible">Whether all checks have passed.</param>
/// <param name="Checks">The checks, the first first.</param>
public sealed record EligibilityReport(bool Eligible, ImmutableArray<EligibilityCheck> Checks)
{
    /// <summary>The check that decides: the first that has failed; null when none has.</summary>
    public EligibilityCheck? Decisive => Checks.FirstOrDefault(c => c.Outcome == CheckOutcome.Fail);

    /// <summary>The report as somebody may see it: what is not theirs is left out, but not that it stands in the way.</summary>
    public EligibilityReport For(Audience audience)
    {
        if (audience == Audience.Operator)
        {
            return this;
        }

        ImmutableArray<EligibilityCheck> seen = [.. Checks.Select(c => c.For(audience)).OfType<EligibilityCheck>()];
        bool isHidden = !Eligible && !seen.Any(c => c.Outcome == CheckOutcome.Fail);
        return this with { Checks = isHidden ? seen.Add(EligibilityCheck.AtTheCarrier) : seen };
    }
}

/// <summary>One check.</summary>
/// <param name="Name">What was checked, one of <see cref="CheckName"/>.</param>
/// <param name="Expected">What must be so, one sentence.</param>
/// <param name="Found">What was found, one sentence.</param>
/// <param name="Outcome">Whether it has passed.</param>
/// <param name="Fixer">Who can mend it.</param>
/// <param name="Problem">For one that has failed: why, and what to do next.</param>
public sealed record EligibilityCheck(string Name, string Expected, string Found, CheckOutcome Outcome, Fixer Fixer, Problem? Problem)
{
    /// <summary>What others see of a failure that is the carrier's own.</summary>
    internal static EligibilityCheck AtTheCarrier { get; } = new(
        CheckName.Carrier, "The carrier can reach and command the card.", "It cannot at present.", CheckOutcome.Fail, Fixer.Operator, RequestProblems.AtTheCarrier);

    /// <summary>The check as an audience sees it; null when it is not theirs.</summary>
    internal EligibilityCheck? For(Audience audience) => audience switch
    {
        Audience.Provider => Name switch
        {
            CheckName.CardKeys => null,
            CheckName.Identifier when Problem?.Code == RequestProblems.ForeignCode => AsUnknown(RequestProblems.ServiceUnknown(Problem.Evidence[0])),

            // Which number has which card is not told to whoever asks with one of them.
            CheckName.Number when Outcome == CheckOutcome.Pass => this with { Found = "It does." },
            _ => this,
        },
        Audience.Phone => Name switch
        {
            CheckName.Number or CheckName.Identifier or CheckName.Operation or CheckName.Memory => this,
            CheckName.Contract or CheckName.ApplicationServer => Outcome == CheckOutcome.Fail
                ? this with { Expected = "The provider's side is ready.", Found = "It is not.", Problem = RequestProblems.AtTheProvider }
                : null,
            _ => null,
        },
        _ => this,
    };

    // What is another's is as if it did not exist.
    private EligibilityCheck AsUnknown(Problem unknown) => this with { Found = unknown.Meaning, Problem = unknown };
}

/// <summary>How a check came out.</summary>
public enum CheckOutcome
{
    /// <summary>It is as it must be.</summary>
    Pass,

    /// <summary>It is not.</summary>
    Fail,

    /// <summary>It could not be looked at, because something before it is missing.</summary>
    NotChecked,

    /// <summary>It is told for information: it stands in nobody's way.</summary>
    Note,
}

/// <summary>Who can mend what a check has found.</summary>
public enum Fixer
{
    /// <summary>The card's user.</summary>
    Subscriber,

    /// <summary>The application provider.</summary>
    Provider,

    /// <summary>The carrier.</summary>
    Operator,
}

/// <summary>For whom a report is.</summary>
public enum Audience
{
    /// <summary>The carrier: all of it.</summary>
    Operator,

    /// <summary>The application provider.</summary>
    Provider,

    /// <summary>The client on a phone.</summary>
    Phone,
}

/// <summary>The names of checks, in their order.</summary>
public static class CheckName
{
    /// <summary>The number exists, is in service and belongs to this card at this time.</summary>
    public const string Number = "number";

    /// <summary>The identifier is that of a service.</summary>
    public const string Identifier = "identifier";

    /// <summary>The operation is known, and legal in the present state.</summary>
    public const string Operation = "operation";

    /// <summary>A contract covers it.</summary>
    public const string Contract = "contract";

    /// <summary>There is an approved version.</summary>
    public const string Version = "version";

    /// <summary>It can run on cards of this model.</summary>
    public const string Compatibility = "compatibility";

    /// <summary>It fits.</summary>
    public const string Memory = "memory";

    /// <summary>The card has keys that we know.</summary>
    public const string CardKeys = "card-keys";

    /// <summary>Whether the provider's security domain is on the card already.</summary>
    public const string Domain = "domain";

    /// <summary>The application server answers.</summary>
    public const string ApplicationServer = "application-server";

    /// <summary>Something of the carrier's own.</summary>
    public const string Carrier = "carrier";
}
