using Microsoft.Extensions.Options;
using Tsm.Orleans;
using Tsm.Server.Options;

namespace Tsm.Tests.Server;

/// <summary>Options are refused with a sentence, never ignored.</summary>
public sealed class OptionsTests
{
    private const string Smsc = "name=lab;host=127.0.0.1;port=2776;systemId=tsm;password=secret;source=12345";

    [Fact]
    public void The_options_of_the_process_become_configuration()
    {
        string[] arguments =
        [
            "--urls", "http://127.0.0.1:0", "--data=/var/tsm", "--ready-file", "/run/ready", "--exit-with-stdin",
            "--smsc", Smsc + ";window=20;rate=50;answerTimeout=1s;maxSends=3", "--smsc", Smsc.Replace("lab", "other", StringComparison.Ordinal),
        ];

        bool parsed = CommandLine.TryParse(arguments, out var entries, out _);

        Assert.True(parsed);
        Assert.Equal(("http://127.0.0.1:0", "/var/tsm", "/run/ready", "true"), (entries["urls"], entries["Data"], entries["ReadyFile"], entries["ExitWithStdin"]));
        Assert.Equal(
            ("lab", "127.0.0.1", "2776", "20", "50", "00:00:01", "3"),
            (entries["Smsc:option000:Name"], entries["Smsc:option000:Host"], entries["Smsc:option000:Port"], entries["Smsc:option000:Window"],
                entries["Smsc:option000:Rate"], entries["Smsc:option000:AnswerTimeout"], entries["Smsc:option000:MaxSends"]));
        Assert.Equal("other", entries["Smsc:option001:Name"]);
    }

    [Theory]
    [InlineData("--colour")]
    [InlineData("data")]
    [InlineData("--data")]
    [InlineData("--smsc", "colour=red")]
    [InlineData("--smsc", "port=many")]
    [InlineData("--smsc", "answerTimeout=soon")]
    public void What_is_not_understood_is_refused_with_a_sentence(params string[] arguments)
    {
        bool parsed = CommandLine.TryParse(arguments, out _, out string? problem);

        Assert.False(parsed);
        Assert.EndsWith(".", problem!.Replace("=..", ".", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Orleans_is_an_option_with_ports_of_its_own()
    {
        bool parsed = CommandLine.TryParse(["--host", "orleans", "--silo-port", "11112", "--gateway-port=30001"], out var entries, out _);

        Assert.True(parsed);
        Assert.Equal(("orleans", "11112", "30001"), (entries["Host"], entries["Orleans:SiloPort"], entries["Orleans:GatewayPort"]));
    }

    [Theory]
    [InlineData("embedded", null), InlineData("somewhere", "There is no host 'somewhere'"), InlineData("Orleans", "-p:EnableOrleans=true")]
    public void A_host_that_this_build_does_not_have_is_refused_with_what_to_do(string host, string? sentence)
    {
        ValidateOptionsResult result = new ServerOptionsValidation().Validate(null, new() { Host = host });

        bool isBuilt = OrleansHosting.WhyNot is null && host == "Orleans";
        Assert.Equal(sentence is null || isBuilt, result.Succeeded);
        Assert.Equal(!result.Succeeded, result.FailureMessage?.Contains(sentence!, StringComparison.Ordinal) is true);
    }

    [Fact]
    public void A_refused_setting_does_not_repeat_its_value()
    {
        bool parsed = CommandLine.TryParse(["--smsc", "pasword=hunter2"], out _, out string? problem);

        Assert.False(parsed);
        Assert.Contains("pasword", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_speaks_in_capitals_and_keeps_the_vault_key_to_itself()
    {
        var entries = CommandLine.FromEnvironment(
        [
            new("TSM_DATA", "/var/tsm"), new("TSM_READY_FILE", "/run/ready"), new("TSM_SMSC__0__SYSTEM_ID", "tsm"),
            new("TSM_SMSC__0__ANSWER_TIMEOUT", "250ms"), new("TSM_VAULT_KEY", "secret"), new("HOME", "/root"),
        ]);

        Assert.Equal(["DATA", "READYFILE", "SMSC:0:ANSWERTIMEOUT", "SMSC:0:SYSTEMID"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("00:00:00.2500000", entries["Smsc:0:AnswerTimeout"]);
    }

    [Theory]
    [InlineData("250ms", 250), InlineData("1.5s", 1500), InlineData("5m", 300_000), InlineData("2h", 7_200_000), InlineData("00:00:02", 2000)]
    public void Durations_are_written_as_people_write_them(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory, InlineData(""), InlineData("s"), InlineData("5"), InlineData("-5s"), InlineData("5 minutes"), InlineData("99999999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData("Name", "two words", "name")]
    [InlineData("Host", "", "host")]
    [InlineData("Port", "0", "port")]
    [InlineData("SystemId", "0123456789abcdef", "systemId")]
    [InlineData("Password", "123456789", "password")]
    [InlineData("Source", "TSM", "source")]
    [InlineData("Window", "0", "window")]
    [InlineData("Rate", "0", "rate")]
    [InlineData("AnswerTimeout", "00:00:00", "answerTimeout")]
    [InlineData("MaxSends", "101", "maxSends")]
    public void A_setting_out_of_its_range_stops_the_start_with_a_sentence(string setting, string value, string named)
    {
        Dictionary<string, string?> entries = new()
        {
            ["Smsc:0:Name"] = "lab",
            ["Smsc:0:Host"] = "h",
            ["Smsc:0:SystemId"] = "tsm",
            ["Smsc:0:Password"] = "p",
            ["Smsc:0:Source"] = "1",
            ["Data"] = Path.Combine(Path.GetTempPath(), "tsm-never-made"),
        };
        entries["Smsc:0:" + setting] = value;

        var invalid = Assert.Throws<OptionsValidationException>(() => Tsm.Server.Program.Build(entries));

        Assert.Contains(invalid.Failures, f => f.Contains(named, StringComparison.Ordinal) && f.EndsWith('.'));
        Assert.False(Directory.Exists(entries["Data"]));
    }

    [Fact]
    public void Two_SMSCs_do_not_share_a_name()
    {
        Assert.True(CommandLine.TryParse(["--smsc", Smsc, "--smsc", Smsc], out var entries, out _));

        var invalid = Assert.Throws<OptionsValidationException>(() => Tsm.Server.Program.Build(entries));

        Assert.Contains("Two SMSCs are called 'lab'", invalid.Message, StringComparison.Ordinal);
    }
}
