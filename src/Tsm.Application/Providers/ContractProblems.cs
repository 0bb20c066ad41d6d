using System.Collections.Immutable;
using System.Globalization;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Providers;

/// <summary>Why no contract covers a request; the evidence says what was expected and what was found.</summary>
public static class ContractProblems
{
    private const string Layer = "contract";

    /// <summary>No contract names the service.</summary>
    public static Problem None(string service) => Of(
        "CONTRACT_NONE",
        "No contract",
        $"The provider has no contract for service {service}.",
        "None was made, or those there are name other services.",
        "Let the carrier make a contract that names the service.",
        $"a contract for service {service}",
        "none");

    /// <summary>None of the provider's contracts holds now.</summary>
    public static Problem NoneHolds(string provider) => Of(
        "CONTRACT_NONE",
        "No contract",
        $"Provider {provider} has no contract that holds now.",
        "None was made, or those there are have ended or have not begun.",
        "Make a contract with POST /api/v1/contracts.",
        "a contract that holds now",
        "none");

    /// <summary>The contract does not hold at this time.</summary>
    public static Problem Expired(Contract contract, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return contract.From > now
            ? Of(
                "CONTRACT_NOT_BEGUN",
                "Contract not begun",
                $"Contract {contract.Id} holds from {Time(contract.From)} on.",
                "The request came before the contract begins.",
                "Send the request again when it holds, or let the carrier make another contract.",
                $"a time from {Time(contract.From)} on",
                Time(now))
            : Of(
                "CONTRACT_EXPIRED",
                "Contract expired",
                $"Contract {contract.Id} has ended.",
                contract.EndedAt is null ? "Its time has run out." : "The carrier has ended it.",
                "Let the carrier make a new contract.",
                $"a time before {Time(contract.EndedAt is { } ended && (contract.Until is not { } until || ended < until) ? ended : contract.Until)}",
                Time(now));
    }

    /// <summary>The contract is for other card models.</summary>
    public static Problem CardModelNotCovered(Contract contract, string cardModel)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return Of(
            "CARD_MODEL_NOT_COVERED",
            "Card model not covered",
            $"Contract {contract.Id} does not cover cards of model {cardModel}.",
            "The contract names the card models it is for.",
            "Let the carrier add the card model to the contract.",
            $"one of {string.Join(", ", contract.CardModels)}",
            cardModel);
    }

    /// <summary>The contract does not allow the operation.</summary>
    public static Problem OperationNotAllowed(Contract contract, ServiceOperation operation)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return Of(
            "OPERATION_NOT_ALLOWED",
            "Operation not allowed",
            $"Contract {contract.Id} does not allow the provider to ask for this operation ({Word(operation)}).",
            "The contract names the operations that the provider may ask for.",
            "Let the carrier do it, or let it add the operation to the contract.",
            $"one of {string.Join(", ", contract.Operations.Select(Word))}",
            Word(operation));
    }

    /// <summary>The provider does the operation by itself.</summary>
    public static Problem ModeWrong(Contract contract, ServiceOperation operation)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return Of(
            "MODE_WRONG",
            "Mode wrong",
            $"Under contract {contract.Id} the provider manages its security domain by itself; this operation ({Word(operation)}) is its own.",
            "The mode of the contract is authorized: the domain's keys are the provider's alone, and the server cannot act for it.",
            "Do it over your own bearer with your own keys, or let the carrier change the mode of the contract.",
            "a contract of mode simple or delegated",
            "authorized");
    }

    /// <summary>The domain on the card was made in the authorized mode, whatever the contract says by now.</summary>
    public static Problem DomainIsTheirs(CardDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return Of(
            "MODE_WRONG",
            "Mode wrong",
            $"Security domain {domain.Aid} was made in the authorized mode: what is done under its keys, and replacing them, is for {domain.Provider}.",
            "The provider commands it with keys of its own; new ones of the server would lock it out, and those that the server knows may be dead.",
            "Have the provider do it, or make a simple or delegated contract and have the domain made anew.",
            "a domain that was made in the mode simple or delegated",
            "authorized");
    }

    /// <summary>There are as many instances as agreed on.</summary>
    public static Problem QuotaReached(Contract contract, int quota, int count)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return Of(
            "QUOTA_REACHED",
            "Quota reached",
            $"Contract {contract.Id} allows {quota} instances at one time.",
            "So many are on cards or on their way there.",
            "Terminate some that are not needed, or let the carrier raise the quota.",
            string.Create(CultureInfo.InvariantCulture, $"fewer than {quota} instances"),
            count.ToString(CultureInfo.InvariantCulture));
    }

    private static Problem Of(string code, string name, string meaning, string cause, string next, string expected, string found) =>
        new(Layer, code, name, meaning, cause, next, ImmutableArray.Create($"Expected: {expected}.", $"Found: {found}."));

    private static string Word(ServiceOperation operation) => $"{char.ToLowerInvariant(operation.ToString()[0])}{operation.ToString()[1..]}";

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
