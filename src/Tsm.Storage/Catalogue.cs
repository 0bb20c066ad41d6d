using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;

namespace Tsm.Storage;

/// <summary>
/// The catalogue in memory, in front of the stored one. What is written through it is seen by the next turn. Applications never
/// change, so they are kept; models are read once for each tenant and again after one was written, here or by another node.
/// </summary>
/// <param name="store">Where the catalogue is stored.</param>
/// <param name="roads">The roads to the cards of a tenant, its first the one that is taken when none is named.</param>
/// <param name="refresh">How old models may be before the next batch of turns reads them again; null when nobody else writes them.</param>
/// <param name="time">For the age of models.</param>
public sealed class Catalogue(
    ICatalogueStore store, Func<string, IReadOnlyList<Road>> roads, TimeSpan? refresh = null, TimeProvider? time = null) : ICatalogue, ICatalogueStore
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Models> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Tenant, string Id), CatalogueApplication> _applications = new();

    /// <inheritdoc/>
    public bool TryGetModel(string tenant, string name, [NotNullWhen(true)] out CardModel? model)
    {
        model = null;
        return _models.TryGetValue(tenant, out Models? models) && models.ByName.TryGetValue(name, out model);
    }

    /// <inheritdoc/>
    public bool TryGetApplication(string tenant, string id, [NotNullWhen(true)] out CatalogueApplication? application) =>
        _applications.TryGetValue((tenant, id), out application);

    /// <inheritdoc/>
    public bool TryGetRoad(string tenant, string name, [NotNullWhen(true)] out Road? road)
    {
        ArgumentNullException.ThrowIfNull(name);
        IReadOnlyList<Road> all = roads(tenant);
        road = name.Length == 0
            ? all.Count > 0 ? all[0] : null
            : all.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.Ordinal));
        return road is not null;
    }

    /// <inheritdoc/>
    public async Task PrepareAsync(string tenant, IReadOnlyCollection<string> applicationIds, CancellationToken cancellationToken)
    {
        if (!_models.TryGetValue(tenant, out Models? models) || _time.GetElapsedTime(models.ReadAt) >= refresh)
        {
            await ReadModelsAsync(tenant, cancellationToken);
        }

        List<string> missing = [.. applicationIds.Where(id => !_applications.ContainsKey((tenant, id)))];
        if (missing.Count > 0)
        {
            foreach (CatalogueApplication application in await store.ApplicationsAsync(tenant, missing, cancellationToken))
            {
                _applications[(tenant, application.Id)] = application;
            }
        }
    }

    /// <inheritdoc/>
    public Task<bool> AddApplicationAsync(
        string tenant, CatalogueApplication application, AuditEntry audit, CancellationToken cancellationToken) =>
        store.AddApplicationAsync(tenant, application, audit, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(string tenant, CancellationToken cancellationToken) =>
        store.ApplicationsAsync(tenant, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(
        string tenant, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        store.ApplicationsAsync(tenant, ids, cancellationToken);

    /// <inheritdoc/>
    public async Task SaveModelAsync(string tenant, CardModel model, AuditEntry audit, CancellationToken cancellationToken)
    {
        await store.SaveModelAsync(tenant, model, audit, cancellationToken);
        _models.TryRemove(tenant, out _);
        await ReadModelsAsync(tenant, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CardModel>> ModelsAsync(string tenant, CancellationToken cancellationToken) =>
        store.ModelsAsync(tenant, cancellationToken);

    private async Task ReadModelsAsync(string tenant, CancellationToken cancellationToken)
    {
        long readAt = _time.GetTimestamp();
        IReadOnlyList<CardModel> models = await store.ModelsAsync(tenant, cancellationToken);
        _models[tenant] = new(models.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal), readAt);
    }

    /// <param name="ReadAt">A timestamp from before they were read.</param>
    private sealed record Models(FrozenDictionary<string, CardModel> ByName, long ReadAt);
}
