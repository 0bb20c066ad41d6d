namespace Tsm.Server.Options;

/// <summary>What the process itself needs to know.</summary>
public sealed class ServerOptions
{
    /// <summary>The host in the process.</summary>
    internal const string Embedded = "embedded";

    /// <summary>The host on Orleans.</summary>
    internal const string Orleans = "orleans";

    /// <summary>The folder of the database, the vault key and the API token; created when missing. Default: <c>data</c>.</summary>
    public string Data { get; set; } = "data";

    /// <summary>A file that is written when the server listens and its database is open; null for none.</summary>
    public string? ReadyFile { get; set; }

    /// <summary>Whether the server stops when its standard input closes. Default: false.</summary>
    public bool ExitWithStdin { get; set; }

    /// <summary>
    /// Where grains live: <c>embedded</c> in this process, or <c>orleans</c>, on the silos of a cluster of which this process is one.
    /// Default: <c>embedded</c>.
    /// </summary>
    public string Host { get; set; } = Embedded;

    /// <summary>Whether grains live on Orleans.</summary>
    public bool IsOrleans => string.Equals(Host, Orleans, StringComparison.OrdinalIgnoreCase);

    /// <summary>A file in PEM with the certificate of the server and those that signed it, for <c>https</c> addresses; null for none.</summary>
    public string? TlsCertificate { get; set; }

    /// <summary>A file in PEM with the private key of <see cref="TlsCertificate"/>; null where the certificate's file has it.</summary>
    public string? TlsKey { get; set; }

    /// <summary>The SMSCs, each a road to cards. Without one, jobs wait.</summary>
    public IList<SmscOptions> Smsc { get; } = [];
}
