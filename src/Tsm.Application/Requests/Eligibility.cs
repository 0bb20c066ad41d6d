using System.Collections.Immutable;
using System.Globalization;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Whether a request can be granted: pure, from facts, each check with what was expected and what was found.</summary>
public static class Eligibility
{
    /// <summary>Checks everything that can be checked, in the order in which it counts.</summary>
    public static EligibilityReport Check(EligibilityFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ImmutableArray<EligibilityCheck> checks =
        [
            Number(facts),
            Identifier(facts),
            OperationRules.Check(facts),
            Contract(facts),
            Version(facts),
            Compatibility(facts),
            Memory(facts),
            CardKeys(facts),
            Domain(facts),
            Server(facts),
        ];
        return new(checks.All(c => c.Outcome is CheckOutcome.Pass or CheckOutcome.Note), checks);
    }

    /// <summary>Whether an operation brings something to the card that was not there.</summary>
    public static bool Brings(ServiceOperation? operation) =>
        operation is ServiceOperation.Download or ServiceOperation.Deploy or ServiceOperation.Upgrade;

    private static EligibilityCheck Number(EligibilityFacts facts)
    {
        const string expected = "The number exists, is in service, and belongs to this card at this time.";
        NumberFacts number = facts.Number;
        if (number.Given is not { } given)
        {
            return facts.Card is { } named
                ? Pass(CheckName.Number, expected, $"Card {named.Iccid} has the number {named.Msisdn}.", Fixer.Subscriber)
                : Fail(CheckName.Number, expected, RequestProblems.CardUnknown(number.GivenCard ?? "that"), Fixer.Subscriber);
        }

        Problem? problem = number.Sender is { } sender && sender != given ? RequestProblems.NumberOfAnotherCard(given, null)
            : number.Standing switch
            {
                NumberStanding.Unknown => RequestProblems.NumberUnknown(given),
                NumberStanding.NotInService => RequestProblems.NumberNotInService(given),
                _ => facts.Card is { } card && number.Holder == card.Card
                    ? null
                    : RequestProblems.NumberOfAnotherCard(given, number.GivenCard),
            };
        return problem is null
            ? Pass(CheckName.Number, expected, $"{given} is the number of card {facts.Card!.Iccid}.", Fixer.Subscriber)
            : Fail(CheckName.Number, expected, problem, Fixer.Subscriber);
    }

    private static EligibilityCheck Identifier(EligibilityFacts facts)
    {
        const string expected = "The identifier is that of a service.";
        return facts.Service switch
        {
            null when facts.IsForeign => Fail(CheckName.Identifier, expected, RequestProblems.ProviderForeign(facts.Identifier, facts.Requester), Fixer.Provider),
            null => Fail(CheckName.Identifier, expected, RequestProblems.ServiceUnknown(facts.Identifier), Fixer.Provider),
            { WithdrawnAt: not null } service when facts.Operation is not (ServiceOperation.Suspend or ServiceOperation.Resume or ServiceOperation.Terminate) =>
                Fail(CheckName.Identifier, expected, RequestProblems.ServiceWithdrawn(service), Fixer.Provider),
            { } service => Pass(CheckName.Identifier, expected, $"{facts.Identifier} is {service.Name} of {service.Provider}.", Fixer.Provider),
        };
    }

    private static EligibilityCheck Contract(EligibilityFacts facts)
    {
        const string expected = "A contract of provider and carrier covers service, card model and operation, and its quota is not used up.";
        if (facts.Service is null || facts.Card is null || facts.Operation is not { } operation)
        {
            return NotChecked(CheckName.Contract, expected, Fixer.Provider);
        }

        if (facts.Contract.Problem is { } problem)
        {
            // What is on a card can be stopped whatever became of its contract, by whoever is not bound by it.
            return facts.Origin != RequestOrigin.Provider && operation is ServiceOperation.Suspend or ServiceOperation.Resume or ServiceOperation.Terminate
                ? new(CheckName.Contract, expected, problem.Meaning, CheckOutcome.Note, Fixer.Provider, null)
                : Fail(CheckName.Contract, expected, problem, Fixer.Provider);
        }

        return facts.Contract.Contract is { } contract
            ? Pass(CheckName.Contract, expected, $"Contract {contract.Id} covers it.", Fixer.Provider)
            : NotChecked(CheckName.Contract, expected, Fixer.Provider);
    }

    private static EligibilityCheck Version(EligibilityFacts facts)
    {
        const string expected = "There is a version that the carrier has approved.";
        if (facts.Service is null)
        {
            return NotChecked(CheckName.Version, expected, Fixer.Provider);
        }

        if (facts.Version is not { } version)
        {
            return Fail(CheckName.Version, expected, RequestProblems.VersionUnknown(facts.Service, facts.VersionGiven), Fixer.Operator);
        }

        return facts.UpgradeProblem is { } problem
            ? Fail(CheckName.Version, expected, problem, Fixer.Provider)
            : facts.Operation == ServiceOperation.Upgrade && facts.Instance is { Wanted: not InstanceState.Absent } there && there.Version == version.Version
            ? Fail(CheckName.Version, expected, RequestProblems.UpgradeNotNeeded(version.Version), Fixer.Provider)
            : Pass(CheckName.Version, expected, $"Version {version.Version} is approved.", Fixer.Operator);
    }

    private static EligibilityCheck Compatibility(EligibilityFacts facts)
    {
        const string expected = "The load file and its libraries can run on cards of this model.";
        return !Brings(facts.Operation) && facts.Operation is not null
            ? new(CheckName.Compatibility, expected, "Nothing is loaded.", CheckOutcome.Note, Fixer.Provider, null)
            : facts.Compatibility switch
            {
                null => NotChecked(CheckName.Compatibility, expected, Fixer.Provider),
                { Ok: true } fits => Pass(CheckName.Compatibility, expected, $"It can, on {fits.Model}.", Fixer.Provider),
                { } unfit => Fail(
                    CheckName.Compatibility, expected, RequestProblems.CapIncompatible(facts.Version?.Application ?? facts.Identifier, unfit.Model, unfit.Reasons), Fixer.Provider),
            };
    }

    private static EligibilityCheck Memory(EligibilityFacts facts)
    {
        const string expected = "What is loaded fits into the memory that is free.";
        if (facts.Card is not { } card || facts.Version is null || facts.Operation is null)
        {
            return NotChecked(CheckName.Memory, expected, Fixer.Subscriber);
        }

        return !Brings(facts.Operation)
            ? new(CheckName.Memory, expected, "Nothing is loaded.", CheckOutcome.Note, Fixer.Subscriber, null)
            : facts.MemoryNeeded > card.FreeMemory
                ? Fail(CheckName.Memory, expected, RequestProblems.MemoryShort(facts.MemoryNeeded, card.FreeMemory), Fixer.Subscriber)
                : Pass(
                    CheckName.Memory,
                    expected,
                    string.Create(CultureInfo.InvariantCulture, $"About {facts.MemoryNeeded} octets of {card.FreeMemory}."),
                    Fixer.Subscriber);
    }

    private static EligibilityCheck CardKeys(EligibilityFacts facts)
    {
        const string expected = "We have keys of the card.";
        return facts.Card switch
        {
            null => NotChecked(CheckName.CardKeys, expected, Fixer.Operator),
            { HasKeys: true } => Pass(CheckName.CardKeys, expected, "We have.", Fixer.Operator),
            { } card => Fail(CheckName.CardKeys, expected, RequestProblems.CardKeysMissing(card.Iccid), Fixer.Operator),
        };
    }

    private static EligibilityCheck Domain(EligibilityFacts facts)
    {
        const string expected = "The provider's security domain is on the card, or is made with the download.";
        return facts.Card is { HasDomain: { } there }
            ? new(
                CheckName.Domain,
                expected,
                there ? "It is on the card." : Brings(facts.Operation) ? "It is not on the card: it will be made, and its keys replaced." : "It is not on the card.",
                CheckOutcome.Note,
                Fixer.Operator,
                null)
            : NotChecked(CheckName.Domain, expected, Fixer.Operator) with { Outcome = facts.Card is null ? CheckOutcome.NotChecked : CheckOutcome.Note };
    }

    private static EligibilityCheck Server(EligibilityFacts facts)
    {
        const string expected = "The application server answers, where the operation needs it.";
        return facts.Server switch
        {
            null when facts.Service is null || facts.Operation is null => NotChecked(CheckName.ApplicationServer, expected, Fixer.Provider),
            null => new(CheckName.ApplicationServer, expected, "None is needed.", CheckOutcome.Note, Fixer.Provider, null),
            { Problem: { } problem } => Fail(CheckName.ApplicationServer, expected, problem, Fixer.Provider),
            { } server => Pass(CheckName.ApplicationServer, expected, $"{server.Name} answers.", Fixer.Provider),
        };
    }

    internal static EligibilityCheck Pass(string name, string expected, string found, Fixer fixer) => new(name, expected, found, CheckOutcome.Pass, fixer, null);

    internal static EligibilityCheck Fail(string name, string expected, Problem problem, Fixer fixer) =>
        new(name, expected, problem.Meaning, CheckOutcome.Fail, fixer, problem);

    internal static EligibilityCheck NotChecked(string name, string expected, Fixer fixer) =>
        new(name, expected, "Something before it is missing.", CheckOutcome.NotChecked, fixer, null);
}
