using System.Text.Json;
using Dapper;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Applications and card models, in SQLite.</summary>
public sealed class SqliteCatalogueStore(SqliteDatabase database) : ICatalogueStore
{
    /// <inheritdoc/>
    public Task<bool> AddApplicationAsync(
        string tenant, CatalogueApplication application, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        return database.WriteAsync(
            session =>
            {
                bool added = session.Connection.Execute(StoredApplication.AddSql, StoredApplication.Values(tenant, application)) == 1;
                if (added)
                {
                    SqliteAuditRows.Add(session, tenant, audit);
                }

                return added;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(string tenant, CancellationToken cancellationToken) =>
        QueryAsync("tenant = @tenant", new { tenant }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(
        string tenant, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => QueryAsync(
            "tenant = @tenant AND id IN (SELECT value FROM json_each(@list))",
            new { tenant, list = JsonSerializer.Serialize([.. ids], StorageJson.Default.StringArray) },
            cancellationToken);

    /// <inheritdoc/>
    public Task SaveModelAsync(string tenant, CardModel model, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        return database.WriteAsync(
            session =>
            {
                SqliteAuditRows.Add(session, tenant, audit);
                return session.Connection.Execute(
                    """
                    INSERT INTO card_models (tenant, name, model) VALUES (@tenant, @Name, @json)
                    ON CONFLICT (tenant, name) DO UPDATE SET model = excluded.model
                    """,
                    new { tenant, model.Name, json = JsonSerializer.Serialize(model, StorageJson.Default.CardModel) });
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CardModel>> ModelsAsync(string tenant, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<CardModel>>(
            session => [.. session.Connection
                .Query<string>("SELECT model FROM card_models WHERE tenant = @tenant ORDER BY name", new { tenant })
                .Select(json => JsonSerializer.Deserialize(json, StorageJson.Default.CardModel)!)],
            cancellationToken);

    private Task<IReadOnlyList<CatalogueApplication>> QueryAsync(
        string condition, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<CatalogueApplication>>(
            session => [.. session.Connection
                .Query<StoredApplication>($"SELECT {StoredApplication.Columns} FROM applications WHERE {condition} ORDER BY seq", parameters)
                .Select(r => r.ToApplication())],
            cancellationToken);
}
