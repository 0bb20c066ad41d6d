using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Benchmarks.Hosts;

/// <summary>The embedded host on SQLite or PostgreSQL, put together as the server does it.</summary>
/// <param name="connectionString">An empty PostgreSQL database; null for a SQLite file.</param>
/// <param name="server">The server of that database; null for a SQLite file.</param>
internal sealed class EmbeddedHosts(string? connectionString, DatabaseServer? server) : IHostKind
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-load-").FullName;
    private int _nodes;

    public string Name => connectionString is null ? "sqlite" : "postgres";

    public int MaxNodes => connectionString is null ? 1 : 2;

    public double DatabaseTime => server?.Time ?? 0;

    public IReadOnlyDictionary<string, string> ServerEnvironment => connectionString is null
        ? new Dictionary<string, string>(StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal) { ["TSM_DATABASE"] = connectionString };

    public IReadOnlyList<string> ServerArguments => ["--data", Path.Combine(_folder, "data")];

    public void Settle() => server?.Settle(connectionString!);

    public ILoadNode StartNode(IMachine machine)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:ConnectionString"] = connectionString,
            ["Storage:Path"] = Path.Combine(_folder, "tsm.db"),
            ["Storage:Node"] = $"load-{++_nodes}",
            ["Storage:Vault:KeyFile"] = Path.Combine(_folder, "vault.key"),
            ["Storage:Vault:CreateKeyFile"] = "true",
        };
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging();
        services.AddSingleton(machine);
        services.AddTsmStorage(_ => _ => LoadRoads.All);
        services.AddTsmGrainHost();
        return new Node(services.BuildServiceProvider());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class Node(ServiceProvider services) : ILoadNode
    {
        public IGrainHost Host { get; } = services.GetRequiredService<IGrainHost>();

        public IGrainStore? Store { get; } = services.GetRequiredService<IGrainStore>();

        public ICardImport Import { get; } = services.GetRequiredService<ICardImport>();

        public IKeyVault Vault { get; } = services.GetRequiredService<IKeyVault>();

        public ValueTask DisposeAsync() => services.DisposeAsync();
    }
}
