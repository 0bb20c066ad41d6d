using Tsm.Testing;

namespace Tsm.Benchmarks.Hosts;

/// <summary>The kinds of hosts that this build can measure.</summary>
internal static class HostKinds
{
    /// <summary>Why a kind cannot be measured here, with what to do; null when it can.</summary>
    public static string? WhyNot(string name) => name switch
    {
        "sqlite" => null,
        "postgres" => PrivatePostgres.WhyNot,
        _ => PrivatePostgres.WhyNot ?? OrleansHosts.WhyNot,
    };

    /// <summary>Opens a kind on a new, empty database.</summary>
    public static Task<IHostKind> OpenAsync(string name, PrivatePostgres postgres) => Task.FromResult<IHostKind>(name switch
    {
        "sqlite" => new EmbeddedHosts(connectionString: null, server: null),
        "postgres" => new EmbeddedHosts(postgres.CreateDatabase(), new(postgres)),
        _ => OrleansHosts.Open(postgres.CreateDatabase(), new(postgres)),
    });
}
