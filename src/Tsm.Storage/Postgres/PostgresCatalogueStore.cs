using System.Text.Json;
using Dapper;
using Npgsql;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Applications and card models, in PostgreSQL.</summary>
public sealed class PostgresCatalogueStore(PostgresDatabase database) : ICatalogueStore
{
    /// <inheritdoc/>
    public Task<bool> AddApplicationAsync(
        string tenant, CatalogueApplication application, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        object row = StoredApplication.Values(tenant, application);
        return database.UseAsync(
            async connection =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                bool added = await connection.ExecuteAsync(new(StoredApplication.AddSql, row, transaction, cancellationToken: cancellationToken)) == 1;
                if (added)
                {
                    await PostgresAuditRows.AddAsync(connection, tenant, audit, cancellationToken);
                }

                await transaction.CommitAsync(cancellationToken);
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
            "tenant = @tenant AND id = ANY (@list)", new { tenant, list = ids.ToArray() }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>A connection that breaks at the commit may make it twice, and then it is recorded twice: both have happened.</remarks>
    public Task SaveModelAsync(string tenant, CardModel model, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var row = new { tenant, model.Name, json = JsonSerializer.Serialize(model, StorageJson.Default.CardModel) };
        return database.UseAsync(
            async connection =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connection.ExecuteAsync(new(
                    """
                    INSERT INTO card_models (tenant, name, model) VALUES (@tenant, @Name, @json)
                    ON CONFLICT (tenant, name) DO UPDATE SET model = excluded.model
                    """,
                    row,
                    transaction,
                    cancellationToken: cancellationToken));
                await PostgresAuditRows.AddAsync(connection, tenant, audit, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CardModel>> ModelsAsync(string tenant, CancellationToken cancellationToken) =>
        database.UseAsync<IReadOnlyList<CardModel>>(
            async connection => [.. (await connection.QueryAsync<string>(new(
                    "SELECT model FROM card_models WHERE tenant = @tenant ORDER BY name", new { tenant }, cancellationToken: cancellationToken)))
                .Select(json => JsonSerializer.Deserialize(json, StorageJson.Default.CardModel)!)],
            cancellationToken);

    private Task<IReadOnlyList<CatalogueApplication>> QueryAsync(
        string condition, object parameters, CancellationToken cancellationToken) =>
        database.UseAsync<IReadOnlyList<CatalogueApplication>>(
            async connection => [.. (await connection.QueryAsync<StoredApplication>(new(
                    $"SELECT {StoredApplication.Columns} FROM applications WHERE {condition} ORDER BY seq", parameters, cancellationToken: cancellationToken)))
                .Select(r => r.ToApplication())],
            cancellationToken);
}
