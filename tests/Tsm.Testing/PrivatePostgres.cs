using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Tsm.Testing;

/// <summary>
/// A PostgreSQL of this run of tests or benchmarks: a new cluster in a temporary folder on a free port of 127.0.0.1, with every
/// commit flushed. It starts when it is first asked for and is gone, with all it has written, when the run ends - killed or not.
/// </summary>
/// <remarks>
/// The server refuses to be root, so root hands it to the user postgres or nobody. A shell stands between: it obeys the lines
/// it reads, and when they end, because this process has ended, it stops the server and removes its files.
/// </remarks>
public sealed class PrivatePostgres : IDisposable
{
    public const string Password = "sentinel-Password-5N4z";

    private const string Keeper =
        """
        cd "$1" || exit 1
        control() { pg_ctl -D data -l server.log -w "$@" >/dev/null 2>&1; }
        PATH=$2:$PATH
        export PGCTLTIMEOUT=600
        while read -r line; do
            case $line in
            start) control start ;;
            stop) control stop -m fast ;;
            crash) control stop -m immediate ;;
            esac
            echo "$line: $?"
        done
        control stop -m immediate
        rm -rf "$1"/*
        """;

    private static readonly string[] Users = ["postgres", "nobody"];

    private static readonly string? Binaries = FindBinaries();

    private static readonly string? User = FindUser();

    private readonly Lazy<Cluster> _cluster = new(() => new());
    private int _databases;

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? WhyNot { get; } = Binaries is null
        ? "There is no PostgreSQL server on this machine (no initdb in /usr/lib/postgresql/*/bin or on the path)."
        : Environment.UserName == "root" && User is null
            ? "PostgreSQL refuses to run as root, and there is neither setpriv nor a user postgres or nobody to run it as."
            : null;

    /// <summary>Where the server keeps everything it writes.</summary>
    public string DataFolder => Path.Combine(_cluster.Value.Folder, "data");

    public string Log => File.ReadAllText(Path.Combine(_cluster.Value.Folder, "server.log"));

    /// <summary>Makes a new database, empty or a copy of another, and returns its connection string.</summary>
    public string CreateDatabase(string? template = null)
    {
        string name = $"t{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        Execute($"CREATE DATABASE {name} {(template is null ? "" : $"TEMPLATE {template}")}");
        return ConnectionString(name);
    }

    public void DropDatabase(string connectionString) =>
        Execute($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_cluster.Value.Port};Username=tsm;Password={Password};Database={database};Timeout=30";

    public bool Exists(string database)
    {
        using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=False");
        connection.Open();
        using var command = new NpgsqlCommand("SELECT count(*) FROM pg_database WHERE datname = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = database });
        return (long)command.ExecuteScalar()! == 1;
    }

    public void Execute(string sql, string database = "postgres")
    {
        using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=False");
        connection.Open();
#pragma warning disable CA2100 // Written by tests.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>The files of the data folder with one of these octet strings in them.</summary>
    public IReadOnlyList<string> FilesWith(params byte[][] octets)
    {
        List<string> found = [];
        foreach (string file in Directory.EnumerateFiles(_cluster.Value.Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains(".s.PGSQL", StringComparison.Ordinal)))
        {
            byte[] content = File.ReadAllBytes(file);
            if (octets.Any(o => content.AsSpan().IndexOf(o) >= 0))
            {
                found.Add(file);
            }
        }

        return found;
    }

    /// <summary>Makes an empty folder that belongs to the server, for a tablespace.</summary>
    public static string OwnFolder(string parent)
    {
        string folder = Path.Combine(parent, "tablespace");
        using Process made = Run("/bin/mkdir", folder);
        made.WaitForExit();
        return folder;
    }

    public void Start() => _cluster.Value.Tell("start");

    /// <summary>Ends all sessions and stops; what was not committed is lost.</summary>
    public void Stop() => _cluster.Value.Tell("stop");

    /// <summary>Stops as at a power failure: the next start has only what was flushed.</summary>
    public void Crash() => _cluster.Value.Tell("crash");

    public void Dispose()
    {
        if (_cluster.IsValueCreated)
        {
            _cluster.Value.Dispose();
        }
    }

    private static string? FindBinaries()
    {
        IEnumerable<string> folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out int major) ? major : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        return folders
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "postgres")));
    }

    private static string? FindUser() => !File.Exists("/usr/bin/setpriv") || !File.Exists("/etc/passwd")
        ? null
        : Users.FirstOrDefault(u => File.ReadLines("/etc/passwd").Any(l => l.StartsWith(u + ":", StringComparison.Ordinal)));

    private static Process Run(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" };
        string[] command = Environment.UserName == "root"
            ? ["/usr/bin/setpriv", $"--reuid={User}", $"--regid={Group()}", "--clear-groups", program]
            : [program];
        start.FileName = command[0];
        foreach (string argument in command[1..].Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>The number of the user's own group, which may have another name.</summary>
    private static string Group() =>
        File.ReadLines("/etc/passwd").First(l => l.StartsWith(User + ":", StringComparison.Ordinal)).Split(':')[3];

    private sealed class Cluster : IDisposable
    {
        private readonly Process _keeper;

        public Cluster()
        {
            Folder = Directory.CreateTempSubdirectory("tsm-postgres-").FullName;
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Folder, (UnixFileMode)0b111_111_111);
            }

            Port = FreePort();
            string passwordFile = Path.Combine(Folder, "password");
            File.WriteAllText(passwordFile, Password);
            string data = Path.Combine(Folder, "data");
            using (Process initdb = Run(
                Path.Combine(Binaries!, "initdb"),
                "-D", data, "-U", "tsm", "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--no-sync"))
            {
                string said = initdb.StandardOutput.ReadToEnd();
                initdb.WaitForExit();
                if (initdb.ExitCode != 0)
                {
                    throw new InvalidOperationException(said);
                }
            }

            File.Delete(passwordFile);
            _keeper = Run("/bin/sh", "-c", Keeper, "keeper", Folder, Binaries!);
            Configure(data);
            Tell("start");
        }

        public string Folder { get; }

        public int Port { get; }

        public void Tell(string command)
        {
            _keeper.StandardInput.WriteLine(command);
            _keeper.StandardInput.Flush();
            if (_keeper.StandardOutput.ReadLine() is not { } said || said != $"{command}: 0")
            {
                throw new InvalidOperationException($"PostgreSQL did not {command}:\n{File.ReadAllText(Path.Combine(Folder, "server.log"))}");
            }
        }

        public void Dispose()
        {
            NpgsqlConnection.ClearAllPools();
            _keeper.StandardInput.Close();
            _keeper.WaitForExit();
            _keeper.Dispose();
            Directory.Delete(Folder, recursive: true);
        }

        /// <summary>Written by this process, for which the folder of another user is closed, only when it may; so it goes through a command.</summary>
        private void Configure(string data)
        {
            var settings = new StringBuilder()
                .AppendLine("listen_addresses = '127.0.0.1'")
                .AppendLine(CultureInfo.InvariantCulture, $"port = {Port}")
                .AppendLine(CultureInfo.InvariantCulture, $"unix_socket_directories = '{Folder}'")
                .AppendLine("shared_buffers = 256MB")
                .AppendLine("max_wal_size = 4GB")
                .AppendLine("max_connections = 200")
                .AppendLine("log_min_messages = warning");
            using Process tee = Run("/bin/sh", "-c", "cat >> \"$1/postgresql.conf\"", "configure", data);
            tee.StandardInput.Write(settings.ToString());
            tee.StandardInput.Close();
            tee.WaitForExit();
        }

        /// <summary>Below those that the system gives out by itself: nobody is given it while the server is stopped.</summary>
        private static int FreePort()
        {
            while (true)
            {
                try
                {
                    using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(20_000, 32_000));
                    listener.Start();
                    return ((IPEndPoint)listener.LocalEndpoint).Port;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    // The next one.
                }
            }
        }
    }
}
