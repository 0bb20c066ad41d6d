namespace Tsm.Server.Contracts;

/// <summary>How the server is.</summary>
/// <param name="Status">ok, or degraded when the database does not answer, an SMSC is not bound, or the audit trail is broken or not sealed.</param>
/// <param name="Version">The version of the server.</param>
/// <param name="Database">ok, or what is wrong with it.</param>
/// <param name="Smsc">The SMSCs.</param>
/// <param name="AuditTrail">The audit trail; absent when the database does not answer.</param>
public sealed record Health(
    string Status, string Version, string Database, IReadOnlyList<SmscHealth> Smsc, AuditTrailHealth? AuditTrail);

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
public sealed record SmscHealth(string Name, string Host, int Port, string State, int WindowFree, int Outstanding);
