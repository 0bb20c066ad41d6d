using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tsm.Card.Encoding;
using Tsm.Security.AuditTrail;

namespace Tsm.Tests.Cli;

/// <summary><c>tsm audit-trail</c>: its exit code is what the trail is, with a server and without one.</summary>
public sealed class AuditTrailCommandTests : IDisposable
{
    private const string Intact = """
        {"status":"intact","entries":3,"head":{"number":1,"position":3,"hash":"AA","anchor":"3:AA","at":"2026-01-01T00:00:00Z","key":"K","signature":"00"},
         "unsealed":{"count":2,"ageSeconds":1}}
        """;

    private const string Broken = """
        {"status":"broken","entries":3,"broken":{"position":2,"code":"ENTRY_CHANGED","what":"Entry 2 is not what was sealed."},"unsealed":{"count":0}}
        """;

    private readonly AuditSigningKey _key = AuditSigningKey.From([.. Enumerable.Repeat((byte)0x11, AuditSigningKey.Size)]);
    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-cli-").FullName;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Verify_ends_with_0_for_a_trail_that_is_intact_and_shows_the_head_to_keep()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/audit-trail/verify", Intact);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("audit-trail", "verify"));

        Assert.Contains("✓ intact: 3 entries", shell.Output, StringComparison.Ordinal);
        Assert.Contains("3:AA", shell.Output, StringComparison.Ordinal);
        Assert.Contains("2 entries, the oldest 1 s old", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ends_with_1_for_a_trail_that_is_broken_also_as_json()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/audit-trail/verify", Broken);
        using var shell = new Shell(server);
        using var forPrograms = new Shell(server);

        Assert.Equal(1, await shell.RunAsync("audit-trail", "verify"));
        Assert.Equal(1, await forPrograms.RunAsync("audit-trail", "verify", "--json"));

        Assert.Contains("✗ broken at entry 2: Entry 2 is not what was sealed. [ENTRY_CHANGED]", shell.Output, StringComparison.Ordinal);
        Assert.Equal("broken", JsonDocument.Parse(forPrograms.Output).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_list_never_shows_a_claim_as_if_it_were_known()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/audit-trail", """
            {"items":[{"id":2,"at":"2026-01-01T00:00:00Z","actorKind":"operator","actor":"local-token","claimed":"alice","action":"job.asked",
             "subjectKind":"card","subject":"8949","text":"Install was asked for.","details":{}}],"next":"2"}
            """);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("audit-trail", "list", "--subject", "8949", "--action", "job.asked", "--limit", "1"));

        Assert.Contains("operator local-token (claims: alice)", shell.Output, StringComparison.Ordinal);
        Assert.Contains("unsealed", shell.Output, StringComparison.Ordinal);
        Assert.Contains("--cursor 2", shell.Output, StringComparison.Ordinal);
        Assert.Equal("?action=job.asked&subject=8949&limit=1", server.Requests.Single().Query);
    }

    [Fact]
    public async Task An_export_is_verified_without_a_server_and_says_where_its_key_came_from()
    {
        string export = Lines(3);
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/audit-trail/export", new FakeAnswer(200, export, "application/x-ndjson"));
        using var online = new Shell(server);
        string file = Path.Combine(_folder, "trail.jsonl"), pem = Path.Combine(_folder, "trail.pem");
        await File.WriteAllTextAsync(pem, _key.Public.Pem);

        Assert.Equal(0, await online.RunAsync("audit-trail", "export", file));
        (int own, string ownSays) = await OfflineAsync("--file", file);
        (int given, string givenSays) = await OfflineAsync("--file", file, "--key", pem, "--head", Head(export, 3));

        Assert.Equal(export, await File.ReadAllTextAsync(file));
        Assert.Equal((0, 0), (own, given));
        Assert.Contains("from the file itself", ownSays, StringComparison.Ordinal);
        Assert.Contains("as given", givenSays, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_changed_cut_or_signed_by_another_ends_with_1()
    {
        using AuditSigningKey other = AuditSigningKey.From([.. Enumerable.Repeat((byte)0x22, AuditSigningKey.Size)]);
        string export = Lines(3), pem = Write("other.pem", other.Public.Pem);
        string shorter = Lines(2);

        Assert.Contains("ENTRY_CHANGED", await BrokenAsync(export.Replace("Install", "Suspend", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("HEAD_MISSING", await BrokenAsync(export[..export.LastIndexOf("{\"type\":\"head\"", StringComparison.Ordinal)]), StringComparison.Ordinal);
        Assert.Contains("LINE_UNREADABLE", await BrokenAsync(export[..^20]), StringComparison.Ordinal);
        Assert.Contains("HEAD_FOREIGN", await BrokenAsync(export, "--key", pem), StringComparison.Ordinal);
        Assert.Contains("TRAIL_CUT", await BrokenAsync(shorter, "--head", Head(export, 3)), StringComparison.Ordinal);

        async Task<string> BrokenAsync(string lines, params string[] options)
        {
            (int code, string says) = await OfflineAsync(["--file", Write("broken.jsonl", lines), .. options]);
            Assert.Equal(1, code);
            return says;
        }
    }

    [Theory]
    [InlineData("--file", "no such file")]
    [InlineData("--head", "12")]
    [InlineData("--key", "some.pem")]
    public async Task Wrong_usage_ends_with_2(params string[] options) =>
        Assert.Equal(2, (await OfflineAsync(options)).Code);

    [Fact]
    public async Task A_file_that_is_no_export_and_a_key_that_is_none_end_with_2()
    {
        Assert.Equal(2, (await OfflineAsync("--file", Write("other.txt", "hello\n"))).Code);
        Assert.Equal(2, (await OfflineAsync("--file", Write("trail.jsonl", Lines(1)), "--key", Write("none.pem", "none"))).Code);
    }

    private static async Task<(int Code, string Says)> OfflineAsync(params string[] options)
    {
        using var shell = new Shell();
        int code = await shell.RunAsync(["audit-trail", "verify", .. options]);
        return (code, shell.Output + shell.Error);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Lines(int count)
    {
        var text = new StringBuilder();
        void Add(AuditLine line) => text.Append(Encoding.UTF8.GetString(line.Write())).Append('\n');
        Add(AuditLine.Of("acme", _key.Public));
        Octets hash = AuditChain.Genesis;
        for (int i = 1; i <= count; i++)
        {
            var record = new AuditRecord(
                "acme", i * 10, DateTimeOffset.UnixEpoch.AddHours(i), "operator", "local-token", null, "job.asked", "card", "8949", $"j{i}",
                "Install was asked for.", ImmutableSortedDictionary<string, string>.Empty);
            hash = AuditChain.Next(hash, i, record);
            Add(AuditLine.Of(new SealedRecord(i, record, hash)));
        }

        Add(AuditLine.Of(_key.Sign("acme", 1, count, hash, DateTimeOffset.UnixEpoch)));
        return text.ToString();
    }

    private static string Head(string export, int position) =>
        $"{position}:{JsonDocument.Parse(export.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("hash").GetString()}";
}
