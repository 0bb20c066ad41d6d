namespace Tsm.Server.Contracts;

/// <summary>How the server is.</summary>
/// <param name="Status">ok, or degraded when there is a problem.</param>
/// <param name="Version">The version of the server.</param>
/// <param name="Database">ok, or unavailable.</param>
/// <param name="Smsc">The SMSCs.</param>
/// <param name="Problems">What is not as it should be, in plain words; empty when all is.</param>
/// <param name="AuditTrail">The audit trail; absent when the database does not answer.</param>
public sealed record Health(
    string Status,
    string Version,
    string Database,
    IReadOnlyList<SmscHealth> Smsc,
    IReadOnlyList<HealthProblem> Problems,
    AuditTrailHealth? AuditTrail);

/// <summary>How the audit trail is.</summary>
/// <param name="Status">intact, broken, unsealed when entries have waited for minutes to be sealed, or unverified before the first verification.</param>
/// <param name="VerifiedAt">When all of it was last verified, which is done once a day.</param>
/// <param name="BrokenAt">The first position that cannot be trusted.</param>
/// <param name="Unsealed">Entries that are not sealed yet.</param>
public sealed record AuditTrailHealth(string Status, DateTimeOffset? VerifiedAt, long? BrokenAt, long Unsealed);

/// <summary>How the connection to an SMSC is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="State">State of the connection in lower case: bound when short messages can leave.</param>
/// <param name="WindowFree">How many more short messages it takes before it has answered.</param>
/// <param name="Outstanding">How many short messages it has not answered.</param>
/// <param name="Rate">The most short messages a second over all nodes, as this node is configured; absent where there is no limit.</param>
/// <param name="Paused">Whether somebody has paused it, on all nodes: nothing leaves until it is resumed.</param>
public sealed record SmscHealth(
    string Name, string Host, int Port, string State, int WindowFree, int Outstanding, int? Rate, bool Paused);

/// <summary>Something that is not as it should be.</summary>
/// <param name="Layer">Where: storage, bearer or server.</param>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Meaning">What is wrong, and what it means for jobs.</param>
/// <param name="Since">Since when; null when that is not known.</param>
/// <param name="Next">What to do.</param>
public sealed record HealthProblem(string Layer, string Code, string Meaning, DateTimeOffset? Since, string Next);
