using System.Text.Json;

namespace Tsm.Tests.Server;

/// <summary>Imports through the API: all of a file or nothing, and every fault with line and column.</summary>
public sealed class CardImportApiTests : IAsyncLifetime
{
    private const string Key = "00112233445566778899AABBCCDDEEFF";
    private const string Header = "iccid,msisdn,model,kvn,kic,kid,dek,counter";
    private const string First = $"8949000000000000018,491700000001,uicc-aes,1,{Key},{Key},{Key},41";
    private const string Second = $"8949000000000000026,491700000002,uicc-3des,2,{Key},{Key},,";

    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, int, string, string> Faults => new()
    {
        { "", 1, "", "FILE_EMPTY" },
        { Header, 1, "", "FILE_EMPTY" },
        { "iccid,msisdn\n1,2", 1, "model", "COLUMN_MISSING" },
        { Header + ",colour\n" + First + ",red", 1, "", "COLUMN_UNKNOWN" },
        { Header + ",kic\n" + First + "," + Key, 1, "kic", "COLUMN_REPEATED" },
        { Header + "\n" + First + "\n8949", 3, "", "COLUMN_COUNT_WRONG" },
        { Header + "\n\n\"" + First, 3, "", "QUOTES_WRONG" },
        { Header + "\n" + First + "\n\n" + Second.Replace("00026", "00027", StringComparison.Ordinal), 4, "iccid", "ICCID_INVALID" },
        { Header + "\n" + First.Replace("uicc-aes", "uicc-x", StringComparison.Ordinal), 2, "model", "CARD_MODEL_UNKNOWN" },
        { Header + "\n" + First + "\n" + First, 3, "iccid", "ICCID_REPEATED" },
        { Header + "\n" + First + "\n" + new string('9', 100_000), 3, "", "LINE_TOO_LONG" },
        { new string('x', 100_000), 1, "", "LINE_TOO_LONG" },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_is_reported_with_its_line_and_column_and_nothing_is_imported(string csv, int line, string column, string code)
    {
        (int status, JsonElement problem) = await _server.ImportAsync(csv);

        Assert.Equal((422, "CARD_IMPORT_INVALID"), (status, problem.Text("code")));
        JsonElement fault = problem.List("errors").First();
        Assert.Equal((line, code), (fault.GetProperty("line").GetInt32(), fault.Text("code")));
        Assert.Equal(column, fault.TryGetProperty("column", out JsonElement named) ? named.GetString() : "");
        Assert.NotEmpty(fault.Text("next"));
        (_, JsonElement cards) = await _server.GetAsync("/api/v1/cards");
        Assert.Empty(cards.List("items"));
    }

    [Theory, InlineData(','), InlineData(';'), InlineData('\t')]
    public async Task Cards_are_imported_whatever_parts_their_values(char separator)
    {
        string csv = $"{Header}\r\n{First}\r\n\r\n{Second}\r\n".Replace(',', separator);

        (int status, JsonElement result) = await _server.ImportAsync("\uFEFF" + csv);

        Assert.Equal((200, 2, false), (status, result.GetProperty("imported").GetInt32(), result.GetProperty("dryRun").GetBoolean()));
        (_, JsonElement list) = await _server.GetAsync("/api/v1/cards?search=4917");
        Assert.Equal(["8949000000000000018", "8949000000000000026"], list.List("items").Select(c => c.Text("iccid")));
    }

    [Fact]
    public async Task Columns_may_stand_in_any_order_and_optional_ones_may_be_absent()
    {
        (int status, _) = await _server.ImportAsync($"KID, KIC ,kvn,model,msisdn,iccid\n{Key},{Key},3,uicc-small,+49 170 0000003,8949 0000 0000 0000 034\n");

        Assert.Equal(200, status);
        (_, JsonElement card) = await _server.GetAsync("/api/v1/cards/491700000003");
        Assert.Equal(("8949000000000000034", "uicc-small"), (card.Text("iccid"), card.Text("model")));
    }

    [Fact]
    public async Task A_card_shows_check_values_counters_and_contents()
    {
        await _server.ImportAsync($"{Header}\n{First}\n");

        (_, JsonElement card) = await _server.GetAsync("/api/v1/cards/8949000000000000018");

        JsonElement keys = card.List("keySets").Single();
        Assert.Equal((1, "aes", 6), (keys.GetProperty("version").GetInt32(), keys.Text("algorithm"), keys.Text("kicCheckValue").Length));
        Assert.Equal(keys.Text("kicCheckValue"), keys.Text("dekCheckValue"));
        JsonElement domain = card.List("domains").Single();
        Assert.Equal(("000000", 1, 41L), (domain.Text("tar"), domain.GetProperty("keyVersion").GetInt32(), domain.GetProperty("counter").GetInt64()));
        Assert.Empty(card.List("contents"));
        Assert.False(card.TryGetProperty("auditedAt", out _));
    }

    [Fact]
    public async Task A_dry_run_checks_and_writes_nothing()
    {
        (int status, JsonElement result) = await _server.ImportAsync($"{Header}\n{First}\n", "?dryRun=true");

        Assert.Equal((200, 1, true), (status, result.GetProperty("imported").GetInt32(), result.GetProperty("dryRun").GetBoolean()));
        (_, JsonElement list) = await _server.GetAsync("/api/v1/cards");
        Assert.Empty(list.List("items"));
    }

    [Fact]
    public async Task A_card_is_imported_once()
    {
        await _server.ImportAsync($"{Header}\n{First}\n");

        (int status, JsonElement problem) = await _server.ImportAsync($"{Header}\n{Second}\n{First}\n");

        Assert.Equal(422, status);
        Assert.Equal([(3, "ICCID_TAKEN"), (3, "MSISDN_TAKEN")], problem.List("errors").Select(e => (e.GetProperty("line").GetInt32(), e.Text("code"))));
    }
}
