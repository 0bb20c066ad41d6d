namespace Tsm.Server.Options;

/// <summary>What the process itself needs to know.</summary>
public sealed class ServerOptions
{
    /// <summary>The folder of the database, the vault key and the API token; created when missing. Default: <c>data</c>.</summary>
    public string Data { get; set; } = "data";

    /// <summary>A file that is written when the server listens and its database is open; null for none.</summary>
    public string? ReadyFile { get; set; }

    /// <summary>Whether the server stops when its standard input closes. Default: false.</summary>
    public bool ExitWithStdin { get; set; }

    /// <summary>The SMSCs, each a road to cards. Without one, jobs wait.</summary>
    public IList<SmscOptions> Smsc { get; } = [];
}
