using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Storage.Migrations;

namespace Tsm.Storage.Postgres;

/// <summary>
/// One PostgreSQL database that many nodes share: a pool for what looks things up, and one for turns, whose sessions always go
/// through the keys.
/// </summary>
/// <remarks>
/// Turns bring arrays of keys whose length the planner cannot know, to tables that were empty when it looked: left alone it
/// reads whole tables for them, and goes on doing so in a prepared statement. So their sessions look up keys whatever the
/// statistics say, and their statements leave no order of joining to choose.
/// </remarks>
public sealed class PostgresDatabase : IDisposable
{
    private const int OldestMajor = 14;

    /// <summary>Tsm's own lock among all users of the database cluster: 'T', 's', 'm', 1.</summary>
    private const int MigrationLock = 0x54736D01;

    private const string KeysOnly =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan";

    private readonly NpgsqlDataSource _reads;
    private readonly NpgsqlDataSource _turns;
    private readonly PostgresEpoch _epoch;

    private readonly NpgsqlConnectionStringBuilder _settings;

    private PostgresDatabase(NpgsqlConnectionStringBuilder settings, PostgresEpoch epoch, string node)
    {
        Node = node;
        _settings = settings;
        _epoch = epoch;
        _reads = NpgsqlDataSource.Create(settings);
        var turns = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Options = $"{settings.Options} {KeysOnly}".TrimStart(),
        }.ConnectionString);
        turns.UsePhysicalConnectionInitializer(epoch.Look, connection => Task.Run(() => epoch.Look(connection)));
        _turns = turns.Build();
    }

    /// <summary>The name under which this node claims what waits.</summary>
    public string Node { get; }

    /// <summary>The epoch of the database, which rises whenever it may have gone back in time; known from the first turn on.</summary>
    internal int Epoch => _epoch.Current;

    /// <summary>How others of this process reach the same database with the same guarantees. It may hold a password.</summary>
    internal string ConnectionString => _settings.ConnectionString;

    /// <summary>Connects and checks that the server can be relied on. Tables are there after <see cref="Migrate"/>.</summary>
    /// <param name="connectionString">As <see cref="PostgresConnectionString"/> reads it.</param>
    /// <param name="node">
    /// The name of this node, unique among those that are running; null for a name of this process alone. A node that starts
    /// with the name it had before finds its claims again.
    /// </param>
    /// <param name="trustFailover">Whether promoted replicas are known to have lost nothing, as with synchronous replication.</param>
    /// <param name="logger">For what an operator should know.</param>
    /// <exception cref="StoreUnavailableException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="MigrationException">The server is too old.</exception>
    /// <exception cref="FormatException">The connection string is none.</exception>
    public static PostgresDatabase Open(
        string connectionString, string? node = null, bool trustFailover = false, ILogger<PostgresDatabase>? logger = null)
    {
        NpgsqlConnectionStringBuilder builder = PostgresConnectionString.Parse(connectionString);
        node ??= $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7():N}";
        builder.ApplicationName ??= $"tsm {node}";
        if (Probe(builder) is "off" or "local")
        {
            // A turn that is answered is durable, whatever the server does for others.
            builder.Options = $"{builder.Options} -c synchronous_commit=on".TrimStart();
        }

        return new(builder, new(trustFailover, logger), node);
    }

    /// <summary>A further pool, for a library that keeps tables of its own in this database; the caller disposes it.</summary>
    /// <param name="connections">The most connections at once.</param>
    public DbDataSource OpenPool(int connections) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { MaxPoolSize = connections });

    /// <summary>Begins a new epoch, because an operator says that the database was restored.</summary>
    public void BeginEpoch(string reason) => Use(connection =>
    {
        _epoch.Begin(connection, reason);
        return true;
    });

    /// <summary>Brings the tables up to date; of nodes that start together one does it and the others wait.</summary>
    /// <exception cref="MigrationException">The database is newer than this program.</exception>
    public int Migrate(TimeProvider time) => Use(connection =>
        new Migrator(Migrator.Scripts("postgres"), $"BEGIN; SELECT pg_advisory_xact_lock({MigrationLock})", time).Apply(connection));

    /// <inheritdoc/>
    public void Dispose()
    {
        _turns.Dispose();
        _reads.Dispose();
    }

    /// <summary>
    /// Does something on a connection for reading and for what is written outside of turns. It may be done twice when a
    /// connection breaks: a server that has restarted leaves broken ones in the pool, and nobody should hear of that.
    /// </summary>
    internal Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(_reads, work, isRepeatable: true, cancellationToken);

    /// <summary>Does something with keys on a connection for turns, once: who asks for it knows whether it may be done again.</summary>
    internal Task<T> TurnAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(_turns, work, isRepeatable: false, cancellationToken);

    /// <summary>Looks keys up on a connection for turns, again when it breaks: nothing is written.</summary>
    internal Task<T> LookUpAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(_turns, work, isRepeatable: true, cancellationToken);

    /// <summary>As <see cref="UseAsync{T}(Func{NpgsqlConnection, Task{T}}, CancellationToken)"/>, for what must not be asynchronous.</summary>
    internal T Use<T>(Func<NpgsqlConnection, T> work)
    {
        try
        {
            using NpgsqlConnection connection = _reads.OpenConnection();
            return work(connection);
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            throw PostgresErrors.Unavailable(exception);
        }
    }

    /// <summary>Whatever is left of a transaction when <paramref name="work"/> throws ends with the return to the pool.</summary>
    private static async Task<T> UseAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> work, bool isRepeatable, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
                return await work(connection);
            }
            catch (PostgresException exception) when (PostgresErrors.IsCollision(exception))
            {
                // Nothing of it was written; who was in the way is through by now.
                if (attempt == PostgresErrors.MaxCollisions)
                {
                    throw PostgresErrors.Unavailable(exception);
                }
            }
            catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
            {
                if (PostgresErrors.IsBroken(exception))
                {
                    source.Clear();
                    if (isRepeatable && attempt == 1)
                    {
                        continue;
                    }
                }

                throw PostgresErrors.Unavailable(exception);
            }
        }
    }

    /// <summary>What the server would do at a commit, once it is certain that it can be used at all.</summary>
    private static string Probe(NpgsqlConnectionStringBuilder builder)
    {
        try
        {
            using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(builder.ConnectionString) { Pooling = false }.ConnectionString);
            connection.Open();
            if (connection.PostgreSqlVersion.Major < OldestMajor)
            {
                throw new MigrationException(
                    $"PostgreSQL {connection.PostgreSqlVersion} is too old; {OldestMajor} is the oldest that will do.");
            }

            using var command = new NpgsqlCommand("SHOW synchronous_commit", connection);
            return (string)command.ExecuteScalar()!;
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            throw PostgresErrors.Unavailable(exception);
        }
    }
}
