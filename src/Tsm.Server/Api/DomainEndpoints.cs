using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Providers' security domains on cards: new keys for one, and what moves into one.</summary>
internal static class DomainEndpoints
{
    public static void MapDomains(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder domains = routes.MapGroup("/cards/{card}/domains/{provider}").WithTags("Cards");
        domains.MapPost("/rotate-keys", RotateAsync)
            .WithName("RotateDomainKeys")
            .WithSummary("Gives a provider's security domain new keys: put, proven, and the old ones retired")
            .Produces<JobDetails>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        domains.MapPost("/extradite", ExtraditeAsync)
            .WithName("Extradite")
            .WithSummary("Moves an application or a load file from the issuer's domain into a provider's")
            .Produces<JobDetails>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        domains.MapPost("/hand-over", KeyHandOvers.HandOverAsync)
            .WithName("HandOverDomainKeys")
            .WithSummary("Hands the keys of a domain to its provider, who manages it by itself: sealed by HPKE for the provider's public key")
            .Produces<DomainKeysHandedOver>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .AlsoFor(Role.Provider);
    }

    private static async Task<IResult> RotateAsync(
        string card,
        string provider,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        Lookup lookup,
        CardStates states,
        CardAsker asker,
        JobView view,
        CancellationToken cancellationToken)
    {
        if (RequestForms.KeyFault(idempotencyKey) is { } wrong)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(wrong, "Correct the request; nothing was done."));
        }

        if (await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key
            || await states.FindAsync(key, cancellationToken) is not { } found)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(card));
        }

        if (found.State.SecurityDomains.FirstOrDefault(d => string.Equals(d.Provider, provider, StringComparison.Ordinal)) is not { } domain)
        {
            return ApiProblems.Result(NoDomain(provider, found.State.Iccid));
        }

        if (domain.Mode == ContractMode.Authorized)
        {
            return ApiProblems.Result(ContractProblems.DomainIsTheirs(domain));
        }

        ServiceOrder order = new() { Provider = provider, Domain = new(domain.Aid, domain.Tar, domain.Mode, domain.RemoveWhenEmpty) };
        return await AskAsync(
            card, new("", Operation.RotateKeys, null, null, null, false, default, default, caller.Actor, order), idempotencyKey, caller, asker, view, cancellationToken);
    }

    private static async Task<IResult> ExtraditeAsync(
        string card,
        string provider,
        ExtraditionRequest body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        Lookup lookup,
        CardStates states,
        IBooks books,
        TimeProvider time,
        CardAsker asker,
        JobView view,
        CancellationToken cancellationToken)
    {
        if (RequestForms.KeyFault(idempotencyKey) is { } wrong)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(wrong, "Correct the request; nothing was done."));
        }

        (CatalogueApplication? application, Problem? problem) = await lookup.ApplicationAsync(caller.Tenant, body.Application, cancellationToken);
        Aid? instance = null;
        if (application is null)
        {
            return ApiProblems.Result(problem!);
        }

        if (body.Instance is not null)
        {
            if (!Aid.TryParse(body.Instance, out Aid named, out string fault))
            {
                return ApiProblems.Result(ApiProblems.RequestInvalid($"instance: {fault}", "Correct the request; nothing was done."));
            }

            instance = named;
        }

        if (await books.FindAsync<Provider>(caller.Tenant, provider, cancellationToken) is not { Document: var known })
        {
            return ApiProblems.Result(ProviderProblems.Unknown(provider));
        }

        IReadOnlyList<BookEntry<Contract>> contracts = await books.ListAsync<Contract>(caller.Tenant, provider, cancellationToken);
        Contract[] holding = [.. contracts.Select(c => c.Document).Where(c => c.HoldsAt(time.GetUtcNow())).OrderByDescending(c => c.From).ThenBy(c => c.Id, StringComparer.Ordinal)];
        if (holding.Length == 0)
        {
            return ApiProblems.Result(ContractProblems.NoneHolds(provider));
        }

        // A domain keeps the mode in which it was made; one that is to be made has that of the contracts, and there must be no doubt about it.
        CardDomain? there = await lookup.CardAsync(caller.Tenant, card, cancellationToken) is GrainKey key
            && await states.FindAsync(key, cancellationToken) is { State: { } state }
                ? state.SecurityDomains.FirstOrDefault(d => string.Equals(d.Provider, provider, StringComparison.Ordinal))
                : null;
        if (there is null && holding.Any(c => c.Mode != holding[0].Mode))
        {
            return ApiProblems.Result(ModeUnclear(provider, holding));
        }

        Contract contract = holding.FirstOrDefault(c => c.Mode == there?.Mode) ?? holding[0];
        ServiceOrder order = new()
        {
            Provider = provider,
            Contract = contract.Id,
            Domain = there is null
                ? new(known.DomainAid, known.DomainTar, contract.Mode, contract.RemoveDomainWhenEmpty)
                : new(there.Aid, there.Tar, there.Mode, there.RemoveWhenEmpty),
        };
        return await AskAsync(
            card, new("", Operation.Extradite, application.Id, null, instance, false, default, default, caller.Actor, order), idempotencyKey, caller, asker, view, cancellationToken);
    }

    private static async Task<IResult> AskAsync(
        string card, EnqueueJob command, string? idempotencyKey, Caller caller, CardAsker asker, JobView view, CancellationToken cancellationToken)
    {
        // A job does not remember its provider: the key does.
        string? key = idempotencyKey is null ? null : $"{command.Operation}|{command.Order!.Provider}|{idempotencyKey}";
        CardOutcome outcome = (await asker.AskAsync(caller.Tenant, [card], command, key, cancellationToken))[0];
        if (outcome.Job is not { } job)
        {
            return ApiProblems.Result(outcome.Problem!);
        }

        IReadOnlyList<CatalogueApplication> applications = await view.ApplicationsAsync(caller.Tenant, [job], cancellationToken);
        return Results.Accepted($"/api/v1/jobs/{job.Id}", JobView.Shown(job, applications));
    }

    private static Problem ModeUnclear(string provider, IEnumerable<Contract> holding) => new(
        "contract",
        "MODE_UNCLEAR",
        "Mode unclear",
        $"The card has no domain of {provider} yet, and the provider's contracts say different modes for it.",
        "A domain keeps the mode in which it was made, and an extradition names no service whose contract would decide.",
        "Deploy a service of the provider first, which makes the domain, or end the contracts of the other modes.",
        [.. holding.Select(c => $"contract {c.Id}: {c.Mode.ToString().ToLowerInvariant()}")]);

    internal static Problem NoDomain(string provider, string iccid) => ApiProblems.Of(
        "DOMAIN_UNKNOWN",
        "No such domain",
        $"Card {iccid} has no security domain of provider '{provider}'.",
        "Nothing of the provider was deployed to this card, or its last application was terminated.",
        "Deploy a service of the provider first; GET /api/v1/cards/{card} lists the domains.");
}
