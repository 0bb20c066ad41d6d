using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Gathers what an eligibility rests on, and checks it. It changes nothing.</summary>
public sealed class EligibilityDesk(
    INumbers numbers,
    IAliasIndex aliases,
    CardStates states,
    ICatalogueStore catalogue,
    IServiceInstances instances,
    IServiceBook book,
    IApplicationServers servers)
{
    /// <summary>Checks a request; answers it with what was found, its report and its plan.</summary>
    public async Task<ServiceRequest> CheckAsync(ServiceRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        (EligibilityFacts facts, Service? service, RequestPlan? plan) = await GatherAsync(request, now, cancellationToken);
        EligibilityReport report = Eligibility.Check(facts);

        // Nobody is asked for what will be refused anyhow.
        if (report.Eligible && plan is { Allocates: true })
        {
            string server = service!.ApplicationServer ?? "";
            ServerFacts found = new(
                server,
                server.Length == 0
                    ? RequestProblems.PersonalisationInvalid($"Version {facts.Version!.Version} of {service.Name} needs values that nobody allocates.")
                    : await servers.AskStatusAsync(request.Tenant, server, service.Id, cancellationToken));
            report = Eligibility.Check(facts with { Server = found });
        }

        return request with
        {
            Card = facts.Card?.Card ?? request.Card,
            Iccid = facts.Card?.Iccid ?? request.Iccid,
            Service = service?.Id,
            Provider = service?.Provider,
            Version = facts.Version?.Version ?? request.Version,
            Contract = facts.Contract.Contract?.Id,
            Plan = plan,
            Eligibility = report,
        };
    }

    private async Task<(EligibilityFacts Facts, Service? Service, RequestPlan? Plan)> GatherAsync(
        ServiceRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (NumberFacts number, GrainKey? key) = await NumberAsync(request, cancellationToken);
        Service? service = await book.ResolveServiceAsync(request.Tenant, request.Origin, request.Identifier, cancellationToken);
        bool isForeign = request.Origin == RequestOrigin.Provider && service is not null && service.Provider != request.Requester;

        // Nothing is looked at that only another's service could show.
        service = isForeign ? null : service;
        var facts = new EligibilityFacts
        {
            Origin = request.Origin,
            Requester = request.Requester,
            Identifier = request.Identifier,
            OperationGiven = request.OperationGiven,
            Operation = request.Operation,
            VersionGiven = request.Version,
            Number = number,
            Service = service,
            IsForeign = isForeign,
        };
        if (key is not { } found || await states.FindAsync(found, cancellationToken) is not var (state, keys))
        {
            return (facts with { Version = service?.Current }, service, null);
        }

        IReadOnlyList<CatalogueApplication> applications = await catalogue.ApplicationsAsync(
            request.Tenant, [.. state.Contents.Select(c => c.Application).OfType<string>().Distinct(StringComparer.Ordinal)], cancellationToken);
        CardModel? model = (await catalogue.ModelsAsync(request.Tenant, cancellationToken)).FirstOrDefault(m => m.Name == state.Model);
        Provider? provider = service is null ? null : await book.FindProviderAsync(request.Tenant, service.Provider, cancellationToken);
        facts = facts with
        {
            Card = new(
                found,
                state.Iccid,
                state.Msisdn,
                state.Model,
                keys.Length > 0,
                CardSpace.Free(state, model, applications),
                provider is null ? null : CardSpace.HasDomain(state, provider.DomainAid)),
        };
        return service is null || request.Operation is not { } operation
            ? (facts with { Version = service?.Current }, service, null)
            : await WithServiceAsync(facts, request, service, operation, state, model, now, cancellationToken);
    }

    private async Task<(EligibilityFacts Facts, Service? Service, RequestPlan? Plan)> WithServiceAsync(
        EligibilityFacts facts,
        ServiceRequest request,
        Service service,
        ServiceOperation operation,
        CardState state,
        CardModel? model,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        GrainKey card = facts.Card!.Card;
        ServiceInstanceRow? there = await instances.NewestAsync(card, service.Id, cancellationToken);
        ServiceVersion? version = Version(service, operation, there, request.Version);
        ServicePlan? made = version is null ? null : await book.PlanAsync(request.Tenant, service, version, cancellationToken);
        (UpgradePlan? upgrade, Problem? problem, IReadOnlyList<CatalogueApplication>? going) = operation == ServiceOperation.Upgrade && there is { Wanted: not InstanceState.Absent } && version is not null
            ? await UpgradeAsync(request.Tenant, service, there.Version, version.Version, cancellationToken)
            : default;
        facts = facts with
        {
            Instance = there,
            Holders = Holders(state, service),

            // What rules bring to a card comes from the card that the subscriber had before.
            Contract = ContractRules.IsProvidersOwn(operation) && state.SecurityDomains.FirstOrDefault(d => d.Provider == service.Provider) is { Mode: ContractMode.Authorized } theirs
                ? new(null, ContractProblems.DomainIsTheirs(theirs))
                : await book.DecideAsync(
                    request.Tenant, service, state.Model, operation, isMove: request.Origin == RequestOrigin.Policy, now, cancellationToken),
            Version = version,
            UpgradeProblem = problem,
            Compatibility = model is null ? null : made?.Check(model),
            MemoryNeeded = made is null || model is null ? 0 : CardSpace.Needed(state, made, model, going ?? []),
        };
        return (facts, service, version is null ? null : Plan(operation, version, there, upgrade) with { Room = facts.Contract.Room });
    }

    private async Task<(UpgradePlan? Plan, Problem? Problem, IReadOnlyList<CatalogueApplication> Going)> UpgradeAsync(
        string tenant, Service service, string from, string to, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogueApplication> applications = await catalogue.ApplicationsAsync(tenant, cancellationToken);
        return UpgradePlan.TryDecide(service, from, to, applications, out UpgradePlan? plan, out Problem? problem)
            ? (plan, null, [.. applications.Where(a => plan.Removes.Append(service.Find(from)!.Application).Contains(a.Id, StringComparer.Ordinal))])
            : (null, problem, []);
    }

    /// <summary>Who has suspended it, and who will have when what waits is done.</summary>
    private static ImmutableArray<Holder> Holders(CardState card, Service service) =>
        card.Services.FirstOrDefault(s => string.Equals(s.Service, service.Id, StringComparison.Ordinal)) is { } entry
            ? [
                .. entry.Holders
                    .Concat(card.Jobs.Where(j => j.Operation == Operation.Suspend && j.Instance == entry.Instance).Select(j => j.Order?.By ?? Holder.Carrier))
                    .Distinct(),
            ]
            : [];

    private static ServiceVersion? Version(Service service, ServiceOperation operation, ServiceInstanceRow? there, string? given)
    {
        ServiceVersion? Named(string? name) => service.Versions.FirstOrDefault(v => v.Version == name);
        bool isThere = there is { Wanted: not InstanceState.Absent };

        // What is on the card is dealt with in the version that is there, approved or not any more.
        return operation != ServiceOperation.Upgrade && isThere && Named(there!.Version) is { } installed ? installed
            : given is null ? service.Current
            : Named(given) is { ApprovedAt: not null } approved ? approved
            : null;
    }

    private static RequestPlan Plan(ServiceOperation operation, ServiceVersion version, ServiceInstanceRow? there, UpgradePlan? upgrade)
    {
        InstanceState state = there?.Wanted ?? InstanceState.Absent;
        bool isFresh = state is InstanceState.Absent or InstanceState.Installed;
        bool personalises = !version.Personalisation.IsDefaultOrEmpty && operation switch
        {
            ServiceOperation.Personalise => true,
            ServiceOperation.Upgrade => upgrade is { Personalises: true },
            ServiceOperation.Download or ServiceOperation.Deploy => isFresh,
            ServiceOperation.Activate => state == InstanceState.Installed,
            _ => false,
        };
        bool hasParameters = Eligibility.Brings(operation)
            && ServiceTemplates.Allocated(version with { Personalisation = [] }).Count > 0
            && (operation == ServiceOperation.Upgrade || state == InstanceState.Absent);
        return new(
            hasParameters || (personalises && ServiceTemplates.Allocated(version with { Parameters = "" }).Count > 0),
            personalises,
            operation == ServiceOperation.Deploy || (operation == ServiceOperation.Upgrade && state == InstanceState.Active),
            operation == ServiceOperation.Upgrade ? there?.Version : null)
        {
            KeepsData = upgrade is { KeepsData: true },
            Removes = upgrade?.Removes ?? [],
        };
    }

    private async Task<(NumberFacts Number, GrainKey? Card)> NumberAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        GrainKey? named = request.Card
            ?? (request.Iccid is { } iccid ? await aliases.FindAsync(request.Tenant, "iccid", iccid, request.CreatedAt, cancellationToken) : null);
        if (request.Msisdn is not { } msisdn)
        {
            return (new(null, NumberStanding.InService, request.Sender, request.Iccid, named), named);
        }

        (NumberStanding standing, GrainKey? holder) = await numbers.FindAsync(request.Tenant, msisdn, request.CreatedAt, cancellationToken);
        bool isCardNamed = request.Card is not null || request.Iccid is not null;
        return (new(msisdn, standing, request.Sender, request.Iccid, holder), isCardNamed ? named : holder);
    }
}
