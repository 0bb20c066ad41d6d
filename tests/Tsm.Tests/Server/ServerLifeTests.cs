using System.Runtime.Versioning;
using System.Text.Json;
using Tsm.Storage.Vault;

namespace Tsm.Tests.Server;

/// <summary>Start and stop: who started the server is told, and what was there before is there again.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ServerLifeTests
{
    [Fact]
    public async Task The_ready_file_gives_address_and_token_to_its_owner_while_the_server_runs()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        RunningServer server = await RunningServer.StartAsync(("ReadyFile", path));

        using JsonDocument ready = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        UnixFileMode mode = File.GetUnixFileMode(path);
        await server.DisposeAsync();

        Assert.Equal(server.Client.BaseAddress, new Uri(ready.RootElement.Text("url")));
        Assert.Equal(server.Client.DefaultRequestHeaders.Authorization!.Parameter, ready.RootElement.Text("token"));
        Assert.Equal(Environment.ProcessId, ready.RootElement.GetProperty("pid").GetInt32());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_second_start_finds_token_cards_and_models_as_they_were()
    {
        const string Key = "00112233445566778899AABBCCDDEEFF";
        string folder = Directory.CreateTempSubdirectory("tsm-server-").FullName;
        try
        {
            await using (RunningServer first = await RunningServer.StartAsync(folder))
            {
                await first.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n8949000000000000018,491700000001,uicc-aes,1,{Key},{Key},\n");
            }

            string token = await File.ReadAllTextAsync(Path.Combine(folder, "api-token"));
            await using RunningServer second = await RunningServer.StartAsync(folder);
            (int status, JsonElement card) = await second.GetAsync("/api/v1/cards/491700000001");

            Assert.Equal((200, "8949000000000000018"), (status, card.Text("iccid")));
            Assert.Equal(token, await File.ReadAllTextAsync(Path.Combine(folder, "api-token")));
            Assert.DoesNotContain(second.Log.Lines, line => line.Contains("declared", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_database_without_its_vault_key_is_not_opened()
    {
        string folder = Directory.CreateTempSubdirectory("tsm-server-").FullName;
        try
        {
            await (await RunningServer.StartAsync(folder)).DisposeAsync();
            File.Delete(Path.Combine(folder, "vault.key"));

            await Assert.ThrowsAsync<VaultException>(() => RunningServer.StartAsync(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
