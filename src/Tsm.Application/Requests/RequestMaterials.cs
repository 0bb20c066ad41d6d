using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Tsm.Application.ApplicationServers;
using Tsm.Application.Applications;
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
            string.Join(',', Personalisation.Foreign(version.Personalisation, version.Parameters)),
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
        Provider? provider = service is null ? null : await book.FindProviderAsync(request.Tenant, service.Provider, cancellationToken);
        ServiceVersion? version = service?.Versions.FirstOrDefault(v => v.Version == request.Version);
        CardRow? card = await cards.FindAsync(request.Card!.Value, cancellationToken);
        CardModel? model = card is null
            ? null
            : (await catalogue.ModelsAsync(request.Tenant, cancellationToken)).FirstOrDefault(m => m.Name == card.Model);
        if (service is null || provider is null || version is null || card is null || model is null)
        {
            return (null, RequestProblems.ServiceUnknown(request.Identifier));
        }

        Contract? contract = request.Contract is { } id ? await book.FindContractAsync(request.Tenant, id, cancellationToken) : null;
        IReadOnlyList<CatalogueApplication> libraries = version.Libraries.IsDefaultOrEmpty
            ? []
            : await catalogue.ApplicationsAsync(request.Tenant, [.. version.Libraries], cancellationToken);
        (Octets personalisation, Octets parameters, string? problem) = await FillAsync(request, version, card, cancellationToken);
        return problem is not null
            ? (null, RequestProblems.PersonalisationInvalid(problem))
            : (new(
                request,
                provider,
                contract,
                version,
                request.Plan?.Replaces is { } old ? service.Versions.FirstOrDefault(v => v.Version == old) : null,
                CardSpace.Libraries(version, model, libraries),
                personalisation,
                parameters), null);
    }

    private async Task<(Octets Personalisation, Octets Parameters, string? Problem)> FillAsync(
        ServiceRequest request, ServiceVersion version, CardRow card, CancellationToken cancellationToken)
    {
        bool personalises = request.Plan is { Personalises: true };
        bool takesParameters = Eligibility.Brings(request.Operation) && version.Parameters.Length > 0;
        if (!personalises && !takesParameters)
        {
            return default;
        }

        Dictionary<string, string> values = Personalisation.CardValues(card.Iccid, card.Msisdn);
        if (request.Plan is { Allocates: true }
            && await allocations.FindAsync(request.Tenant, request.Id, cancellationToken) is { Values.IsEmpty: false } allocation)
        {
            byte[] opened = vault.Unseal(allocation.Card, allocation.Values);
            foreach ((string name, string value) in JsonSerializer.Deserialize(opened, AllocationJson.Default.DictionaryStringString) ?? [])
            {
                values[name] = value;
            }

            CryptographicOperations.ZeroMemory(opened);
        }

        byte[]? parameters = [];
        if (takesParameters && !Personalisation.TryRender(version.Parameters, values, out parameters, out string fault))
        {
            return (default, default, fault);
        }

        if (!personalises)
        {
            return (default, Octets.Own(parameters!), null);
        }

        if (!Personalisation.TryRender(version.Personalisation, values, out byte[]? data, out string problem))
        {
            return (default, default, problem);
        }

        Octets sealedData = vault.Seal(request.Card!.Value, data);
        CryptographicOperations.ZeroMemory(data);
        return (sealedData, Octets.Own(parameters!), null);
    }
}
