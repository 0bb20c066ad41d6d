using System.Text.Json;
using Npgsql;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Writes what turns have caused, in the transaction of their states: one statement for each table.</summary>
internal static class PostgresEffects
{
    private const string SaveCardsSql =
        """
        INSERT INTO cards (tenant, grain, iccid, msisdn, model, contents, active_job, queued, last_proof_at, uncertain)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (tenant, grain) DO UPDATE SET
            iccid = excluded.iccid, msisdn = excluded.msisdn, model = excluded.model, contents = excluded.contents,
            active_job = excluded.active_job, queued = excluded.queued, last_proof_at = excluded.last_proof_at,
            uncertain = excluded.uncertain
        """;

    private const string SaveJobsSql =
        """
        INSERT INTO jobs (tenant, id, card, iccid, operation, application, instance, status, grade, now, steps_done, steps_total,
            sms_sent, sms_repeated, sms_received, octets_sent, proofs, problem, created_at, started_at, ended_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        ON CONFLICT (tenant, id) DO UPDATE SET
            instance = excluded.instance, status = excluded.status, grade = excluded.grade, now = excluded.now,
            steps_done = excluded.steps_done, steps_total = excluded.steps_total, sms_sent = excluded.sms_sent,
            sms_repeated = excluded.sms_repeated, sms_received = excluded.sms_received, octets_sent = excluded.octets_sent,
            proofs = excluded.proofs, problem = excluded.problem, started_at = excluded.started_at, ended_at = excluded.ended_at
        """;

    // The requests that wait for the jobs are to be looked at.
    private const string WakeRequestsSql =
        """
        UPDATE requests SET due = ended.at FROM unnest($1, $2, $3) AS ended (tenant, id, at)
        WHERE requests.tenant = ended.tenant AND requests.watch = ended.id
        """;

    private const string AppendHistorySql =
        """
        INSERT INTO card_history (tenant, grain, at, job, kind, grade, text, raw)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    // The row gets a new place in the order, and the claim is taken away.
    private const string QueuePacketsSql =
        """
        INSERT INTO outbox (tenant, grain, road, packet, attempt, destination, segments)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant, grain) DO UPDATE SET
            seq = excluded.seq, road = excluded.road, packet = excluded.packet, attempt = excluded.attempt,
            destination = excluded.destination, segments = excluded.segments, claimed_by = NULL, claimed_until = NULL
        """;

    private const string SaveInstancesSql =
        """
        INSERT INTO service_instances (tenant, card, iccid, msisdn, service, provider, version, contract, generation, state, wanted,
            pending, job, proven_at, updated_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (tenant, card, service, generation) DO UPDATE SET
            msisdn = excluded.msisdn, version = excluded.version, contract = excluded.contract, state = excluded.state,
            wanted = excluded.wanted, pending = excluded.pending, job = excluded.job, proven_at = excluded.proven_at,
            updated_at = excluded.updated_at
        """;

    private const string RaiseEventsSql =
        """
        INSERT INTO events (tenant, at, kind, provider, service, iccid, msisdn, job, request, text, details)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string WithdrawPacketsSql = "DELETE FROM outbox WHERE tenant = $1 AND grain = ANY ($2)";

    /// <summary>Makes sure that every effect can be written, before anything is.</summary>
    /// <exception cref="NotSupportedException">An effect is of a type this store does not know.</exception>
    public static void Check(IEnumerable<GrainWrite> writes)
    {
        foreach (GrainWrite write in writes)
        {
            foreach (Effect effect in write.Effects)
            {
                if (effect is not (SaveCard or SaveJob or AppendHistory or RecordAudit or QueuePacket or WithdrawPacket or SaveServiceInstance or RaiseEvent
                    or MoveAlias or EndAlias))
                {
                    throw new NotSupportedException($"This store cannot write the effect {effect?.GetType().Name ?? "null"}.");
                }
            }
        }
    }

    /// <summary>
    /// Adds the statements for all effects. Of several that write the same row only the last is left, at the place of the
    /// first: the others would have been seen by nobody.
    /// </summary>
    public static void Add(NpgsqlBatch batch, IReadOnlyList<GrainWrite> writes)
    {
        OrderedDictionary<GrainKey, CardRow> cards = [];
        OrderedDictionary<(string, string), JobRow> jobs = [];
        OrderedDictionary<GrainKey, QueuePacket?> packets = [];
        List<(GrainKey Key, HistoryEntry Entry)> history = [];
        List<(string Tenant, AuditEntry Entry)> audit = [];
        OrderedDictionary<(GrainKey, string, int), ServiceInstanceRow> instances = [];
        List<(string Tenant, ServiceEvent Event)> events = [];
        List<(GrainKey Key, Effect Effect)> aliases = [];
        foreach (GrainWrite write in writes)
        {
            foreach (Effect effect in write.Effects)
            {
                switch (effect)
                {
                    case SaveCard card:
                        cards[card.Row.Grain] = card.Row;
                        break;
                    case SaveJob job:
                        jobs[(job.Row.Tenant, job.Row.Id)] = job.Row;
                        break;
                    case AppendHistory lines:
                        history.AddRange(lines.Entries.Select(e => (write.Key, e)));
                        break;
                    case RecordAudit record:
                        audit.Add((write.Key.Tenant, record.Entry));
                        break;
                    case SaveServiceInstance instance:
                        instances[(instance.Row.Card, instance.Row.Service, instance.Row.Generation)] = instance.Row;
                        break;
                    case RaiseEvent raised:
                        events.Add((write.Key.Tenant, raised.Event));
                        break;
                    case MoveAlias or EndAlias:
                        aliases.Add((write.Key, effect));
                        break;
                    default:
                        packets[write.Key] = effect as QueuePacket;
                        break;
                }
            }
        }

        Add(batch, SaveCardsSql, [.. cards.Values], Columns);
        AddJobs(batch, [.. jobs.Values]);
        Add(batch, AppendHistorySql, history, Columns);
        Add(batch, SaveInstancesSql, [.. instances.Values], Columns);
        Add(batch, RaiseEventsSql, events, Columns);
        foreach ((GrainKey key, Effect effect) in aliases)
        {
            batch.BatchCommands.Add(PostgresAliasIndex.Command(key, effect));
        }

        if (audit.Count > 0)
        {
            batch.BatchCommands.Add(PostgresAuditRows.Add(audit));
        }

        PostgresValues.AddByTenant(batch, WithdrawPacketsSql, packets.Where(p => p.Value is null).Select(p => p.Key));
        Add(batch, QueuePacketsSql, [.. packets.Where(p => p.Value is not null).Select(p => (p.Key, p.Value!))], Columns);
    }

    private static void AddJobs(NpgsqlBatch batch, List<JobRow> jobs)
    {
        Add(batch, SaveJobsSql, jobs, Columns);
        Add(batch, WakeRequestsSql, jobs.FindAll(j => j.EndedAt is not null), EndsOf);
    }

    private static void Add<T>(NpgsqlBatch batch, string sql, List<T> rows, Func<List<T>, NpgsqlParameter[]> columns)
    {
        if (rows.Count > 0)
        {
            batch.BatchCommands.Add(PostgresValues.Command(sql, columns(rows)));
        }
    }

    private static NpgsqlParameter[] Columns(List<CardRow> rows) =>
    [
        .. PostgresValues.Keys(rows, r => r.Grain),
        PostgresValues.Texts(rows, r => r.Iccid),
        PostgresValues.Texts(rows, r => r.Msisdn),
        PostgresValues.Texts(rows, r => r.Model),
        PostgresValues.Integers(rows, r => r.Contents),
        PostgresValues.Texts(rows, r => r.ActiveJob),
        PostgresValues.Integers(rows, r => r.Queued),
        PostgresValues.Times(rows, r => StoredValues.Milliseconds(r.LastProofAt)),
        PostgresValues.Booleans(rows, r => r.Uncertain),
    ];

    private static NpgsqlParameter[] Columns(List<JobRow> rows) =>
    [
        PostgresValues.Texts(rows, r => r.Tenant),
        PostgresValues.Texts(rows, r => r.Id),
        PostgresValues.Texts(rows, r => StoredValues.Grain(r.Card)),
        PostgresValues.Texts(rows, r => r.Iccid),
        PostgresValues.Texts(rows, r => r.Operation.ToString()),
        PostgresValues.Texts(rows, r => r.Application),
        PostgresValues.Texts(rows, r => r.Instance),
        PostgresValues.Texts(rows, r => r.Status.ToString()),
        PostgresValues.Texts(rows, r => r.Grade?.ToString()),
        PostgresValues.Texts(rows, r => r.Now),
        PostgresValues.Integers(rows, r => r.StepsDone),
        PostgresValues.Integers(rows, r => r.StepsTotal),
        PostgresValues.Integers(rows, r => r.SmsSent),
        PostgresValues.Integers(rows, r => r.SmsRepeated),
        PostgresValues.Integers(rows, r => r.SmsReceived),
        PostgresValues.Integers(rows, r => r.OctetsSent),
        PostgresValues.Integers(rows, r => r.Proofs),
        PostgresValues.Texts(rows, r => r.Problem is null ? null : JsonSerializer.Serialize(r.Problem, StorageJson.Default.Problem)),
        PostgresValues.Longs(rows, r => StoredValues.Milliseconds(r.CreatedAt)),
        PostgresValues.Times(rows, r => StoredValues.Milliseconds(r.StartedAt)),
        PostgresValues.Times(rows, r => StoredValues.Milliseconds(r.EndedAt)),
    ];

    private static NpgsqlParameter[] EndsOf(List<JobRow> rows) =>
    [
        PostgresValues.Texts(rows, r => r.Tenant),
        PostgresValues.Texts(rows, r => r.Id),
        PostgresValues.Times(rows, r => StoredValues.Milliseconds(r.EndedAt)),
    ];

    private static NpgsqlParameter[] Columns(List<ServiceInstanceRow> rows) =>
    [
        .. PostgresValues.Keys(rows, r => r.Card),
        PostgresValues.Texts(rows, r => r.Iccid),
        PostgresValues.Texts(rows, r => r.Msisdn),
        PostgresValues.Texts(rows, r => r.Service),
        PostgresValues.Texts(rows, r => r.Provider),
        PostgresValues.Texts(rows, r => r.Version),
        PostgresValues.Texts(rows, r => r.Contract),
        PostgresValues.Integers(rows, r => r.Generation),
        PostgresValues.Texts(rows, r => r.State.ToString()),
        PostgresValues.Texts(rows, r => r.Wanted.ToString()),
        PostgresValues.Integers(rows, r => r.IsPending ? 1 : 0),
        PostgresValues.Texts(rows, r => r.Job),
        PostgresValues.Times(rows, r => StoredValues.Milliseconds(r.ProvenAt)),
        PostgresValues.Longs(rows, r => StoredValues.Milliseconds(r.UpdatedAt)),
    ];

    private static NpgsqlParameter[] Columns(List<(string Tenant, ServiceEvent Event)> rows) =>
    [
        PostgresValues.Texts(rows, r => r.Tenant),
        PostgresValues.Longs(rows, r => StoredValues.Milliseconds(r.Event.At)),
        PostgresValues.Texts(rows, r => r.Event.Kind),
        PostgresValues.Texts(rows, r => r.Event.Provider),
        PostgresValues.Texts(rows, r => r.Event.Service),
        PostgresValues.Texts(rows, r => r.Event.Iccid),
        PostgresValues.Texts(rows, r => r.Event.Msisdn),
        PostgresValues.Texts(rows, r => r.Event.Job),
        PostgresValues.Texts(rows, r => r.Event.Request),
        PostgresValues.Texts(rows, r => r.Event.Text),
        PostgresValues.Texts(rows, r => StoredEventRow.DetailsOf(r.Event)),
    ];

    private static NpgsqlParameter[] Columns(List<(GrainKey Key, HistoryEntry Entry)> rows) =>
    [
        .. PostgresValues.Keys(rows, r => r.Key),
        PostgresValues.Longs(rows, r => StoredValues.Milliseconds(r.Entry.At)),
        PostgresValues.Texts(rows, r => r.Entry.Job),
        PostgresValues.Texts(rows, r => r.Entry.Kind),
        PostgresValues.Texts(rows, r => r.Entry.Grade?.ToString()),
        PostgresValues.Texts(rows, r => r.Entry.Text),
        PostgresValues.Blobs(rows, r => r.Entry.Raw.ToArray()),
    ];

    private static NpgsqlParameter[] Columns(List<(GrainKey Key, QueuePacket Packet)> rows) =>
    [
        .. PostgresValues.Keys(rows, r => r.Key),
        PostgresValues.Texts(rows, r => r.Packet.Road),
        PostgresValues.Texts(rows, r => r.Packet.PacketId),
        PostgresValues.Integers(rows, r => r.Packet.Attempt),
        PostgresValues.Texts(rows, r => r.Packet.Destination),
        PostgresValues.Blobs(rows, r => StoredValues.Join(r.Packet.Segments)),
    ];
}
