using System.Text;
using System.Text.Json;
using Tsm.Card.CapFiles;

namespace Tsm.Tests.Server;

/// <summary>Clear keys exist only at the moment of use: a whole story with sentinel keys leaves none behind.</summary>
public sealed class SecretsTests
{
    private const string Iccid = "8949000000000000018";
    private const string Kic = "5E471E1C0A11D0D0C0FFEE0123456789";
    private const string Kid = "5E471E1DFACEFEED0BADCAFE98765432";
    private const string Dek = "5E471DEC1234567890ABCDEFDEADBEEF";

    [Fact]
    public async Task No_answer_log_or_file_holds_a_key()
    {
        await using var network = CardNetwork.Start(Iccid, "491700000001", Kic, Kid);
        RunningServer server = await RunningServer.StartAsync(network.Configuration);
        byte[][] files;
        try
        {
            await TellStoryAsync(server);
            files = [.. Directory.GetFiles(server.Folder).Select(ReadShared)];
        }
        finally
        {
            await server.DisposeAsync();
        }

        Assert.True(files.Length >= 3);
        Assert.NotEmpty(server.Log.Lines);
        byte[] said = Encoding.UTF8.GetBytes(string.Join('\n', server.Answers.Concat(server.Log.Lines)));
        foreach ((string name, byte[] form) in new[] { Kic, Kid, Dek }.SelectMany(Forms))
        {
            Assert.True(said.AsSpan().IndexOf(form) < 0, $"A key stands in an answer or the log as {name}.");
            Assert.All(files, file => Assert.True(file.AsSpan().IndexOf(form) < 0, $"A key stands in a file as {name}."));
        }
    }

    [Fact]
    public void The_search_would_find_a_key_in_each_form()
    {
        byte[] key = Convert.FromHexString(Kic);
        byte[][] texts =
        [
            [1, 2, .. key, 3],
            Encoding.ASCII.GetBytes("kic=" + Kic),
            Encoding.ASCII.GetBytes("kic=" + Kic.ToLowerInvariant()),
            Encoding.ASCII.GetBytes("kic=" + Convert.ToBase64String(key)),
            Encoding.ASCII.GetBytes(Convert.ToBase64String([9, .. key])),
            Encoding.ASCII.GetBytes(Convert.ToBase64String([9, 9, .. key])),
            Encoding.ASCII.GetBytes(BitConverter.ToString(key)),
        ];

        Assert.All(texts, text => Assert.Contains(Forms(Kic), form => text.AsSpan().IndexOf(form.Octets) >= 0));
    }

    private static async Task TellStoryAsync(RunningServer server)
    {
        // Columns that shifted put keys where other values belong.
        await server.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n{Kic},{Kid},{Dek},{Kic},{Kid}00,zz{Kid},{Dek}0\n");
        await server.ImportAsync($"{Kic},{Kid}\n{Dek},{Dek}\n");
        await server.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n\"{Iccid},491700000001,uicc-aes,1,{Kic},{Kid},{Dek}\n");
        (int status, JsonElement imported) = await server.ImportAsync(
            $"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},491700000001,uicc-aes,1,{Kic},{Kid},{Dek}\n");
        Assert.True(status == 200, imported.ToString());
        await server.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},491700000001,uicc-aes,1,{Kic},{Kid},{Dek}\n");
        await server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello");
        (_, JsonElement accepted) = await server.PostAsync(
            "/api/v1/jobs", new { operation = "install", cards = new[] { Iccid }, application = "hello" });
        string id = accepted.List("jobs").Single().Text("id");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await server.GetAsync($"/api/v1/jobs/{id}")).Body.Text("status") is "queued" or "running")
        {
            await Task.Delay(20, limit.Token);
        }

        (_, JsonElement job) = await server.GetAsync($"/api/v1/jobs/{id}");
        Assert.Equal("done", job.Text("status"));
        foreach (string path in new[] { "cards", $"cards/{Iccid}", $"cards/{Iccid}/history?limit=1000", "jobs", "applications", "health", "audit-trail?limit=1000", "audit-trail/verify", "audit-trail/key" })
        {
            await server.GetAsync("/api/v1/" + path);
        }

        server.Answers.Enqueue(await server.Client.GetStringAsync("/api/v1/audit-trail/export"));
    }

    private static IEnumerable<(string Name, byte[] Octets)> Forms(string hex)
    {
        byte[] key = Convert.FromHexString(hex);
        yield return ("octets", key);
        yield return ("upper-case hexadecimal", Encoding.ASCII.GetBytes(hex));
        yield return ("lower-case hexadecimal", Encoding.ASCII.GetBytes(hex.ToLowerInvariant()));
        yield return ("hexadecimal with hyphens", Encoding.ASCII.GetBytes(BitConverter.ToString(key)));

        // In base64 the text depends on where the key begins; the octets at its ends mix with their neighbours.
        for (int offset = 0; offset < 3; offset++)
        {
            string text = Convert.ToBase64String([.. new byte[offset], .. key]);
            int start = (offset * 8 + 5) / 6;
            int end = (offset + key.Length) * 8 / 6;
            yield return ($"base64 from {offset}", Encoding.ASCII.GetBytes(text[start..end]));
        }
    }

    // The database is open while it is read.
    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
