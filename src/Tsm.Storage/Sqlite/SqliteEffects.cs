using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Writes what turns have caused, in the transaction of their states.</summary>
internal static class SqliteEffects
{
    private const string SaveCardSql =
        """
        INSERT INTO cards (tenant, grain, iccid, msisdn, model, contents, active_job, queued, last_proof_at, uncertain)
        VALUES ($tenant, $grain, $iccid, $msisdn, $model, $contents, $active_job, $queued, $last_proof_at, $uncertain)
        ON CONFLICT (tenant, grain) DO UPDATE SET
            iccid = excluded.iccid, msisdn = excluded.msisdn, model = excluded.model, contents = excluded.contents,
            active_job = excluded.active_job, queued = excluded.queued, last_proof_at = excluded.last_proof_at,
            uncertain = excluded.uncertain
        """;

    private const string SaveJobSql =
        """
        INSERT INTO jobs (tenant, id, card, iccid, operation, application, instance, status, grade, now, steps_done, steps_total,
            sms_sent, sms_repeated, sms_received, octets_sent, proofs, problem, created_at, started_at, ended_at)
        VALUES ($tenant, $id, $card, $iccid, $operation, $application, $instance, $status, $grade, $now, $steps_done, $steps_total,
            $sms_sent, $sms_repeated, $sms_received, $octets_sent, $proofs, $problem, $created_at, $started_at, $ended_at)
        ON CONFLICT (tenant, id) DO UPDATE SET
            instance = excluded.instance, status = excluded.status, grade = excluded.grade, now = excluded.now,
            steps_done = excluded.steps_done, steps_total = excluded.steps_total, sms_sent = excluded.sms_sent,
            sms_repeated = excluded.sms_repeated, sms_received = excluded.sms_received, octets_sent = excluded.octets_sent,
            proofs = excluded.proofs, problem = excluded.problem, started_at = excluded.started_at, ended_at = excluded.ended_at
        """;

    // The request that waits for the job is to be looked at.
    private const string WakeRequestSql = "UPDATE requests SET due = $at WHERE tenant = $tenant AND watch = $id";

    private const string AppendHistorySql =
        """
        INSERT INTO card_history (tenant, grain, at, job, kind, grade, text, raw)
        VALUES ($tenant, $grain, $at, $job, $kind, $grade, $text, $raw)
        """;

    // REPLACE gives the row a new place in the order and takes the claim away.
    private const string QueuePacketSql =
        """
        INSERT OR REPLACE INTO outbox (tenant, grain, road, packet, attempt, destination, segments)
        VALUES ($tenant, $grain, $road, $packet, $attempt, $destination, $segments)
        """;

    private const string SaveInstanceSql =
        """
        INSERT INTO service_instances (tenant, card, iccid, msisdn, service, provider, version, contract, generation, state, wanted,
            pending, job, proven_at, updated_at)
        VALUES ($tenant, $card, $iccid, $msisdn, $service, $provider, $version, $contract, $generation, $state, $wanted, $pending, $job,
            $proven_at, $updated_at)
        ON CONFLICT (tenant, card, service, generation) DO UPDATE SET
            msisdn = excluded.msisdn, version = excluded.version, contract = excluded.contract, state = excluded.state,
            wanted = excluded.wanted, pending = excluded.pending, job = excluded.job, proven_at = excluded.proven_at,
            updated_at = excluded.updated_at
        """;

    private const string WithdrawPacketSql = "DELETE FROM outbox WHERE tenant = $tenant AND grain = $grain";

    /// <summary>Writes the effects of one grain in their order.</summary>
    /// <exception cref="NotSupportedException">An effect is of a type this store does not know.</exception>
    public static void Write(SqliteSession session, GrainKey key, ImmutableArray<Effect> effects)
    {
        foreach (Effect effect in effects)
        {
            Write(session, key, effect);
        }
    }

    /// <summary>Writes the row of a card.</summary>
    public static void SaveCard(SqliteSession session, CardRow row) => session.Prepare(SaveCardSql).Execute(
        row.Grain.Tenant, StoredValues.Grain(row.Grain), row.Iccid, row.Msisdn, row.Model, row.Contents, row.ActiveJob, row.Queued,
        StoredValues.Milliseconds(row.LastProofAt), row.Uncertain);

    private static void Write(SqliteSession session, GrainKey key, Effect effect)
    {
        switch (effect)
        {
            case SaveCard card:
                SaveCard(session, card.Row);
                break;
            case SaveJob job:
                SaveJob(session, job.Row);
                break;
            case AppendHistory history:
                foreach (HistoryEntry entry in history.Entries)
                {
                    session.Prepare(AppendHistorySql).Execute(
                        key.Tenant, StoredValues.Grain(key), StoredValues.Milliseconds(entry.At), entry.Job, entry.Kind,
                        entry.Grade?.ToString(), entry.Text, entry.Raw.ToArray());
                }

                break;
            case QueuePacket packet:
                session.Prepare(QueuePacketSql).Execute(
                    key.Tenant, StoredValues.Grain(key), packet.Road, packet.PacketId, packet.Attempt, packet.Destination,
                    StoredValues.Join(packet.Segments));
                break;
            case SaveServiceInstance instance:
                SaveInstance(session, instance.Row);
                break;
            case RaiseEvent raised:
                session.Connection.Execute(StoredEventRow.AddSql, StoredEventRow.Values(key.Tenant, raised.Event));
                break;
            case MoveAlias move:
                SqliteAliasIndex.Move(session, move.Kind, move.Value, key, move.At);
                break;
            case EndAlias end:
                SqliteAliasIndex.End(session, end.Kind, end.Value, key, end.At);
                break;
            case RecordAudit audit:
                SqliteAuditRows.Add(session, key.Tenant, audit.Entry);
                break;
            case WithdrawPacket:
                session.Prepare(WithdrawPacketSql).Execute(key.Tenant, StoredValues.Grain(key));
                break;
            default:
                throw new NotSupportedException($"This store cannot write the effect {effect?.GetType().Name ?? "null"}.");
        }
    }

    private static void SaveInstance(SqliteSession session, ServiceInstanceRow row) => session.Prepare(SaveInstanceSql).Execute(
        row.Card.Tenant, StoredValues.Grain(row.Card), row.Iccid, row.Msisdn, row.Service, row.Provider, row.Version, row.Contract, row.Generation,
        row.State.ToString(), row.Wanted.ToString(), row.IsPending ? 1 : 0, row.Job, StoredValues.Milliseconds(row.ProvenAt),
        StoredValues.Milliseconds(row.UpdatedAt));

    private static void SaveJob(SqliteSession session, JobRow row)
    {
        session.Prepare(SaveJobSql).Execute(
            row.Tenant, row.Id, StoredValues.Grain(row.Card), row.Iccid, row.Operation.ToString(), row.Application, row.Instance,
            row.Status.ToString(), row.Grade?.ToString(), row.Now, row.StepsDone, row.StepsTotal, row.SmsSent, row.SmsRepeated,
            row.SmsReceived, row.OctetsSent, row.Proofs,
            row.Problem is null ? null : JsonSerializer.Serialize(row.Problem, StorageJson.Default.Problem),
            StoredValues.Milliseconds(row.CreatedAt), StoredValues.Milliseconds(row.StartedAt), StoredValues.Milliseconds(row.EndedAt));
        if (row.EndedAt is not null)
        {
            session.Prepare(WakeRequestSql).Execute(StoredValues.Milliseconds(row.EndedAt), row.Tenant, row.Id);
        }
    }
}
