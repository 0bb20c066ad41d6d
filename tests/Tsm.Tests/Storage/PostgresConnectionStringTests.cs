using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Storage;
using Tsm.Storage.Postgres;

namespace Tsm.Tests.Storage;

public sealed class PostgresConnectionStringTests
{
    private const string Secret = "s3cret-Sentinel";

    [Theory]
    [InlineData("postgres://tsm:p%40ss%3Aword@db.example:5433/cards?sslmode=verify-full&connect_timeout=7")]
    [InlineData("Host=db.example;Port=5433;Username=tsm;Password=p@ss:word;Database=cards;SSL Mode=VerifyFull;Timeout=7")]
    public void Both_forms_say_the_same(string text)
    {
        NpgsqlConnectionStringBuilder read = PostgresConnectionString.Parse(text);

        Assert.Equal(("db.example", 5433, "tsm", "p@ss:word", "cards"), (read.Host, read.Port, read.Username, read.Password, read.Database));
        Assert.Equal((SslMode.VerifyFull, 7), (read.SslMode, read.Timeout));
    }

    [Fact]
    public void What_the_operator_said_stays_and_the_rest_gets_our_values()
    {
        NpgsqlConnectionStringBuilder read = PostgresConnectionString.Parse("postgresql://db/cards?Maximum Pool Size=3");

        Assert.Equal((3, 100, 5432, true), (read.MaxPoolSize, read.MaxAutoPrepare, read.Port, read.NoResetOnClose));
        Assert.Equal(0, PostgresConnectionString.Parse("Host=db;Max Auto Prepare=0").MaxAutoPrepare);
    }

    [Theory]
    [InlineData($"postgres://tsm:{Secret}@:port/")]
    [InlineData($"postgres://tsm:{Secret}@db/cards?sslmode={Secret}")]
    [InlineData($"postgres://tsm:{Secret}@db/cards?unheardof={Secret}")]
    [InlineData($"Host=db;Password={Secret};Port={Secret}")]
    [InlineData($"Host=db;Unheardof={Secret}")]
    [InlineData($"Password={Secret};Username=tsm")]
    public void What_is_wrong_is_told_without_the_password(string text)
    {
        FormatException refused = Assert.Throws<FormatException>(() => PostgresConnectionString.Parse(text));

        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_told_without_the_password()
    {
        StoreUnavailableException refused = Assert.Throws<StoreUnavailableException>(
            () => PostgresDatabase.Open($"postgres://tsm:{Secret}@127.0.0.1:1/cards"));

        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null, "data/tsm.db")]
    [InlineData(null, "postgres://db/cards", "postgres://db/cards", "data/tsm.db")]
    [InlineData("Host=db", "postgres://other/cards", "Host=db", "data/tsm.db")]
    [InlineData(null, "/var/lib/tsm/cards.db", null, "/var/lib/tsm/cards.db")]
    [InlineData("cards.db", "postgres://other/cards", null, "cards.db")]
    [InlineData("", "", null, "data/tsm.db")]
    public void Configuration_goes_before_the_environment_and_a_path_means_SQLite(
        string? configured, string? variable, string? connectionString, string path)
    {
        var options = new StorageOptions { ConnectionString = configured };

        StorageServiceCollectionExtensions.Choose(options, variable);

        Assert.Equal((connectionString, path), (options.ConnectionString, options.Path));
    }
}
