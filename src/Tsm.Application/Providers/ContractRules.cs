using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Providers;

/// <summary>Which contract covers a request of a provider, or which check the nearest one fails.</summary>
public static class ContractRules
{
    /// <summary>Whether an operation needs room in the quota: it brings an instance that is not there yet.</summary>
    public static bool NeedsRoom(ServiceOperation operation) => operation is ServiceOperation.Download or ServiceOperation.Deploy;

    /// <summary>
    /// Whether a provider who manages by itself does an operation with its own keys over its own bearer. What is left to the
    /// server is what only the issuer's domain can do: to create the domain and load into it at first, to lock, unlock and delete.
    /// </summary>
    public static bool IsProvidersOwn(ServiceOperation operation) => operation is
        ServiceOperation.Personalise or ServiceOperation.Activate or ServiceOperation.Deploy or ServiceOperation.Upgrade or ServiceOperation.RotateKeys;

    /// <summary>Decides for a provider whose contracts have as many instances each as there are in all.</summary>
    /// <param name="instancesNow">Instances on cards or on their way there.</param>
    public static ContractDecision Decide(
        IReadOnlyList<Contract> contracts, string service, string cardModel, ServiceOperation operation, int instancesNow, DateTimeOffset now) =>
        Decide(contracts, service, cardModel, operation, _ => instancesNow, now);

    /// <summary>Decides among the contracts of one provider, whatever their order.</summary>
    /// <param name="instancesNow">Instances under a contract that are on cards or on their way there.</param>
    public static ContractDecision Decide(
        IReadOnlyList<Contract> contracts,
        string service,
        string cardModel,
        ServiceOperation operation,
        Func<Contract, int> instancesNow,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(contracts);
        ArgumentNullException.ThrowIfNull(instancesNow);
        ContractDecision nearest = new(null, ContractProblems.None(service), 0);

        // The newest that covers it; what two contracts cover alike is counted to the one that began last.
        foreach (Contract contract in contracts.OrderByDescending(c => c.From).ThenBy(c => c.Id, StringComparer.Ordinal))
        {
            ContractDecision decision = Check(contract, service, cardModel, operation, instancesNow, now);
            if (decision.IsCovered)
            {
                return decision;
            }

            nearest = decision.Passed > nearest.Passed ? decision : nearest;
        }

        return nearest;
    }

    private static ContractDecision Check(
        Contract contract, string service, string cardModel, ServiceOperation operation, Func<Contract, int> instancesNow, DateTimeOffset now)
    {
        if (!contract.Services.IsDefaultOrEmpty && !contract.Services.Contains(service, StringComparer.Ordinal))
        {
            return new(null, ContractProblems.None(service), 0);
        }

        if (!contract.HoldsAt(now))
        {
            return new(null, ContractProblems.Expired(contract, now), 1);
        }

        if (!contract.Covers(service, cardModel))
        {
            return new(null, ContractProblems.CardModelNotCovered(contract, cardModel), 2);
        }

        if (!contract.Allows(operation))
        {
            return new(null, ContractProblems.OperationNotAllowed(contract, operation), 3);
        }

        if (contract.Mode == ContractMode.Authorized && IsProvidersOwn(operation))
        {
            return new(null, ContractProblems.ModeWrong(contract, operation), 4);
        }

        if (contract.Quota is { } quota && NeedsRoom(operation) && instancesNow(contract) is var count && count >= quota)
        {
            return new(null, ContractProblems.QuotaReached(contract, quota, count), 5);
        }

        return new(contract, null, 6);
    }
}

/// <summary>The contract that covers a request, or why none does.</summary>
/// <param name="Contract">The contract; null when none covers it.</param>
/// <param name="Problem">The check that the nearest contract fails, with what was expected and what was found.</param>
/// <param name="Passed">How many checks were passed.</param>
public sealed record ContractDecision(Contract? Contract, Problem? Problem, int Passed)
{
    /// <summary>Whether a contract covers it.</summary>
    [MemberNotNullWhen(true, nameof(Contract))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsCovered => Contract is not null;
}
