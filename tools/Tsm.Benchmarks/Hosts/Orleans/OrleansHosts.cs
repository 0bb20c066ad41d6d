using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Benchmarks.Loads;
using Tsm.Orleans;
using Tsm.Orleans.Messages;

namespace Tsm.Benchmarks.Hosts;

/// <summary>Silos of a cluster of their own on a PostgreSQL database.</summary>
internal sealed class OrleansHosts : IHostKind
{
    private const string ScriptsVariable = "TSM_ORLEANS_SCRIPTS";

    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-load-").FullName;
    private readonly string _connectionString;
    private readonly DatabaseServer _server;

    private OrleansHosts(string connectionString, DatabaseServer server) => (_connectionString, _server) = (connectionString, server);

    /// <summary>Why it cannot be measured here, with what to do; null when it can.</summary>
    public static string? WhyNot => OrleansHosting.WhyNot ?? (Directory.Exists(Scripts)
        ? null
        : $"Orleans' tables have to be made first: set {ScriptsVariable} to the folder with its four scripts PostgreSQL-*.sql.");

    public string Name => "orleans";

    public int MaxNodes => 2;

    public double DatabaseTime => _server.Time;

    public IReadOnlyDictionary<string, string> ServerEnvironment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["TSM_DATABASE"] = _connectionString,
        ["TSM_ORLEANS__SCRIPTS"] = Scripts!,
    };

    public IReadOnlyList<string> ServerArguments => ["--data", Path.Combine(_folder, "data"), "--host", Name, "--silo-port", FreePort()];

    private static string? Scripts => Environment.GetEnvironmentVariable(ScriptsVariable);

    public static IHostKind Open(string connectionString, DatabaseServer server) => new OrleansHosts(connectionString, server);

    public void Settle() => _server.Settle(_connectionString);

    public ILoadNode StartNode(IMachine machine)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:ConnectionString"] = _connectionString,
            ["Storage:Node"] = $"load-{Guid.NewGuid():n}",
            ["Storage:Vault:KeyFile"] = Path.Combine(_folder, "vault.key"),
            ["Storage:Vault:CreateKeyFile"] = "true",
            ["Orleans:ClusterId"] = "load",
            ["Orleans:SiloPort"] = FreePort(),
            ["Orleans:Scripts"] = Scripts,
        });
        builder.Services.AddSingleton(machine);
        builder.Services.AddSingleton(new GrainMessages(typeof(ChangeState), typeof(ChangeAll)));
        builder.Services.AddTsmStorage(_ => _ => LoadRoads.All);
        builder.AddTsmOrleansHost();
        IHost host = builder.Build();
        host.Start();
        return new Node(host);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Node(IHost host) : ILoadNode
    {
        public IGrainHost Host { get; } = host.Services.GetRequiredService<IGrainHost>();

        /// <summary>None: a silo writes the state of each grain by itself.</summary>
        public IGrainStore? Store => null;

        public ICardImport Import { get; } = host.Services.GetRequiredService<ICardImport>();

        public IKeyVault Vault { get; } = host.Services.GetRequiredService<IKeyVault>();

        public async ValueTask DisposeAsync()
        {
            await ((IAsyncDisposable)Host).DisposeAsync();
            await host.StopAsync();
            host.Dispose();
        }
    }
}
