using System.Globalization;
using Npgsql;
using Tsm.Benchmarks.EndToEnd;
using Tsm.Testing;

namespace Tsm.Benchmarks.Hosts;

/// <summary>The PostgreSQL of a run as its hosts see it.</summary>
internal sealed class DatabaseServer(PrivatePostgres postgres)
{
    /// <summary>Processor time of all its processes so far, in seconds.</summary>
    public double Time => ProcessorTime.OfFamily(int.Parse(
        File.ReadLines(Path.Combine(postgres.DataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture));

    /// <summary>As <see cref="IHostKind.Settle"/>.</summary>
    public void Settle(string connectionString)
    {
        string database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        postgres.Execute("VACUUM (ANALYZE)", database);
        postgres.Execute("CHECKPOINT", database);
    }
}
