using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;
using Tsm.Storage.Migrations;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

public sealed partial class MigratorTests : IDisposable
{
    private static readonly Migration First = new(1, "0001_first", "CREATE TABLE first (a INTEGER)");
    private static readonly Migration Second = new(2, "0002_second", "CREATE TABLE second (a INTEGER)");

    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public MigratorTests() => _connection.Open();

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Applies_each_script_once_and_in_order()
    {
        Assert.Equal(1, Apply(First));
        Assert.Equal(0, Apply(First));
        Assert.Equal(1, Apply(First, Second));
        Assert.Equal(0, Apply(First, Second));

        Assert.Equal(["0001_first", "0002_second"], _connection.Query<string>("SELECT name FROM migrations ORDER BY number"), StringComparer.Ordinal);
        Assert.Equal(["first", "second"], Tables(), StringComparer.Ordinal);
    }

    [Fact]
    public void Refuses_a_database_newer_than_itself_and_leaves_it_alone()
    {
        Apply(First, Second);

        MigrationException refused = Assert.Throws<MigrationException>(() => Apply(First));

        Assert.Contains("newer than this program", refused.Message, StringComparison.Ordinal);
        Assert.Contains("0002_second", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["first", "second"], Tables(), StringComparer.Ordinal);
    }

    [Fact]
    public void Refuses_a_database_whose_scripts_were_others()
    {
        Apply(First);

        Assert.Throws<MigrationException>(() => Apply(First with { Sql = "CREATE TABLE other (a INTEGER)" }, Second));

        Assert.Equal(["first"], Tables(), StringComparer.Ordinal);
    }

    [Fact]
    public void A_script_that_fails_leaves_nothing_behind()
    {
        Migration broken = new(2, "0002_broken", "CREATE TABLE half (a INTEGER); CREATE TABLE first (a INTEGER)");

        Assert.Throws<SqliteException>(() => Apply(First, broken));

        Assert.Equal(["first"], Tables(), StringComparer.Ordinal);
        Assert.Equal(1, Apply(First, Second));
    }

    [Fact]
    public void Scripts_are_numbered_without_a_gap_and_open_with_numbered_reasons()
    {
        IReadOnlyList<Migration> scripts = Migrator.Scripts("sqlite");

        Assert.NotEmpty(scripts);
        Assert.Equal(Enumerable.Range(1, scripts.Count), scripts.Select(s => s.Number));
        Assert.All(scripts, s => Assert.Matches(Reasons(), s.Sql));
    }

    /// <summary>What belongs to the database, or to accounts at SMSCs, which are the operator's, whosever cards they lead to.</summary>
    private static readonly string[] OfNoTenant = ["epochs", "road_beats", "road_outages", "roads"];

    [Fact]
    public void Every_table_of_the_store_has_the_tenant_in_its_key_or_an_index()
    {
        new Migrator(Migrator.Scripts("sqlite"), "BEGIN IMMEDIATE", new ManualTimeProvider()).Apply(_connection);

        foreach (string table in Tables().Except(OfNoTenant, StringComparer.Ordinal))
        {
            IEnumerable<string> leading = _connection.Query<string>(
                "SELECT i.name FROM pragma_index_list(@table) AS l, pragma_index_info(l.name) AS i WHERE i.seqno = 0", new { table });
            Assert.Contains("tenant", leading, StringComparer.Ordinal);
        }
    }

    private int Apply(params Migration[] scripts) => new Migrator(scripts, "BEGIN IMMEDIATE", new ManualTimeProvider()).Apply(_connection);

    private IEnumerable<string> Tables() => _connection.Query<string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migrations' AND name NOT LIKE 'sqlite_%' ORDER BY name");

    [GeneratedRegex(@"\A--[^\n]*\n-- 1\. ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reasons();
}
