using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Which operation each side may ask for, and which is legal in which state of a service on a card.</summary>
public static class OperationRules
{
    private const string Expected = "The operation is known, allowed to who asks, and legal in the present state.";

    /// <summary>The operation of a name, whatever its case; null when nobody knows it.</summary>
    public static ServiceOperation? Read(string name) => Enum.GetValues<ServiceOperation>()
        .Cast<ServiceOperation?>()
        .FirstOrDefault(o => string.Equals(o.ToString(), name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The name of an operation as requests and people write it.</summary>
    public static string Word(ServiceOperation operation)
    {
        string name = operation.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>Whether a side may ask for an operation at all.</summary>
    public static bool Allows(RequestOrigin origin, ServiceOperation operation) => origin switch
    {
        RequestOrigin.Operator or RequestOrigin.Provider => true,
        RequestOrigin.CustomerService => operation is ServiceOperation.Suspend or ServiceOperation.Resume or ServiceOperation.Terminate,
        RequestOrigin.Policy => operation is not ServiceOperation.RotateKeys,
        _ => operation is not (ServiceOperation.Personalise or ServiceOperation.RotateKeys),
    };

    /// <summary>Checks an operation against who asks and the state that will be when what waits is done.</summary>
    public static EligibilityCheck Check(EligibilityFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Operation is not { } operation)
        {
            return Fail(RequestProblems.OperationUnknown(facts.OperationGiven));
        }

        if (!Allows(facts.Origin, operation))
        {
            return Fail(RequestProblems.OperationNotForSide(operation, facts.Origin));
        }

        if (facts.Card is null || facts.Service is null)
        {
            return Eligibility.NotChecked(CheckName.Operation, Expected, Fixer.Provider);
        }

        ServiceInstanceRow? there = facts.Instance;
        InstanceState state = there?.Wanted ?? InstanceState.Absent;
        Problem? problem = state == InstanceState.Absent
            ? WhenAbsent(operation, there)
            : Illegal(operation, state) ?? OtherVersion(facts, operation) ?? (Lifts(facts, operation, state) ? NotTheirs(facts) : null);
        return problem is null
            ? Eligibility.Pass(CheckName.Operation, Expected, $"{operation} is legal: the service is {Name(state)}.", Fixer.Provider)
            : Fail(problem);
    }

    /// <summary>A state in words.</summary>
    public static string Name(InstanceState state) => state switch
    {
        InstanceState.Absent => "not on the card",
        InstanceState.Installed => "installed",
        InstanceState.Personalised => "personalised",
        InstanceState.Active => "active",
        _ => "suspended",
    };

    /// <summary>The state that proves an operation done; several where more than one does.</summary>
    public static bool Proves(ServiceOperation operation, InstanceState state) => operation switch
    {
        ServiceOperation.Download => state is not InstanceState.Absent,
        ServiceOperation.Personalise => state is InstanceState.Personalised or InstanceState.Active,
        ServiceOperation.Suspend => state == InstanceState.Suspended,
        ServiceOperation.Terminate => state == InstanceState.Absent,
        ServiceOperation.Upgrade => state is not InstanceState.Absent,
        ServiceOperation.RotateKeys => false,
        _ => state == InstanceState.Active,
    };

    private static Problem? WhenAbsent(ServiceOperation operation, ServiceInstanceRow? there) => operation switch
    {
        ServiceOperation.Download or ServiceOperation.Deploy or ServiceOperation.Terminate => null,
        _ => there is null ? RequestProblems.ServiceNotOnCard(operation) : RequestProblems.ServiceTerminated(operation),
    };

    // Suspend twice is success, and so is what is reached already.
    private static Problem? Illegal(ServiceOperation operation, InstanceState state) => (operation, state) switch
    {
        (ServiceOperation.Suspend, InstanceState.Installed or InstanceState.Personalised) =>
            RequestProblems.OperationIllegal(operation, Name(state), "Activate it first, or terminate it."),
        (ServiceOperation.Resume, not InstanceState.Suspended) =>
            RequestProblems.OperationIllegal(operation, Name(state), "Nothing needs to be done; audit the card if you doubt it."),
        (ServiceOperation.Activate or ServiceOperation.Deploy or ServiceOperation.Personalise, InstanceState.Suspended) =>
            RequestProblems.OperationIllegal(operation, Name(state), "Resume it instead."),
        (ServiceOperation.Upgrade, InstanceState.Suspended) =>
            RequestProblems.OperationIllegal(operation, Name(state), "Resume it first."),
        _ => null,
    };

    private static Problem? OtherVersion(EligibilityFacts facts, ServiceOperation operation) =>
        operation is ServiceOperation.Download or ServiceOperation.Deploy && facts is { VersionGiven: { } given, Instance: { } there } && given != there.Version
            ? RequestProblems.OperationIllegal(operation, $"on the card in version {there.Version}", "Ask for an upgrade.")
            : null;

    /// <summary>Whether it takes a suspension away. The user could terminate and download anew what others have suspended.</summary>
    private static bool Lifts(EligibilityFacts facts, ServiceOperation operation, InstanceState state) =>
        operation == ServiceOperation.Resume
        || (operation == ServiceOperation.Terminate && state == InstanceState.Suspended && facts.Origin is RequestOrigin.Card or RequestOrigin.Phone);

    private static Problem? NotTheirs(EligibilityFacts facts)
    {
        // Customer service acts for the carrier.
        if (facts.Origin is RequestOrigin.Operator or RequestOrigin.CustomerService)
        {
            return null;
        }

        // What nobody is known to hold, the carrier holds.
        Holder asker = Holder.Of(facts.Origin, facts.Requester);
        bool isUser = facts.Origin is RequestOrigin.Card or RequestOrigin.Phone;
        Holder? other = (facts.Holders.IsEmpty ? [Holder.Carrier] : facts.Holders)
            .FirstOrDefault(h => h != asker && !(isUser && h.Origin is RequestOrigin.Card or RequestOrigin.Phone));
        return other is null ? null : RequestProblems.SuspendedByAnother(other.Origin);
    }

    private static EligibilityCheck Fail(Problem problem) => Eligibility.Fail(CheckName.Operation, Expected, problem, Fixer.Provider);
}
