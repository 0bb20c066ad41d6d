using Microsoft.Data.Sqlite;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Imports of cards into SQLite: one transaction of prepared statements, thought for a million cards.</summary>
public sealed class SqliteCardImport(SqliteDatabase database) : ICardImport
{
    private const string Iccid = "iccid";
    private const string Msisdn = "msisdn";

    /// <summary>Aliases asked for in one statement.</summary>
    private const int Chunk = 10_000;

    private const string TakenSql =
        """
        SELECT a.kind, a.value
        FROM json_each($rows) AS j
        CROSS JOIN aliases AS a ON a.tenant = $tenant AND a.kind = j.value ->> 0 AND a.value = j.value ->> 1
            AND a.valid_until = 9223372036854775807
        """;

    private const string GrainSql =
        "INSERT INTO grains (tenant, grain, version, schema, state, epoch) VALUES ($tenant, $grain, 1, $schema, $state, $epoch) ON CONFLICT DO NOTHING";

    private const string KeysSql =
        """
        INSERT INTO card_keys (tenant, grain, version, algorithm, kic, kid, dek, kic_check, kid_check, dek_check)
        VALUES ($tenant, $grain, $version, $algorithm, $kic, $kid, $dek, $kic_check, $kid_check, $dek_check)
        """;

    /// <inheritdoc/>
    public Task<IReadOnlySet<(string Kind, string Value)>> TakenAsync(
        string tenant, IReadOnlyCollection<(string Kind, string Value)> aliases, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlySet<(string, string)>>(
            session =>
            {
                SqliteStatement statement = session.Prepare(TakenSql);
                var taken = new HashSet<(string, string)>();
                foreach ((string, string)[] chunk in aliases.Chunk(Chunk))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using SqliteDataReader reader = statement.Read(StoredValues.Rows(chunk), tenant);
                    while (reader.Read())
                    {
                        taken.Add((reader.GetString(0), reader.GetString(1)));
                    }
                }

                return taken;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task ImportAsync(
        string tenant, IEnumerable<ImportedCard> cards, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken)
    {
        int epoch = database.Epoch;
        return database.WriteAsync(
            session =>
            {
                foreach (ImportedCard card in cards)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Import(session, tenant, card, at, epoch);
                }

                SqliteAuditRows.Add(session, tenant, audit);
                return true;
            },
            cancellationToken);
    }

    private static void Import(SqliteSession session, string tenant, ImportedCard card, DateTimeOffset at, int epoch)
    {
        if (!string.Equals(card.Grain.Tenant, tenant, StringComparison.Ordinal) || card.Row.Grain != card.Grain)
        {
            throw new ArgumentException($"{card.Grain} is not a card of tenant '{tenant}', or its row is another card's.", nameof(card));
        }

        AddAlias(session, Iccid, card.Row.Iccid, card, at);
        AddAlias(session, Msisdn, card.Row.Msisdn, card, at);
        string grain = StoredValues.Grain(card.Grain);
        if (session.Prepare(GrainSql).Execute(tenant, grain, card.Schema, card.State, epoch) == 0)
        {
            throw new ArgumentException($"{card.Grain} is there already.", nameof(card));
        }

        foreach (WrappedKeySet keys in card.Keys)
        {
            session.Prepare(KeysSql).Execute(
                tenant, grain, keys.Version, keys.Algorithm.ToString(), keys.Kic.ToArray(), keys.Kid.ToArray(),
                keys.Dek.ToArray(), keys.KicCheckValue.ToArray(), keys.KidCheckValue.ToArray(), keys.DekCheckValue.ToArray());
        }

        SqliteEffects.SaveCard(session, card.Row);
    }

    /// <summary>A card that has no ICCID or MSISDN yet gets no alias.</summary>
    private static void AddAlias(SqliteSession session, string kind, string value, ImportedCard card, DateTimeOffset at)
    {
        if (value.Length > 0 && !SqliteAliasIndex.TryAdd(session, kind, value, card.Grain, at))
        {
            throw new DuplicateAliasException(kind, value);
        }
    }
}
