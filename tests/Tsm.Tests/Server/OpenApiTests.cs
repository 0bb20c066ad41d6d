using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>The contract is a file that a review sees change.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_is_the_one_that_is_checked_in()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        string served = (await server.Client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";

        if (Environment.GetEnvironmentVariable("TSM_WRITE_OPENAPI") is "1")
        {
            await File.WriteAllTextAsync(CheckedIn, served);
        }

        Assert.Equal(await File.ReadAllTextAsync(CheckedIn), served);
    }

    private static string CheckedIn { get; } = Path.Combine(Repository.Root, "src/Tsm.Server/openapi.json");
}
