using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Tsm.Application.Applications;
using Tsm.Application.ApplicationServers;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Card.Encoding;

namespace Tsm.Application.Requests;

/// <summary>Collects what the jobs of a request are made of: declared things, and secrets that stay sealed but for a moment.</summary>
public sealed class RequestMaterials(IServiceBook book, ICatalogueStore catalogue, ICardReads cards, IAllocations allocations, IKeyVault vault)
{
    /// <summary>What the application server of a request is asked for.</summary>
    public async Task<Allocation> AllocationAsync(ServiceRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Service service = await book.FindServiceAsync(request.Tenant, request.Service!, cancellationToken)
            ?? throw new InvalidOperationException($"Service {request.Service} is gone.");
        ServiceVersion version = service.Versions.First(v => v.Version == request.Version);
        CardRow? card = await cards.FindAsync(request.Card!.Value, cancellationToken);
        return new(
            request.Tenant,
            request.Id,
            service.ApplicationServer!,
            service.Id,
            request.Card.Value,
            request.Iccid!,
            request.OperationGiven,
            request.Msisdn ?? card?.Msisdn ?? "",
            string.Join(',', ServiceTemplates.Allocated(version)),
            AllocationState.Asked,
            null,
            null,
            default,
            now);
    }

    /// <summary>Collects it, or says what is missing.</summary>
    public async Task<(RequestMaterial? Material, Problem? Problem)> CollectAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Service? service = await book.FindServiceAsync(request.Tenant, request.Service!, cancellationToken);
        ServiceVersion? version = service?.Find(request.Version!);
        ServicePlan? plan = version is null ? null : await book.PlanAsync(request.Tenant, service!, version, cancellationToken);
        CardRow? card = await cards.FindAsync(request.Card!.Value, cancellationToken);
        CardModel? model = card is null
            ? null
            : (await catalogue.ModelsAsync(request.Tenant, cancellationToken)).FirstOrDefault(m => m.Name == card.Model);
        if (plan is null || card is null || model is null)
        {
            return (null, RequestProblems.ServiceUnknown(request.Identifier));
        }

        Contract? contract = request.Contract is { } id ? await book.FindContractAsync(request.Tenant, id, cancellationToken) : null;
        (Octets personalisation, Octets parameters, Problem? problem) = await FillAsync(request, version!, card, cancellationToken);
        return problem is not null
            ? (null, problem)
            : (new(
                request,
                plan.Provider,
                contract,
                version!,
                request.Plan?.Replaces is { } old ? service!.Find(old) : null,
                request.Plan is { Removes: { IsEmpty: false } removes } ? await OldLibrariesAsync(request.Tenant, removes, cancellationToken) : [],
                [.. plan.Libraries.Where(l => !CardSpace.IsBuiltIn(l, model))],
                personalisation,
                parameters), null);
    }

    private async Task<ImmutableArray<CatalogueApplication>> OldLibrariesAsync(string tenant, ImmutableArray<string> ids, CancellationToken cancellationToken) =>
        [.. (await catalogue.ApplicationsAsync(tenant, ids, cancellationToken)).OrderBy(a => ids.IndexOf(a.Id))];

    private async Task<(Octets Personalisation, Octets Parameters, Problem? Problem)> FillAsync(
        ServiceRequest request, ServiceVersion version, CardRow card, CancellationToken cancellationToken)
    {
        bool personalises = request.Plan is { Personalises: true };
        bool takesParameters = Eligibility.Brings(request.Operation) && version.Parameters.Length > 0;
        if (!personalises && !takesParameters)
        {
            return default;
        }

        (PersonalisationValues? values, Problem? problem) = await ValuesAsync(request, cancellationToken);
        if (values is null)
        {
            return (default, default, problem);
        }

        using (values)
        {
            var facts = new CardFacts(card.Iccid, card.Msisdn);
            Octets sealedParameters = default;
            if (takesParameters)
            {
                if (!PersonalisationRenderer.TryRenderParameters(version.Parameters, values, facts, out byte[]? parameters, out problem))
                {
                    return (default, default, problem);
                }

                sealedParameters = Seal(request, parameters);
            }

            if (!personalises)
            {
                return (default, sealedParameters, null);
            }

            if (!PersonalisationRenderer.TryRender(version.Personalisation, values, facts, out byte[]? data, out problem))
            {
                return (default, default, problem);
            }

            return (Seal(request, data), sealedParameters, null);
        }
    }

    private Octets Seal(ServiceRequest request, byte[] data)
    {
        Octets secret = vault.Seal(request.Card!.Value, data);
        CryptographicOperations.ZeroMemory(data);
        return secret;
    }

    /// <summary>What was allocated, opened for the moment of its use.</summary>
    private async Task<(PersonalisationValues? Values, Problem? Problem)> ValuesAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        if (request.Plan is not { Allocates: true }
            || await allocations.FindAsync(request.Tenant, request.Id, cancellationToken) is not { Values.IsEmpty: false } allocation)
        {
            return (new(), null);
        }

        byte[] opened = vault.Unseal(allocation.Card, allocation.Values);
        try
        {
            PersonalisationValues.TryRead(
                JsonSerializer.Deserialize(opened, AllocationJson.Default.DictionaryStringString) ?? [], out PersonalisationValues? values, out Problem? problem);
            return (values, problem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }
}
