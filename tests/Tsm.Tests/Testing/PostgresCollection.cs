using Tsm.Testing;

namespace Tsm.Tests.Testing;

/// <summary>Tests that share the private PostgreSQL, one after the other.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // The name that xunit uses.
public sealed class PostgresCollection : ICollectionFixture<PrivatePostgres>
#pragma warning restore CA1711
{
    public const string Name = "PostgreSQL";
}
