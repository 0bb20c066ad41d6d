namespace Tsm.Server.Contracts;

/// <summary>How the server is.</summary>
/// <param name="Status">ok, or degraded when the database does not answer or an SMSC is not bound.</param>
/// <param name="Version">The version of the server.</param>
/// <param name="Database">ok, or what is wrong with it.</param>
/// <param name="Smsc">The SMSCs.</param>
public sealed record Health(string Status, string Version, string Database, IReadOnlyList<SmscHealth> Smsc);

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
