using System.Text.Json;
using System.Text.Json.Nodes;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Security.Scp80;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Cli;

/// <summary><c>tsm packet wrap</c> and <c>unwrap</c>: cases of a laboratory, line by line.</summary>
public sealed class PacketCommandTests
{
    private const string Key = "200102030405060708090a0b0c0d0e0f", CheckKey = "201102030405060708090a0b0c0d0e0f";

    private const string Wrap =
        $$$"""{"id": "one", "spi1": "16", "spi2": "19", "kic": "22", "kid": "22", "tar": "b00011", "cntr": "0000000011", "keys": {"kic": "{{{Key}}}", "kid": "{{{CheckKey}}}"}, "plaintext": "00a40004023f00", "comment": [1, 2]}""";

    private const string Packet = "00281516192222b000115a47655527e96e832f1a5c698655715d4331454a0d83952c0ed35245706976b1";

    [Fact]
    public async Task A_case_becomes_a_packet_and_its_short_message()
    {
        JsonNode result = Assert.Single(await RunAsync("wrap", Wrap))!;

        Assert.Equal("one", (string)result["id"]!);
        Assert.Equal(Packet, (string)result["packet"]!);
        Assert.Equal(["027000" + Packet], result["segments"]!.AsArray().Select(s => (string)s!));
        Assert.Null(result["error"]);
    }

    [Theory, VectorData("scp80/command-packets.json")]
    public async Task Wraps_and_unwraps_known_answers(CommandPacketTests.Case vector)
    {
        if (vector.AgreedCipher != default || vector.AgreedCheck != default)
        {
            return; // A case has no member for what KIc and KID leave implicit.
        }

        string keys = JsonSerializer.Serialize(new { kic = vector.KicKey, kid = vector.KidKey });
        string transport = vector.Dialect == Tsm.Security.Scp80.PacketDialect.CatTp ? "CAT_TP" : "SMS-PP";
        string common = $"\"keys\": {keys}, \"transport\": \"{transport}\"";
        string fields = $"\"spi1\": \"{vector.Spi[..2]}\", \"spi2\": \"{vector.Spi[2..]}\", \"kic\": \"{vector.Kic}\", \"kid\": \"{vector.Kid}\", \"tar\": \"{vector.Tar}\", \"cntr\": \"{vector.Counter}\", \"cc_len\": {vector.CcLength}";
        if (vector.Rebuildable)
        {
            JsonNode wrapped = Assert.Single(await RunAsync("wrap", $"{{\"id\": 7, {fields}, {common}, \"plaintext\": \"{vector.Data}\"}}"))!;
            Assert.Equal(vector.Packet, (string?)wrapped["packet"], ignoreCase: true);
            Assert.Equal(7, (int)wrapped["id"]!);
        }

        JsonNode opened = Assert.Single(await RunAsync("unwrap", $"{{\"id\": null, {common}, \"packet\": \"{vector.Packet}\"}}"))!;
        Assert.Null(opened["error"]?.ToJsonString());
        Assert.Equal(("command", vector.Data.ToLowerInvariant(), vector.Counter.ToLowerInvariant()), ((string)opened["kind"]!, (string)opened["data"]!, (string)opened["cntr"]!));
        Assert.Equal(vector.Header.Spi.Integrity != Tsm.Security.Scp80.Integrity.None, (bool)opened["verified"]!);
        Assert.Null(opened["status"]);
    }

    [Theory]
    [InlineData("", "", "0700030002017000")]
    [InlineData("\"concat_ref\": 90,", "\"ie_order\": \"cpi_first\",", "07700000035a0201")]
    [InlineData("\"concat_ref\": \"5a\",", "", "0700035a02017000")]
    [InlineData("\"concat_ref\": 258,", "", "080804010202017000")]
    public async Task A_long_packet_is_cut_and_put_together_again(string reference, string order, string beginning)
    {
        string data = string.Concat(Enumerable.Repeat("00a40004023f00", 25));
        string wrap = Wrap.Replace("\"00a40004023f00\"", $"\"{data}\"", StringComparison.Ordinal).Replace("\"comment\"", reference + order + "\"comment\"", StringComparison.Ordinal);

        JsonNode wrapped = Assert.Single(await RunAsync("wrap", wrap))!;
        string[] segments = [.. wrapped["segments"]!.AsArray().Select(s => (string)s!)];

        Assert.Equal(2, segments.Length);
        Assert.StartsWith(beginning, segments[0], StringComparison.Ordinal);
        Assert.Equal(280, segments[0].Length);
        Assert.True(UserData.TryParse(Octets.Parse(segments[1]).Span, out UserData second, out _));
        Assert.True(second.Header.TryGetPosition(out SegmentPosition position));
        Assert.Equal((2, 2), (position.Sequence, position.Total));
        string backwards = string.Join(", ", segments.Reverse().Select(s => $"\"{s}\""));
        JsonNode opened = Assert.Single(await RunAsync("unwrap", $"{{\"id\": 1, \"keys\": {{\"kic\": \"{Key}\", \"kid\": \"{CheckKey}\"}}, \"segments\": [{backwards}]}}"))!;
        Assert.Equal((data, true), ((string)opened["data"]!, (bool)opened["verified"]!));

        JsonNode half = Assert.Single(await RunAsync("unwrap", $"{{\"id\": 1, \"keys\": {{}}, \"segments\": [\"{segments[0]}\"]}}"))!;
        Assert.Equal(("sms", "MISSING_SEGMENT"), ((string)half["error"]!["layer"]!, (string)half["error"]!["code"]!));
        Assert.Contains("2 of 2", (string)half["error"]!["meaning"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("19", "35", "300102030405060708090a0b0c0d0e0f", "301102030405060708090a0b0c0d0e0f", "027100001c12b000118bb989492c632529326a2f4681feb37c825bc9021c9f6d0b", "00", "016132", true)]
    [InlineData("09", "35", "c21dd66acac13cb3bc8b331b24afb57b", "12110c78e678c25408233076aa033615", "027100001612b000110000000000000055f47118381175fb02612f", "00", "02612f", false)]
    [InlineData("19", "15", "f09c43ee1a0391665cc9f05af4e0bd10", "01981f4a20999f62af99988107baf6ca", "027100000b0ab0001000000000000006", "06", "", false)]
    public async Task A_response_is_opened_as_its_sender_would(string spi2, string octet, string kic, string kid, string packet, string status, string data, bool verified)
    {
        string keys = $"\"keys\": {{\"kic\": \"{kic}\", \"kid\": \"{kid}\"}}";
        JsonNode opened = Assert.Single(await RunAsync("unwrap", $"{{\"id\": 1, {keys}, \"spi2\": \"{spi2}\", \"kic\": \"{octet}\", \"kid\": \"{octet}\", \"packet\": \"{packet}\"}}"))!;

        Assert.Null(opened["error"]?.ToJsonString());
        Assert.Equal(("response", status, data, verified), ((string)opened["kind"]!, (string)opened["status"]!, (string)opened["data"]!, (bool)opened["verified"]!));
        Assert.Equal(verified, opened["reason"] is null);
    }

    [Fact]
    public async Task A_malformed_case_gives_an_error_line_and_the_run_goes_on()
    {
        string[] lines =
        [
            "{", "[1]", "{\"id\": 2}", Wrap.Replace("\"22\"", "22", StringComparison.Ordinal), Wrap.Replace("\"b00011\"", "\"b0001\"", StringComparison.Ordinal),
            Wrap.Replace(Key, Key[..20], StringComparison.Ordinal), Wrap.Replace("\"16\"", "\"f6\"", StringComparison.Ordinal),
            Wrap.Replace("\"22\", \"kid\"", "\"20\", \"kid\"", StringComparison.Ordinal), new string('x', 3_000_000), "  ", Wrap,
        ];
        JsonNode?[] results = await RunAsync("wrap", lines);

        Assert.Equal(10, results.Length);
        Assert.All(results[..9], r => Assert.All(["layer", "code", "name", "meaning", "next"], m => Assert.NotEmpty((string)r!["error"]![m]!)));
        Assert.Equal(
            ["BAD_JSON", "BAD_JSON", "MISSING_MEMBER", "BAD_MEMBER", "BAD_MEMBER", "BAD_KEY_LENGTH", "BAD_MEMBER", "CANNOT_WRAP", "LINE_TOO_LONG"],
            results[..9].Select(r => (string)r!["error"]!["code"]!));
        Assert.Equal([null, "spi1", "kic", "tar", "keys.kic", "spi1"], results[1..7].Select(r => (string?)r!["error"]!["member"]));
        Assert.Equal(2, (int)results[2]!["id"]!);
        Assert.Equal(Packet, (string)results[9]!["packet"]!);
        Assert.DoesNotContain(Key[..20], string.Concat(results.Select(r => r!.ToJsonString())), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_jsonl_it_says_how_it_is_used()
    {
        using var shell = new Shell();

        Assert.Equal(2, await shell.RunAsync("packet", "wrap"));
        Assert.Contains("--jsonl", shell.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonNode?[]> RunAsync(string verb, params string[] lines)
    {
        using var shell = new Shell { Input = string.Join('\n', lines) };
        Assert.Equal(0, await shell.RunAsync("packet", verb, "--jsonl"));
        return [.. shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))];
    }
}
