using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tsm.Bearers.Smpp;
using Tsm.Card.Apdu;
using Tsm.Security.Scp80;
using Tsm.Simulator.Hosting;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Simulator;

/// <summary>The simulator as the process that it is in production.</summary>
public sealed class SimulatorProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tsm-simulator-");

    [Fact]
    public async Task It_says_where_it_listens_lets_itself_be_watched_and_ends_with_its_parent()
    {
        var card = new CardBench();
        using Process process = Start(card);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            ReadyFile ready = await ReadyAsync(process);
            Assert.Equal(process.Id, ready.Pid);
            using var http = new HttpClient { BaseAddress = new(ready.ControlUrl) };

            await RunPacketAsync(card, ready.SmppPort);

            using JsonDocument account =
                JsonDocument.Parse(await http.GetStringAsync(new Uri("/account", UriKind.Relative)));
            Assert.Equal(1, account.RootElement.GetProperty("cards").GetInt32());
            Assert.Equal(1, account.RootElement.GetProperty("packets").GetInt32());
            Assert.Equal(0, account.RootElement.GetProperty("executedTwice").GetArrayLength());
            string answers = account.RootElement.GetRawText() + await WatchAsync(http, card);
            answers += await SendAsync(http, card, ready.SmppPort);

            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(Patience);
            await process.WaitForExitAsync(limit.Token);
            Assert.Equal(0, process.ExitCode);
            HoldsNoKey(answers + await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [Fact]
    public async Task A_card_file_that_is_not_valid_ends_it_with_a_sentence()
    {
        string path = Path.Combine(_folder.FullName, "bad.json");
        await File.WriteAllTextAsync(path, """{"cards":[{"iccid":"1"}]}""");
        using Process process = Start(["--port", "0", "--cards", path]);
        string error = await process.StandardError.ReadToEndAsync();

        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("The card file is not valid at $.cards[0]", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task RunPacketAsync(CardBench card, int port)
    {
        await using var esme = new Esme(port, BindType.Transceiver, static _ => CommandStatus.Ok, "tsm");
        await SmscBench.UntilAsync(() => esme.Client.State == SmppClientState.Bound);
        CommandHeader header = card.Header();
        var resources = new CommandApdu(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0);
        ShortMessage message = Assert.Single(card.Messages(card.Protect(header, resources)));
        Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(message.Destination, message.UserData));
        await SmscBench.UntilAsync(() => esme.Messages.Any());
        Assert.Equal(ResponseKind.Proven, card.Open(esme.Answers, header)!.Kind);

        // In order, so that what was taken is confirmed and not delivered to the next one again.
        await esme.Client.StopAsync(CancellationToken.None);
    }

    private static async Task<string> WatchAsync(HttpClient http, CardBench card)
    {
        string iccid = card.Card.Iccid.ToString();
        string list = await http.GetStringAsync(new Uri("/cards", UriKind.Relative));
        string one = await http.GetStringAsync(new Uri($"/cards/{iccid}", UriKind.Relative));
        Assert.Contains("\"counter\":\"0000000001\"", one, StringComparison.Ordinal);
        Assert.Contains("\"domains\":[{\"aid\":\"A000000151000000\",\"tars\":[\"000000\"],\"state\":\"SECURED\"", one, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent,
            (await http.PostAsync(new Uri($"/cards/{iccid}/off?seconds=1", UriKind.Relative), null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent,
            (await http.PostAsync(new Uri($"/cards/{iccid}/reset", UriKind.Relative), null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync(new Uri("/cards/1/reset", UriKind.Relative), null))
            .StatusCode);
        HttpResponseMessage faults = await http.PutAsJsonAsync(new Uri("/faults", UriKind.Relative),
            new { loss = 0.5, delay = 10, malformed = 0.25 });
        Assert.Equal(
            """{"toCard":{"loss":0.5,"repeat":0,"reorder":0,"delay":10},"fromCard":{"loss":0.5,"repeat":0,"reorder":0,"delay":10},"throttle":0,"dropAfter":0,"dropBeforeResponse":false,"queueFull":0,"temporaryError":0,"disconnectBefore":0,"disconnectAfter":0,"responseLost":0,"responseLate":0,"responseDelay":1000,"malformed":0.25,"damaged":0}""",
            await faults.Content.ReadAsStringAsync());
        HttpResponseMessage wrong = await http.PutAsJsonAsync(new Uri("/faults", UriKind.Relative), new { loss = 5 });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        return list + one;
    }

    private static async Task<string> SendAsync(HttpClient http, CardBench card, int port)
    {
        var send = new Uri($"/cards/{card.Card.Iccid}/send", UriKind.Relative);
        await http.PutAsJsonAsync(new Uri("/faults", UriKind.Relative), new { loss = 0.0, delay = 0, malformed = 0.0 });
        await http.PostAsync(new Uri($"/cards/{card.Card.Iccid}/on", UriKind.Relative), null);
        await using var esme = new Esme(port, BindType.Transceiver, static _ => CommandStatus.Ok, "tsm");
        await SmscBench.UntilAsync(() => esme.Client.State == SmppClientState.Bound);

        HttpResponseMessage sent = await http.PostAsJsonAsync(send, new { destination = "99900", userData = "54534D01" });
        HttpResponseMessage none = await http.PostAsJsonAsync(new Uri("/cards/1/send", UriKind.Relative), new { destination = "1", userData = "" });
        HttpResponseMessage wrong = await http.PostAsJsonAsync(send, new { destination = "99900", userData = "XX" });
        await SmscBench.UntilAsync(() => esme.Messages.Any());

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity], new[] { sent, none, wrong }.Select(r => r.StatusCode));
        DeliverSm message = Assert.Single(esme.Messages);
        Assert.Equal(("54534D01", "99900", 0x04, false), (message.UserData.ToString(), message.Destination.Value, (int)message.DataCoding, message.HasHeader));
        Assert.Equal(card.Card.Msisdn.Digits, message.Source.Value);
        return await wrong.Content.ReadAsStringAsync();
    }

    private static void HoldsNoKey(string text)
    {
        foreach (string key in new[] { CardBench.KicKey.ToString(), CardBench.KidKey.ToString(),
            CardBench.DekKey.ToString() })
        {
            Assert.DoesNotContain(key, text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(Convert.FromHexString(key)), text, StringComparison.Ordinal);
        }
    }

    private Process Start(CardBench card)
    {
        string cards = Path.Combine(_folder.FullName, "cards.json");
        File.WriteAllText(cards, $$"""
            {"cards": [{"iccid": "{{card.Card.Iccid}}", "msisdn": "{{card.Card.Msisdn}}", "profile": "aes", "keySets": [{"version": 2,
              "algorithm": "aes", "kic": "{{CardBench.KicKey}}", "kid": "{{CardBench.KidKey}}", "dek": "{{CardBench.DekKey}}"}]}]}
            """);
        return Start(
            ["--port", "0", "--control-port", "0", "--cards", cards, "--ready-file", ReadyPath, "--exit-with-stdin"]);
    }

    private string ReadyPath => Path.Combine(_folder.FullName, "ready.json");

    private static Process Start(IReadOnlyList<string> arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Tsm.Simulator.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private async Task<ReadyFile> ReadyAsync(Process process)
    {
        await SmscBench.UntilAsync(() => File.Exists(ReadyPath) || process.HasExited, Patience);
        Assert.False(process.HasExited, "The simulator ended before it was ready.");
        return JsonSerializer.Deserialize<ReadyFile>(await File.ReadAllTextAsync(ReadyPath),
            JsonSerializerOptions.Web)!;
    }
}
