using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tsm.Application.Hosting;
using Tsm.Storage.Migrations;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>
/// One database file: a single writer connection behind a lock, because SQLite has one writer anyway, and a few readers that
/// see the last commit and wait for nobody.
/// </summary>
/// <remarks>WAL with <c>synchronous=FULL</c>: with NORMAL the last commits can be lost at a power failure.</remarks>
public sealed class SqliteDatabase : IDisposable
{
    private static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(5);

    private readonly string _connectionString;
    private readonly TimeSpan _busyTimeout;
    private readonly SqliteSession _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _reading;
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private int? _epoch;
    private bool _disposed;

    private SqliteDatabase(string path, int readers, TimeSpan busyTimeout)
    {
        Path = path;
        _busyTimeout = busyTimeout;
        _reading = new(readers, readers);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
        }.ConnectionString;
        _writer = Connect("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
    }

    /// <summary>The database file; <c>-wal</c> and <c>-shm</c> lie beside it.</summary>
    public string Path { get; }

    /// <summary>The epoch of the database, which rises when it has gone back in time. Only this process writes it, so it is read once.</summary>
    internal int Epoch => _epoch ??= Read(session => (int)session.Connection.ExecuteScalar<long>("SELECT max(epoch) FROM epochs"));

    /// <summary>Opens or creates the file. Tables are there after <see cref="Migrate"/>.</summary>
    /// <param name="path">The file; its folder is created when it is missing.</param>
    /// <param name="readers">The most connections that read at once.</param>
    /// <param name="busyTimeout">How long a statement waits for another process that writes. Default: 5 s.</param>
    /// <exception cref="StoreUnavailableException">The file cannot be opened.</exception>
    public static SqliteDatabase Open(string path, int readers = 4, TimeSpan? busyTimeout = null)
    {
        string full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        try
        {
            return new(full, readers, busyTimeout ?? DefaultBusyTimeout);
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The database {full} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Brings the tables up to date.</summary>
    /// <exception cref="MigrationException">The database is newer than this program.</exception>
    public int Migrate(TimeProvider time) =>
        Write(session => new Migrator(Migrator.Scripts("sqlite"), "BEGIN IMMEDIATE", time).Apply(session.Connection), transaction: false);

    /// <summary>Begins a new epoch, because an operator says that the file was restored.</summary>
    public void BeginEpoch(string reason, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _epoch = Write(session =>
        {
            // What was ready to leave does not: it counts as abandoned, so that its grain is told and comes back.
            session.Connection.Execute("UPDATE outbox SET claimed_until = 0");
            return (int)session.Connection.ExecuteScalar<long>(
                """
                INSERT INTO epochs (epoch, since, reason)
                SELECT max(max(epoch) + 1, ($since - 1767225600000) / 1000), $since, $reason FROM epochs RETURNING epoch
                """,
                new { since = StoredValues.Milliseconds(time.GetUtcNow()), reason });
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Wait();
        if (_disposed)
        {
            _writing.Release();
            return;
        }

        _disposed = true;
        while (_readers.TryTake(out SqliteSession? reader))
        {
            reader.Dispose();
        }

        _writer.Dispose();
        _writing.Release();
    }

    /// <summary>Runs <paramref name="work"/> in a transaction on the writer: all of it is durable when this returns, or none.</summary>
    internal async Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return Guard(() => Transact(work));
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>As <see cref="WriteAsync"/>, for what must not be asynchronous.</summary>
    internal T Write<T>(Func<SqliteSession, T> work, bool transaction = true)
    {
        _writing.Wait();
        try
        {
            return Guard(() =>
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return transaction ? Transact(work) : work(_writer);
            });
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Runs <paramref name="work"/> on a reader, which sees what is committed now.</summary>
    internal async Task<T> ReadAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            return Guard(() => WithReader(work));
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, for what must not be asynchronous.</summary>
    internal T Read<T>(Func<SqliteSession, T> work)
    {
        _reading.Wait();
        try
        {
            return Guard(() => WithReader(work));
        }
        finally
        {
            _reading.Release();
        }
    }

    private T Transact<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _writer.Prepare("BEGIN IMMEDIATE").Execute();
        try
        {
            T result = work(_writer);
            _writer.Prepare("COMMIT").Execute();
            return result;
        }
        catch
        {
            // Some errors have rolled back already.
            if (raw.sqlite3_get_autocommit(_writer.Connection.Handle) == 0)
            {
                _writer.Prepare("ROLLBACK").Execute();
            }

            throw;
        }
    }

    private T WithReader<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_readers.TryTake(out SqliteSession? reader))
        {
            reader = Connect("PRAGMA query_only = ON");
        }

        try
        {
            return work(reader);
        }
        finally
        {
            if (_disposed)
            {
                reader.Dispose();
            }
            else
            {
                _readers.Add(reader);
            }
        }
    }

    private SqliteSession Connect(string pragmas)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
            command.CommandText = $"PRAGMA busy_timeout = {(int)_busyTimeout.TotalMilliseconds}; PRAGMA foreign_keys = ON; {pragmas}";
#pragma warning restore CA2100
            command.ExecuteNonQuery();
            return new(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Tells a store that is down from a statement that is wrong.</summary>
    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY)
        {
            throw new StoreUnavailableException(Words(exception), exception);
        }
    }

    private string Words(SqliteException exception) => exception.SqliteErrorCode == raw.SQLITE_FULL
        ? $"The disk of the database {Path} is full: nothing can be written."
        : $"The database {Path} cannot be used now: {exception.Message}.";
}
