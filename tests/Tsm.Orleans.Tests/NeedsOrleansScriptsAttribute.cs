using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Orleans.Tests;

/// <summary>The tests of this class need the scripts that make Orleans' tables, which come with its source only.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsOrleansScriptsAttribute : NeedsAttribute
{
    /// <summary>Their folder.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("TSM_ORLEANS_SCRIPTS");

    public override string? WhyNot => Directory.Exists(Folder)
        ? null
        : "TSM_ORLEANS_SCRIPTS names no folder with Orleans' PostgreSQL-Main.sql, -Clustering.sql, -Persistence.sql and -Reminders.sql.";
}

/// <summary>Tests that share the private PostgreSQL, one after the other.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // The name that xunit uses.
public sealed class OrleansCollection : ICollectionFixture<PrivatePostgres>
#pragma warning restore CA1711
{
    public const string Name = "Orleans";
}
