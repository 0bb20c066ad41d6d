using Npgsql;
using NpgsqlTypes;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Imports of cards into PostgreSQL: one transaction of COPY streams, thought for a million cards.</summary>
public sealed class PostgresCardImport(PostgresDatabase database) : ICardImport
{
    private const string Iccid = "iccid";
    private const string Msisdn = "msisdn";

    /// <summary>Aliases asked for in one statement, and cards held at once.</summary>
    private const int Chunk = 10_000;

    private const string TakenSql =
        """
        SELECT a.kind, a.value FROM unnest($2, $3) AS i (kind, value)
        CROSS JOIN LATERAL (
            SELECT a.kind, a.value FROM aliases AS a
            WHERE a.tenant = $1 AND a.kind = i.kind AND a.value = i.value AND a.valid_until = 9223372036854775807 OFFSET 0) AS a
        """;

    private const string AliasesSql = "COPY aliases (tenant, kind, value, valid_from, grain) FROM STDIN (FORMAT binary)";

    private const string GrainsSql = "COPY grains (tenant, grain, version, schema, state, epoch) FROM STDIN (FORMAT binary)";

    private const string KeysSql =
        """
        COPY card_keys (tenant, grain, version, algorithm, kic, kid, dek, kic_check, kid_check, dek_check)
        FROM STDIN (FORMAT binary)
        """;

    private const string CardsSql =
        """
        COPY cards (tenant, grain, iccid, msisdn, model, contents, active_job, queued, last_proof_at, uncertain)
        FROM STDIN (FORMAT binary)
        """;

    /// <inheritdoc/>
    public Task<IReadOnlySet<(string Kind, string Value)>> TakenAsync(
        string tenant, IReadOnlyCollection<(string Kind, string Value)> aliases, CancellationToken cancellationToken) =>
        database.TurnAsync<IReadOnlySet<(string, string)>>(
            async connection =>
            {
                var taken = new HashSet<(string, string)>();
                foreach ((string Kind, string Value)[] chunk in aliases.Chunk(Chunk))
                {
                    taken.UnionWith(await connection.QueryAsync(
                        TakenSql,
                        [PostgresValues.Text(tenant), PostgresValues.Texts(chunk, a => a.Kind), PostgresValues.Texts(chunk, a => a.Value)],
                        r => (r.GetString(0), r.GetString(1)),
                        cancellationToken));
                }

                return taken;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task ImportAsync(
        string tenant, IEnumerable<ImportedCard> cards, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cards);
        while (!await TryImportAsync(tenant, cards, at, audit, cancellationToken))
        {
            // COPY says that a name is taken, but not in a form to rely on whose.
            await FindTakenAsync(tenant, cards, cancellationToken);
        }
    }

    /// <summary>False when an ICCID or MSISDN is taken; nothing was written.</summary>
    /// <remarks>A chunk goes into one table after the other: a connection has one COPY at a time.</remarks>
    private Task<bool> TryImportAsync(
        string tenant, IEnumerable<ImportedCard> cards, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken) =>
        database.TurnAsync(
            async connection =>
            {
                try
                {
                    await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                    foreach (ImportedCard[] chunk in cards.Chunk(Chunk))
                    {
                        Check(tenant, chunk);
                        await CopyAsync(connection, AliasesSql, chunk, (row, card) => WriteAliases(row, tenant, card, at), cancellationToken);
                        await CopyAsync(connection, GrainsSql, chunk, (row, card) => WriteGrain(row, tenant, card, database.Epoch), cancellationToken);
                        await CopyAsync(connection, KeysSql, chunk, (row, card) => WriteKeys(row, tenant, card), cancellationToken);
                        await CopyAsync(connection, CardsSql, chunk, (row, card) => WriteCard(row, tenant, card), cancellationToken);
                    }
                    await PostgresAuditRows.AddAsync(connection, tenant, audit, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    return true;
                }
                catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    return exception.TableName == "aliases"
                        ? false
                        : throw new ArgumentException("A card of the import is there already.", nameof(cards), exception);
                }
            },
            cancellationToken);

    /// <summary>Looks for the name that is taken, in the database or within the import; when there is none any more, whoever had it has gone.</summary>
    /// <exception cref="DuplicateAliasException">Here it is.</exception>
    private async Task FindTakenAsync(string tenant, IEnumerable<ImportedCard> cards, CancellationToken cancellationToken)
    {
        var names = new HashSet<(string, string)>();
        foreach (ImportedCard[] chunk in cards.Chunk(Chunk))
        {
            IReadOnlySet<(string Kind, string Value)> taken = await TakenAsync(tenant, [.. chunk.SelectMany(Names)], cancellationToken);
            foreach ((string kind, string value) in chunk.SelectMany(Names).Where(n => !names.Add(n) || taken.Contains(n)).Take(1))
            {
                throw new DuplicateAliasException(kind, value);
            }
        }
    }

    private static void Check(string tenant, IEnumerable<ImportedCard> cards)
    {
        foreach (ImportedCard card in cards)
        {
            if (!string.Equals(card.Grain.Tenant, tenant, StringComparison.Ordinal) || card.Row.Grain != card.Grain)
            {
                throw new ArgumentException($"{card.Grain} is not a card of tenant '{tenant}', or its row is another card's.", nameof(cards));
            }
        }
    }

    /// <summary>A card that has no ICCID or MSISDN yet gets no alias.</summary>
    private static IEnumerable<(string Kind, string Value)> Names(ImportedCard card)
    {
        if (card.Row.Iccid.Length > 0)
        {
            yield return (Iccid, card.Row.Iccid);
        }

        if (card.Row.Msisdn.Length > 0)
        {
            yield return (Msisdn, card.Row.Msisdn);
        }
    }

    /// <remarks>Rows are written synchronously: nearly all go into the driver's buffer.</remarks>
    private static async Task CopyAsync(
        NpgsqlConnection connection,
        string sql,
        IReadOnlyList<ImportedCard> cards,
        Action<NpgsqlBinaryImporter, ImportedCard> write,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync(sql, cancellationToken);
        foreach (ImportedCard card in cards)
        {
            cancellationToken.ThrowIfCancellationRequested();
            write(rows, card);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static void WriteAliases(NpgsqlBinaryImporter rows, string tenant, ImportedCard card, DateTimeOffset at)
    {
        foreach ((string kind, string value) in Names(card))
        {
            rows.StartRow();
            rows.Write(tenant, NpgsqlDbType.Text);
            rows.Write(kind, NpgsqlDbType.Text);
            rows.Write(value, NpgsqlDbType.Text);
            rows.Write(StoredValues.Milliseconds(at), NpgsqlDbType.Bigint);
            rows.Write(StoredValues.Grain(card.Grain), NpgsqlDbType.Text);
        }
    }

    private static void WriteGrain(NpgsqlBinaryImporter rows, string tenant, ImportedCard card, int epoch)
    {
        rows.StartRow();
        rows.Write(tenant, NpgsqlDbType.Text);
        rows.Write(StoredValues.Grain(card.Grain), NpgsqlDbType.Text);
        rows.Write(1L, NpgsqlDbType.Bigint);
        rows.Write(card.Schema, NpgsqlDbType.Integer);
        rows.Write(card.State, NpgsqlDbType.Bytea);
        rows.Write(epoch, NpgsqlDbType.Integer);
    }

    private static void WriteKeys(NpgsqlBinaryImporter rows, string tenant, ImportedCard card)
    {
        foreach (WrappedKeySet keys in card.Keys)
        {
            rows.StartRow();
            rows.Write(tenant, NpgsqlDbType.Text);
            rows.Write(StoredValues.Grain(card.Grain), NpgsqlDbType.Text);
            rows.Write(keys.Version, NpgsqlDbType.Integer);
            rows.Write(keys.Algorithm.ToString(), NpgsqlDbType.Text);
            rows.Write(keys.Kic.ToArray(), NpgsqlDbType.Bytea);
            rows.Write(keys.Kid.ToArray(), NpgsqlDbType.Bytea);
            rows.Write(keys.Dek.ToArray(), NpgsqlDbType.Bytea);
            rows.Write(keys.KicCheckValue.ToArray(), NpgsqlDbType.Bytea);
            rows.Write(keys.KidCheckValue.ToArray(), NpgsqlDbType.Bytea);
            rows.Write(keys.DekCheckValue.ToArray(), NpgsqlDbType.Bytea);
        }
    }

    private static void WriteCard(NpgsqlBinaryImporter rows, string tenant, ImportedCard card)
    {
        CardRow row = card.Row;
        rows.StartRow();
        rows.Write(tenant, NpgsqlDbType.Text);
        rows.Write(StoredValues.Grain(card.Grain), NpgsqlDbType.Text);
        rows.Write(row.Iccid, NpgsqlDbType.Text);
        rows.Write(row.Msisdn, NpgsqlDbType.Text);
        rows.Write(row.Model, NpgsqlDbType.Text);
        rows.Write(row.Contents, NpgsqlDbType.Integer);
        WriteOrNull(rows, row.ActiveJob, NpgsqlDbType.Text);
        rows.Write(row.Queued, NpgsqlDbType.Integer);
        WriteOrNull(rows, StoredValues.Milliseconds(row.LastProofAt), NpgsqlDbType.Bigint);
        rows.Write(row.Uncertain, NpgsqlDbType.Boolean);
    }

    private static void WriteOrNull<T>(NpgsqlBinaryImporter rows, T? value, NpgsqlDbType type)
    {
        if (value is null)
        {
            rows.WriteNull();
        }
        else
        {
            rows.Write(value, type);
        }
    }
}
