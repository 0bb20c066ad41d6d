using System.Text.Json.Nodes;

namespace Tsm.Tests.Cli;

/// <summary><c>tsm explain</c>, <c>tsm sw</c> and <c>tsm por</c> without a server.</summary>
public sealed class ExplainCommandTests
{
    private const string Install = "80E60C002E07AA1902BC22580108AA1902BC2258010108AA1902BC22580101010010C900EA0C800A00000F0100000000000000 00";

    [Theory]
    [InlineData("00A40004023F00")]
    [InlineData("00A4 0004 023F 00")]
    [InlineData("0x00,0xA4,0x00,0x04,0x02,0x3F,0x00")]
    [InlineData("00:A4:00:04:02:3F:00")]
    [InlineData("00000000: 00a4 0004 023f 00                        .....?.")]
    [InlineData("00000000  00 a4 00 04 02 3f 00                              |.....?.|\n00000007\n")]
    [InlineData("0000  00 a4 00 04\n0004  02 3f 00   .?.\n")]
    public async Task Octets_come_in_any_form(string text)
    {
        using var shell = new Shell { Input = text };

        Assert.Equal(0, await shell.RunAsync("explain", "-", "--json"));
        JsonNode report = JsonNode.Parse(shell.Output)!;
        Assert.Equal(("apdu", "SELECT", "00A40004023F00"), ((string)report["kind"]!, (string)report["title"]!, (string)report["octets"]!["octets"]!));
    }

    [Fact]
    public async Task A_shell_may_have_cut_them_at_spaces()
    {
        using var shell = new Shell();

        Assert.Equal(0, await shell.RunAsync(["explain", .. Install.Split(' '), "--json"]));
        Assert.Equal("INSTALL", (string)JsonNode.Parse(shell.Output)!["title"]!);
    }

    [Theory]
    [InlineData("zz", "'z'")]
    [InlineData("123", "3 digits")]
    [InlineData("", "no octets")]
    public async Task What_is_no_octets_is_refused_with_its_place(string text, string said)
    {
        using var shell = new Shell { Input = text };

        Assert.Equal(2, await shell.RunAsync("explain", "-"));
        Assert.Contains(said, shell.Error, StringComparison.Ordinal);
        Assert.Contains("BAD_HEX", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_a_file_are_tried_and_never_shown()
    {
        const string Kic = "200102030405060708090A0B0C0D0E0F", Kid = "201102030405060708090A0B0C0D0E0F";
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"{{\"name\": \"other\", \"kic\": \"{new string('1', 32)}\", \"kid\": \"{new string('2', 32)}\"}}\n{{\"name\": \"mine\", \"kic\": \"{Kic}\", \"kid\": \"{Kid}\"}}\n");
            using var shell = new Shell();

            Assert.Equal(0, await shell.RunAsync("explain", "--keys", file, "00281516192222b000115a47655527e96e832f1a5c698655715d4331454a0d83952c0ed35245706976b1"));
            Assert.Contains("Verifies with mine as AES", shell.Output, StringComparison.Ordinal);
            Assert.Contains("SELECT", shell.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(Kic[..12], shell.Output, StringComparison.OrdinalIgnoreCase);

            await File.WriteAllTextAsync(file, $"{{\"kic\": \"{Kic}\"}}");
            using var refused = new Shell();
            Assert.Equal(2, await refused.RunAsync("explain", "--keys", file, "9000"));
            Assert.Contains("Line 1 is no key set", refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(Kic[..12], refused.Error, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(0, "Start again with INSTALL [for load]", "sw", "6985", "--after", "LOAD")]
    [InlineData(0, "check value", "sw", "6982", "--after", "put-key")]
    [InlineData(0, "conditions of use not satisfied", "sw", "6985")]
    [InlineData(0, "jump ahead", "por", "06")]
    [InlineData(0, "minimum security level", "por", "0A")]
    [InlineData(2, "four hexadecimal digits", "sw", "69")]
    [InlineData(2, "no command that is known", "sw", "6985", "--after", "NOTHING")]
    [InlineData(2, "1 octet", "por", "0606")]
    public async Task Codes_are_explained_by_themselves(int exitCode, string said, params string[] arguments)
    {
        using var shell = new Shell();

        Assert.Equal(exitCode, await shell.RunAsync(arguments));
        Assert.Contains(said, shell.Output + shell.Error, StringComparison.Ordinal);
    }
}
