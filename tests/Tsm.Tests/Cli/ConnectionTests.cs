using Tsm.Cli;
using Tsm.Cli.Api;

namespace Tsm.Tests.Cli;

public sealed class ConnectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-cli-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_option_goes_before_the_environment_and_the_environment_before_the_usual_folder()
    {
        using ApiClient option = Connection.Open("http://a:1", "t", null, Environment("http://b:2", "u"));
        using ApiClient environment = Connection.Open(null, null, null, Environment("http://b:2", "u"));

        Assert.Equal("a", option.Server.Host);
        Assert.Equal("b", environment.Server.Host);
    }

    [Fact]
    public async Task A_named_folder_goes_before_the_environment_and_brings_its_token()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/card-models", """{"items":[]}""");
        WriteReadyFile(server.Url, FakeServer.Token);

        using ApiClient api = Connection.Open(null, null, _folder, Environment("http://b:2", null));
        await api.CardModelsAsync(CancellationToken.None);

        Assert.Equal("Bearer " + FakeServer.Token, server.Requests.Single().Authorization);
    }

    [Fact]
    public async Task A_token_of_a_folder_is_not_sent_to_another_server()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/card-models", """{"items":[]}""");
        WriteReadyFile("http://127.0.0.1:9", "secret");

        using ApiClient api = Connection.Open(server.Url, null, _folder, Environment(null, null));
        await api.CardModelsAsync(CancellationToken.None);

        Assert.Equal("", server.Requests.Single().Authorization);
    }

    [Fact]
    public void Without_any_address_says_what_was_looked_for_and_what_to_do()
    {
        ProblemException fault = Assert.Throws<ProblemException>(() => Connection.Open(null, null, _folder, Environment(null, null)));

        Assert.Equal(ExitCode.Unreachable, fault.ExitCode);
        Assert.Equal("NO_SERVER", fault.Problem.Code);
        Assert.Contains("ready.json", fault.Problem.Evidence.Single(), StringComparison.Ordinal);
    }

    [Theory, InlineData("localhost:8080"), InlineData("ftp://x"), InlineData("nonsense")]
    public void An_address_that_is_none_is_bad_input(string address)
    {
        ProblemException fault = Assert.Throws<ProblemException>(() => Connection.Open(address, null, null, Environment(null, null)));

        Assert.Equal(ExitCode.Usage, fault.ExitCode);
    }

    [Fact]
    public void A_ready_file_that_is_half_written_is_none()
    {
        string path = Path.Combine(_folder, Connection.ReadyFile);
        File.WriteAllText(path, """{"url":"http://127""");

        Assert.Null(Connection.ReadReadyFile(path));
    }

    private static Func<string, string?> Environment(string? url, string? token) =>
        name => name switch { "TSM_URL" => url, "TSM_TOKEN" => token, _ => null };

    private void WriteReadyFile(string url, string token) =>
        File.WriteAllText(Path.Combine(_folder, Connection.ReadyFile), $$"""{"url":"{{url}}","token":"{{token}}","pid":1}""");
}
