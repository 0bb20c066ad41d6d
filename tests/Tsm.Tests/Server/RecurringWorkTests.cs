using System.Globalization;
using Npgsql;
using Tsm.Storage.Postgres;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>Recurring work on PostgreSQL: one node does it at a time, another goes on when that one dies.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class RecurringWorkTests(PrivatePostgres postgres) : IAsyncLifetime
{
    private const string Executing = "SELECT count(*) FROM qrtz_fired_triggers WHERE job_name = 'SealAuditTrail' AND state = 'EXECUTING'";

    /// <summary>The node that has been silent the longest, in Quartz's ticks of 100 ns.</summary>
    private const string LastCheckIn = "SELECT min(last_checkin_time) FROM qrtz_scheduler_state";

    private const long FiveCheckIns = 5 * 200 * TimeSpan.TicksPerMillisecond;

    private string _database = "";

    public Task InitializeAsync()
    {
        _database = postgres.CreateDatabase();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        postgres.DropDatabase(_database);
        return Task.CompletedTask;
    }

    [ContractFact]
    public async Task Work_is_done_by_one_node_at_a_time_and_by_another_when_that_one_is_dead()
    {
        string vault = Path.GetTempFileName();
        await File.WriteAllTextAsync(vault, new string('7', 64));
        try
        {
            await using RunningServer a = await StartAsync(vault);
            await using (RunningServer b = await StartAsync(vault))
            {
                await EventuallyAsync(async () => await CountAsync("SELECT count(*) FROM qrtz_scheduler_state") == 2);
                await EventuallyAsync(async () => await CountAsync("SELECT count(*) FROM audit_trail WHERE position IS NULL") == 0);

                // While the work cannot go on, both nodes check in again and again, and none begins it a second time.
                await using (var holder = new NpgsqlConnection(_database))
                {
                    await holder.OpenAsync();
                    await using NpgsqlTransaction held = await holder.BeginTransactionAsync();
                    await using (var command = new NpgsqlCommand("LOCK TABLE audit_trail IN ACCESS EXCLUSIVE MODE", holder, held))
                    {
                        await command.ExecuteNonQueryAsync();
                    }

                    await EventuallyAsync(async () => await CountAsync(Executing) == 1);
                    long checkedIn = await CountAsync(LastCheckIn);
                    await EventuallyAsync(async () => await CountAsync(LastCheckIn) > checkedIn + FiveCheckIns);
                    Assert.Equal(1, await CountAsync(Executing));
                }

                // A node that has died in the middle: it has checked in, the work is its own, and it will never say that it is done.
                await ExecuteAsync(
                    """
                    DO $$
                    BEGIN
                        LOOP
                            PERFORM FROM qrtz_locks WHERE lock_name = 'TRIGGER_ACCESS' FOR UPDATE;
                            EXIT WHEN NOT EXISTS (SELECT FROM qrtz_fired_triggers WHERE trigger_name = 'SealAuditTrail');
                            COMMIT;
                            PERFORM pg_sleep(0.01);
                        END LOOP;
                    UPDATE qrtz_triggers SET trigger_state = 'BLOCKED' WHERE trigger_name = 'SealAuditTrail';
                    INSERT INTO qrtz_scheduler_state (sched_name, instance_name, last_checkin_time, checkin_interval)
                    SELECT sched_name, 'dead', last_checkin_time - 600000000, checkin_interval FROM qrtz_scheduler_state LIMIT 1;
                    INSERT INTO qrtz_fired_triggers (sched_name, entry_id, trigger_name, trigger_group, instance_name, fired_time, sched_time,
                        priority, state, job_name, job_group, is_nonconcurrent, requests_recovery)
                    SELECT t.sched_name, 'dead1', t.trigger_name, t.trigger_group, 'dead', s.last_checkin_time, s.last_checkin_time,
                        5, 'EXECUTING', t.job_name, t.job_group, true, true
                    FROM qrtz_triggers AS t, qrtz_scheduler_state AS s WHERE t.trigger_name = 'SealAuditTrail' AND s.instance_name = 'dead';
                    END $$
                    """);
                await ExecuteAsync("INSERT INTO audit_trail (tenant, at, actor_kind, actor, action, subject_kind, subject, text, details) VALUES ('default', 0, 'operator', 'x', 'job.asked', 'card', '1', '', '{}')");
                await EventuallyAsync(async () => await CountAsync("SELECT count(*) FROM audit_trail WHERE position IS NULL") == 0);

                Assert.Equal(0, await CountAsync("SELECT count(*) FROM qrtz_fired_triggers WHERE instance_name = 'dead'"));
                Assert.DoesNotContain(a.Log.Lines.Concat(b.Log.Lines), l => l.Contains(PrivatePostgres.Password, StringComparison.Ordinal));
                Assert.DoesNotContain(a.Log.Lines.Concat(b.Log.Lines), l => l.Contains("[6031]", StringComparison.Ordinal));
            }

            await ExecuteAsync("INSERT INTO audit_trail (tenant, at, actor_kind, actor, action, subject_kind, subject, text, details) VALUES ('default', 0, 'operator', 'x', 'job.asked', 'card', '2', '', '{}')");
            await EventuallyAsync(async () => await CountAsync("SELECT count(*) FROM audit_trail WHERE position IS NULL") == 0);
            Assert.Equal("intact", (await a.GetAsync("/api/v1/audit-trail/verify")).Body.Text("status"));
        }
        finally
        {
            File.Delete(vault);
        }
    }

    [ContractFact]
    public async Task Only_commit_tokens_older_than_any_doubt_are_taken_away()
    {
        using var database = PostgresDatabase.Open(_database + ";Pooling=False");
        database.Migrate(TimeProvider.System);
        await ExecuteAsync("INSERT INTO commits (token, at) VALUES (gen_random_uuid(), now_ms() - 700000000), (gen_random_uuid(), now_ms() - 500000000)");
        await ExecuteAsync("INSERT INTO commits (token) VALUES (gen_random_uuid())");

        int count = await PostgresGrainStore.ForgetCommitsAsync(database, TimeSpan.FromDays(7), CancellationToken.None);

        Assert.Equal(1, count);
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM commits"));
    }

    private Task<RunningServer> StartAsync(string vault) => RunningServer.StartAsync(
        ("Storage:ConnectionString", _database + ";Maximum Pool Size=8"),
        ("Storage:Vault:KeyFile", vault),
        ("Storage:Vault:Variable", "TSM_VAULT_KEY_OF_NO_TEST"),
        ("Recurring:SealEvery", "00:00:00.050"),
        ("Recurring:CheckIn", "00:00:00.200"),
        // A node that is only slow is not taken for dead; the one that is has been silent for a minute.
        ("Recurring:CheckInGrace", "00:00:05"),
        ("Logging:LogLevel:Quartz", "Trace"));

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Written by this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private Task ExecuteAsync(string sql)
    {
        postgres.Execute(sql, new NpgsqlConnectionStringBuilder(_database).Database!);
        return Task.CompletedTask;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
