using System.Text.Json;
using Dapper;
using Npgsql;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Storage.Postgres;

/// <summary>Applications and card models, in PostgreSQL.</summary>
public sealed class PostgresCatalogueStore(PostgresDatabase database) : ICatalogueStore
{
    private const string Columns =
        """
        id AS Id, name AS Name, package_aid AS PackageAid, package_name AS PackageName, version AS Version, java_card AS JavaCard,
        applets AS Applets, imports AS Imports, memory AS Memory, sha256 AS Sha256, uploaded_at AS UploadedAt, load_file AS LoadFile
        """;

    private const string AddApplicationSql =
        """
        INSERT INTO applications
            (tenant, id, name, package_aid, package_name, version, java_card, applets, imports, memory, sha256, uploaded_at, load_file)
        VALUES
            (@tenant, @Id, @Name, @PackageAid, @PackageName, @Version, @JavaCard, @Applets, @Imports, @Memory, @Sha256, @UploadedAt, @LoadFile)
        ON CONFLICT DO NOTHING
        """;

    /// <inheritdoc/>
    public Task<bool> AddApplicationAsync(
        string tenant, CatalogueApplication application, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        var row = new
        {
            tenant,
            application.Id,
            application.Name,
            PackageAid = application.PackageAid.ToString(),
            application.PackageName,
            application.Version,
            application.JavaCard,
            Applets = JsonSerializer.Serialize([.. application.Applets], StorageJson.Default.AidArray),
            Imports = JsonSerializer.Serialize([.. application.Imports], StorageJson.Default.PackageReferenceArray),
            application.Memory,
            application.Sha256,
            UploadedAt = StoredValues.Milliseconds(application.UploadedAt),
            LoadFile = application.LoadFile.ToArray(),
        };
        return database.UseAsync(
            async connection =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                bool added = await connection.ExecuteAsync(new(AddApplicationSql, row, transaction, cancellationToken: cancellationToken)) == 1;
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
            async connection => [.. (await connection.QueryAsync<Row>(new(
                    $"SELECT {Columns} FROM applications WHERE {condition} ORDER BY seq", parameters, cancellationToken: cancellationToken)))
                .Select(r => r.ToApplication())],
            cancellationToken);

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Name { get; init; } = "";

        public string PackageAid { get; init; } = "";

        public string? PackageName { get; init; }

        public string Version { get; init; } = "";

        public string JavaCard { get; init; } = "";

        public string Applets { get; init; } = "";

        public string Imports { get; init; } = "";

        public int Memory { get; init; }

        public string Sha256 { get; init; } = "";

        public long UploadedAt { get; init; }

        public byte[] LoadFile { get; init; } = [];

        public CatalogueApplication ToApplication() => new(
            Id, Name, Aid.Parse(PackageAid), PackageName, Version, JavaCard,
            [.. JsonSerializer.Deserialize(Applets, StorageJson.Default.AidArray)!],
            [.. JsonSerializer.Deserialize(Imports, StorageJson.Default.PackageReferenceArray)!],
            Octets.Own(LoadFile), Memory, Sha256, StoredValues.Time(UploadedAt));
    }
}
