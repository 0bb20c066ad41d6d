using System.Text.Json;

namespace Tsm.Tests.Cli;

/// <summary>The verbs of services: what they send, what they show, how they end.</summary>
public sealed class ServiceCommandTests
{
    private const string Canteen = """
        {"id":"canteen","provider":"acme","name":"Canteen card","code":"01","onCardSwap":"move","current":"1.0","revision":3,
         "versions":[{"version":"1.0","application":"0123456789ABCDEF","module":"F0546D53010101","instance":"F0546D53010101","libraries":[],
                      "personalisation":[{"id":"0101","content":"{key}"}],"variables":["key"],"upgrade":"replace","state":"approved"}]}
        """;

    [Fact]
    public async Task A_service_is_offered_with_what_was_said()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/services", new FakeAnswer(201, Canteen));
        using var shell = new Shell(server);

        int code = await shell.RunAsync("service", "create", "canteen", "--provider", "acme", "--name", "Canteen card", "--code", "01", "--on-card-swap", "move");

        Assert.Equal(0, code);
        Assert.Equal("""{"id":"canteen","provider":"acme","name":"Canteen card","code":"01","onCardSwap":"move"}""", server.Requests.Single().Body);
        Assert.Contains("Version 1.0: approved", shell.Output, StringComparison.Ordinal);
        Assert.Contains("0101 {key}", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_uploaded_with_data_groups_in_their_order()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/services/canteen/versions", new FakeAnswer(201, Canteen));
        using var shell = new Shell(server);

        int code = await shell.RunAsync(
            "service", "version", "canteen", "1.0", "--app", "hello", "--tar", "000101", "--data", "0102={iccid}", "--data", "0101=00{key}",
            "--library", "util", "--library", "store", "--upgrade", "keepData");

        Assert.Equal(0, code);
        Assert.Equal(
            """{"version":"1.0","application":"hello","tar":"000101","libraries":["util","store"],"personalisation":[{"id":"0102","content":"{iccid}"},{"id":"0101","content":"00{key}"}],"upgrade":"keepData"}""",
            server.Requests.Single().Body);
        Assert.Contains("the carrier has to approve it", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_may_come_from_a_file()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/services/canteen/versions", new FakeAnswer(200, Canteen));
        using var shell = new Shell(server) { Input = """{"version":"0","application":"hello","later":[1]}""" };
        using var wrong = new Shell(server) { Input = "no JSON" };

        Assert.Equal(0, await shell.RunAsync("service", "version", "canteen", "1.0", "--file", "-"));
        Assert.Equal(2, await wrong.RunAsync("service", "version", "canteen", "1.0", "--file", "-"));

        Assert.Equal("""{"version":"1.0","application":"hello","later":[1]}""", server.Requests.Single().Body);
        Assert.Contains("already there", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verdicts_name_their_version()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/services/canteen/versions/1.0/approve", Canteen).On("POST /api/v1/services/canteen/versions/1.0/reject", Canteen)
            .On("POST /api/v1/services/canteen/withdraw", Canteen);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("service", "approve", "canteen", "1.0"));
        Assert.Equal(0, await shell.RunAsync("service", "reject", "canteen", "1.0", "--reason", "No."));
        Assert.Equal(0, await shell.RunAsync("service", "withdraw", "canteen"));

        Assert.Equal(["", """{"reason":"No."}""", ""], server.Requests.Select(r => r.Body));
    }

    [Fact]
    public async Task Faults_end_with_2_and_name_their_fields()
    {
        const string Problem = """
            {"title":"Version invalid","status":422,"detail":"TAR B00010 is reserved.","layer":"service","code":"SERVICE_VERSION_INVALID",
             "errors":[{"column":"tar","code":"TAR_RESERVED","problem":"TAR B00010 is reserved for: files of the SIM.","next":"Choose another TAR."}]}
            """;
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/services/canteen/versions", new FakeAnswer(422, Problem));
        using var shell = new Shell(server);

        Assert.Equal(2, await shell.RunAsync("service", "version", "canteen", "1.0", "--app", "hello", "--tar", "B00010"));
        Assert.Contains("tar: TAR B00010 is reserved for: files of the SIM. [TAR_RESERVED]", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_matrix_says_who_can_mend_what()
    {
        const string Matrix = """
            {"service":"canteen","versions":[{"version":"1.0","state":"approved","models":[
              {"model":"uicc-aes","ok":true,"reasons":[],"findings":[]},
              {"model":"uicc-small","ok":false,"reasons":["needs too much."],"findings":[
                {"code":"MEMORY_SHORT","blocks":true,"reason":"needs too much.","expected":"1","found":"2","fixedBy":"provider"}]}]}]}
            """;
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/services/canteen/compatibility", Matrix);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("service", "matrix", "canteen", "--version", "1.0"));

        Assert.Equal("?version=1.0", server.Requests.Single().Query);
        string[] lines = shell.Output.TrimEnd().Split('\n');
        Assert.Equal("1.0      approved  uicc-aes    yes   -", lines[1]);
        Assert.Equal("1.0      approved  uicc-small  no    needs too much. (provider)", lines[2]);
    }

    [Fact]
    public async Task S1_03_A_card_that_disagrees_ends_with_1_and_the_disagreement()
    {
        const string Differs = """{"agrees":false,"disagreements":[{"code":"01","server":"F0000000AA","meaning":"Code 01 stands for F0000000AA in the server, the card does not know it."}]}""";
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/services/table/compare", Differs, """{"agrees":true,"disagreements":[]}""");
        using var shell = new Shell(server);
        using var again = new Shell(server);

        Assert.Equal(1, await shell.RunAsync("service", "table", "--card", "DF7000"));
        Assert.Equal(0, await again.RunAsync("service", "table", "--card", "DF7000", "--json"));

        Assert.Contains("✗ Code 01 stands for F0000000AA", shell.Output, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(again.Output).RootElement.GetProperty("agrees").GetBoolean());
        Assert.Equal("""{"tlv":"DF7000"}""", server.Requests.First().Body);
    }

    [Fact]
    public async Task S1_14_Services_on_cards_are_listed_with_their_states()
    {
        const string Page = """
            {"items":[{"card":"8949000000000000018","msisdn":"491700000001","service":"canteen","provider":"lunch","version":"1.0","contract":"lunch-1","generation":2,
                       "state":"active","wanted":"suspended","pending":true,"job":"r-1","updatedAt":"2026-01-01T00:00:00Z"}],"next":"7"}
            """;
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/service-instances", Page);
        using var shell = new Shell(server);
        using var json = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("service", "instances", "--service", "canteen", "--card", "491700000001", "--state", "active"));
        Assert.Equal(0, await json.RunAsync("service", "instances", "--json"));

        Assert.StartsWith("?service=canteen&card=491700000001&state=active", server.Requests.First().Query, StringComparison.Ordinal);
        string row = shell.Output.Split('\n')[1];
        Assert.Matches("^8949000000000000018 +491700000001 +canteen +lunch +1.0 +lunch-1 +2 +active, to be confirmed +suspended +r-1 +-", row);
        Assert.Equal(2, JsonDocument.Parse(json.Output).RootElement.GetProperty("items")[0].GetProperty("generation").GetInt32());
    }

    [Theory]
    [InlineData("service", "instances", "--state", "lost")]
    [InlineData("service"), InlineData("service", "create"), InlineData("service", "version", "canteen"), InlineData("service", "version", "canteen", "1.0", "--data", "0101")]
    [InlineData("service", "create", "canteen", "--on-card-swap", "burn")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments)
    {
        using var shell = new Shell();

        Assert.Equal(2, await shell.RunAsync(arguments));
        Assert.NotEmpty(shell.Error);
    }
}
