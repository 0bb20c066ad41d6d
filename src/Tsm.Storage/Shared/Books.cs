using System.Text.Json;
using System.Text.Json.Serialization;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;

namespace Tsm.Storage.Shared;

/// <summary>Documents in the table <c>books</c>.</summary>
public sealed class Books(ISql sql) : IBooks
{
    // What a document leaves out is at the default of its type; fields are added, never repurposed.
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new OctetsConverter(), new AidConverter(), new TarConverter() },
    };

    private const string Columns = "document AS Document, version AS Version";

    /// <inheritdoc/>
    public async Task<BookEntry<T>?> FindAsync<T>(string tenant, string id, CancellationToken cancellationToken) where T : class, IBook =>
        (await sql.QueryAsync<Row>(
            $"SELECT {Columns} FROM books WHERE tenant = @tenant AND kind = @kind AND id = @id",
            new { tenant, kind = T.Kind, id },
            cancellationToken)).Select(Read<T>).FirstOrDefault();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BookEntry<T>>> ListAsync<T>(string tenant, string? owner, CancellationToken cancellationToken) where T : class, IBook =>
        [.. (await sql.QueryAsync<Row>(
            $"SELECT {Columns} FROM books WHERE tenant = @tenant AND kind = @kind {(owner is null ? "" : "AND owner = @owner")} ORDER BY id",
            new { tenant, kind = T.Kind, owner },
            cancellationToken)).Select(Read<T>)];

    /// <inheritdoc/>
    public Task<bool> SaveAsync<T>(string tenant, T document, long expected, AuditEntry audit, CancellationToken cancellationToken)
        where T : class, IBook => sql.TransactAsync(tenant, [Save(tenant, document, expected)], [audit], cancellationToken);

    /// <summary>The statement that writes a document, for a transaction with more in it.</summary>
    internal static SqlStatement Save<T>(string tenant, T document, long expected) where T : class, IBook
    {
        ArgumentNullException.ThrowIfNull(document);
        var values = new { tenant, kind = T.Kind, id = document.Id, owner = document.Owner, expected, json = JsonSerializer.Serialize(document, Json) };
        return new(
            expected == 0
                ? """
                  INSERT INTO books (tenant, kind, id, owner, version, document) VALUES (@tenant, @kind, @id, @owner, 1, @json)
                  ON CONFLICT (tenant, kind, id) DO NOTHING
                  """
                : """
                  UPDATE books SET owner = @owner, version = version + 1, document = @json
                  WHERE tenant = @tenant AND kind = @kind AND id = @id AND version = @expected
                  """,
            values,
            MustChange: true);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync<T>(string tenant, string id, long expected, AuditEntry audit, CancellationToken cancellationToken)
        where T : class, IBook => sql.TransactAsync(tenant, [Delete<T>(tenant, id, expected)], [audit], cancellationToken);

    /// <summary>The statement that takes a document away, for a transaction with more in it.</summary>
    internal static SqlStatement Delete<T>(string tenant, string id, long expected) where T : class, IBook => new(
        "DELETE FROM books WHERE tenant = @tenant AND kind = @kind AND id = @id AND version = @expected",
        new { tenant, kind = T.Kind, id, expected },
        MustChange: true);

    private static BookEntry<T> Read<T>(Row row) where T : class, IBook =>
        new(JsonSerializer.Deserialize<T>(row.Document, Json) ?? throw new JsonException("A document is never null."), row.Version);

    private sealed class Row
    {
        public string Document { get; init; } = "";

        public long Version { get; init; }
    }
}
