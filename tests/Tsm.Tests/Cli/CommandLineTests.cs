using System.Text.Json;
using System.Text.Json.Nodes;
using Tsm.Cli;

namespace Tsm.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Json_is_what_the_server_sent_and_nothing_else()
    {
        const string models = """{"items":[{"name":"uicc-aes","a field of tomorrow":{"x":[1,"é"]}}]}""";
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/card-models", models);
        using var shell = new Shell(server);

        int code = await shell.RunAsync("model", "list", "--json");

        Assert.Equal(0, code);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(models), JsonNode.Parse(shell.Output)), shell.Output);
        Assert.Empty(shell.Error);
    }

    [Fact]
    public async Task An_SMSC_is_paused_and_shown_with_its_switch()
    {
        const string smsc = """{"name":"main","host":"smsc.example","port":2775,"state":"bound","windowFree":7,"outstanding":3,"rate":50,"paused":true}""";
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/smsc/main/pause", smsc)
            .On("GET /api/v1/smsc", $$"""{"items":[{{smsc}}]}""");
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("smsc", "pause", "main"));
        Assert.Equal(0, await shell.RunAsync("smsc", "list"));

        Assert.Equal(2, shell.Output.Split("main  smsc.example:2775  bound  paused   50/s  7            3").Length - 1);
    }

    [Fact]
    public async Task A_problem_with_json_is_json_on_standard_output()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/jobs", new FakeAnswer(409, Answers.CapacityProblem));
        using var shell = new Shell(server);

        int code = await shell.RunAsync("install", "--card", Answers.Iccid, "--app", "hello", "--json");

        Assert.Equal(1, code);
        Assert.Equal("CARD_MEMORY_FULL", Parse(shell.Output).GetProperty("code").GetString());
        Assert.Empty(shell.Error);
    }

    [Fact]
    public async Task A_problem_for_people_names_place_reason_next_step_and_evidence_on_standard_error()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/jobs", new FakeAnswer(409, Answers.CapacityProblem));
        using var shell = new Shell(server);

        await shell.RunAsync("install", "--card", Answers.Iccid, "--app", "hello");

        Assert.Empty(shell.Output);
        string[] lines = shell.Error.TrimEnd().Split('\n');
        Assert.Equal("✗ The card has no room  [capacity CARD_MEMORY_FULL]", lines[0]);
        Assert.Equal("  what      The load file needs 4,000 octets, the card has 1,200.", lines[1]);
        Assert.Equal("  meaning   Not enough memory for applications.", lines[2]);
        Assert.Equal("  why       Other applications fill the card.", lines[3]);
        Assert.Equal("  next      Terminate one that is not needed.", lines[4]);
        Assert.Equal("  evidence  GET STATUS of 12:00", lines[5]);
    }

    [Fact]
    public async Task Faults_of_an_import_are_told_line_by_line()
    {
        const string problem = """
            {"title":"The import has faults","status":422,"detail":"2 lines are wrong.","layer":"api","code":"CARD_IMPORT_INVALID",
             "errors":[{"line":2,"column":"kic","code":"KEY_LENGTH_WRONG","problem":"The key has 8 octets.","next":"Write 32 digits."},
                       {"line":3,"code":"ICCID_INVALID","problem":"The check digit is wrong."}]}
            """;
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/cards/import", new FakeAnswer(422, problem));
        using var shell = new Shell(server) { Input = "iccid,msisdn\n1,2\n" };

        int code = await shell.RunAsync("card", "import", "-", "--dry-run");

        Assert.Equal(2, code);
        Assert.Equal("iccid,msisdn\n1,2\n", server.Requests.Single().Body);
        Assert.Equal("?dryRun=true&source=standard%20input", server.Requests.Single().Query);
        Assert.Contains("line 2  kic: The key has 8 octets. [KEY_LENGTH_WRONG] -> Write 32 digits.", shell.Error, StringComparison.Ordinal);
        Assert.Contains("line 3  The check digit is wrong. [ICCID_INVALID]", shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("install")]
    [InlineData("install", "--card", "1")]
    [InlineData("card")]
    [InlineData("card", "show")]
    [InlineData("card", "list", "--limit", "0")]
    [InlineData("card", "list", "--limit", "many")]
    [InlineData("job", "list", "--status", "asleep")]
    [InlineData("install", "-c", "1", "-a", "x", "--applet", "F05")]
    [InlineData("install", "-c", "1", "-a", "x", "--instance", "F0")]
    [InlineData("install", "-c", "1", "-a", "x", "--timeout", "soon")]
    [InlineData("demo", "--loss", "1.5")]
    [InlineData("demo", "--cards", "0")]
    [InlineData("cap", "info", "no such file.cap")]
    public async Task Wrong_usage_ends_with_2_and_says_something(params string[] arguments)
    {
        using var shell = new Shell();
        using var forPrograms = new Shell();

        Assert.Equal(2, await shell.RunAsync(arguments));
        Assert.NotEmpty(shell.Error);
        Assert.Empty(shell.Output);
        Assert.Equal(2, await forPrograms.RunAsync([.. arguments, "--json"]));
        Assert.Equal("cli", Parse(forPrograms.Output).GetProperty("layer").GetString());
        Assert.Empty(forPrograms.Error);
    }

    [Fact]
    public async Task A_slip_of_the_fingers_is_guessed()
    {
        using var shell = new Shell();

        await shell.RunAsync("instal");

        Assert.Contains("Did you mean 'install'?", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_tells_the_exit_codes_and_the_commands_tell_examples()
    {
        using var root = new Shell();
        using var install = new Shell();

        Assert.Equal(0, await root.RunAsync("--help"));
        Assert.Equal(0, await install.RunAsync("install", "--help"));

        Assert.All(ExitCode.Table, line => Assert.Contains(line.Meaning, root.Output, StringComparison.Ordinal));
        Assert.Contains("Examples:\n  tsm install --card", install.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_ends_with_4()
    {
        using var shell = new Shell();

        Assert.Equal(4, await shell.RunAsync("card", "list", "--server", "http://127.0.0.1:1"));
        Assert.Contains("SERVER_UNREACHABLE", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_redirected_holds_no_control_characters()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("GET /api/v1/cards", $$"""{"items":[{"iccid":"{{Answers.Iccid}}","msisdn":"999","model":"uicc-aes","contents":2,"queued":1,"uncertain":true}]}""");
        using var shell = new Shell(server);

        await shell.RunAsync("card", "list");

        Assert.DoesNotContain('\e', shell.Output);
        string[] lines = shell.Output.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(Answers.Iccid + "  999     uicc-aes", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cap_file_is_read_without_a_server()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, Tsm.Card.CapFiles.CapBuilder.SampleApplet().ToArray());
        using var shell = new Shell();

        int code = await shell.RunAsync("cap", "info", path, "--json");
        File.Delete(path);

        Assert.Equal(0, code);
        JsonElement report = Parse(shell.Output);
        Assert.Equal("F0546D5301", report.GetProperty("packageAid").GetString());
        Assert.Contains(report.GetProperty("imports").EnumerateArray(), i => i.GetProperty("name").GetString() is "javacard.framework");
    }

    [Fact]
    public async Task A_faulty_cap_file_is_refused_with_place_and_next_step()
    {
        string path = Path.GetTempFileName();
        byte[] cap = Tsm.Card.CapFiles.CapBuilder.SampleApplet().ToArray();
        await File.WriteAllBytesAsync(path, cap[..(cap.Length / 2)]);
        using var shell = new Shell();

        int code = await shell.RunAsync("cap", "info", path, "--json");
        File.Delete(path);

        Assert.Equal(2, code);
        JsonElement problem = Parse(shell.Output);
        Assert.Equal("CAP_INVALID", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("next").GetString()!);
        Assert.Matches("octet [0-9]+", problem.GetProperty("evidence")[0].GetString());
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
