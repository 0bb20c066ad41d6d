using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Tsm.Tests.Server;

/// <summary>Who may come in, and how the server says no.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/api/v1/cards")]
    [InlineData("/api/v1/jobs")]
    [InlineData("/api/v1/applications")]
    [InlineData("/api/v1/card-models")]
    [InlineData("/api/v1/there-is-no-such-thing")]
    public async Task Everything_but_health_and_the_document_wants_the_token(string path)
    {
        (int missing, JsonElement none) = await AskAsync(path, authorization: null);
        (int wrong, JsonElement other) = await AskAsync(path, new("Bearer", new string('0', 64)));

        Assert.Equal((401, "TOKEN_MISSING"), (missing, none.Text("code")));
        Assert.Equal((401, "TOKEN_WRONG"), (wrong, other.Text("code")));
        Assert.Contains("api-token", none.Text("next"), StringComparison.Ordinal);
    }

    [Theory, InlineData("/api/v1/health"), InlineData("/openapi/v1.json")]
    public async Task Health_and_the_document_are_open(string path)
    {
        _server.Client.DefaultRequestHeaders.Authorization = null;

        (int status, _) = await _server.GetAsync(path);

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Health_tells_version_and_database()
    {
        (_, JsonElement health) = await _server.GetAsync("/api/v1/health");

        Assert.Equal(("ok", "ok", 0), (health.Text("status"), health.Text("database"), health.GetProperty("smsc").GetArrayLength()));
        Assert.StartsWith("0.", health.Text("version"), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Token_and_vault_key_are_readable_by_their_owner_alone()
    {
        foreach (string file in new[] { "api-token", "vault.key" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_server.Folder, file)));
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", null, 404, "ROUTE_UNKNOWN")]
    [InlineData("DELETE", "/api/v1/cards", null, 405, "METHOD_NOT_ALLOWED")]
    [InlineData("POST", "/api/v1/jobs", "{", 400, "REQUEST_INVALID")]
    [InlineData("POST", "/api/v1/jobs", """{"operation":"explode","cards":["1"]}""", 400, "REQUEST_INVALID")]
    [InlineData("POST", "/api/v1/jobs", "{}", 400, "REQUEST_INVALID")]
    [InlineData("POST", "/api/v1/jobs", """{"operation":"personalise","cards":["1"],"application":"a"}""", 400, "REQUEST_INVALID")]
    [InlineData("POST", "/api/v1/jobs", """{"operation":"rotateKeys","cards":["1"]}""", 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/cards?limit=many", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/cards?limit=0", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/jobs?status=asleep", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/jobs?status=1", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/cards?cursor=x", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/jobs?cursor=x", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/applications?cursor=x", null, 400, "REQUEST_INVALID")]
    [InlineData("GET", "/api/v1/cards/8949000000000000018", null, 404, "CARD_UNKNOWN")]
    [InlineData("GET", "/api/v1/jobs/0123", null, 404, "JOB_UNKNOWN")]
    [InlineData("GET", "/api/v1/applications/wallet", null, 404, "APPLICATION_UNKNOWN")]
    [InlineData("GET", "/api/v1/card-models/none", null, 404, "CARD_MODEL_UNKNOWN")]
    public async Task Every_refusal_is_a_problem_with_a_next_step(string method, string path, string? body, int status, string code)
    {
        using StringContent? content = body is null ? null : new(body, Encoding.UTF8, "application/json");

        (int answered, JsonElement problem) = await _server.SendAsync(new(method), path, content);

        Assert.Equal((status, code), (answered, problem.Text("code")));
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        foreach (string property in new[] { "type", "title", "detail", "layer", "name", "meaning", "cause", "next" })
        {
            Assert.NotEmpty(problem.Text(property));
        }

        Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Nullable", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_a_problem()
    {
        (int status, JsonElement problem) = await _server.UploadAsync(new byte[2 * 1024 * 1024 + 1]);

        Assert.Equal((413, "BODY_TOO_LARGE"), (status, problem.Text("code")));
    }

    [Fact]
    public async Task A_body_of_another_type_is_a_problem()
    {
        using var xml = new StringContent("<jobs/>", Encoding.UTF8, "application/xml");

        (int status, JsonElement problem) = await _server.SendAsync(HttpMethod.Post, "/api/v1/jobs", xml);

        Assert.Equal((415, "MEDIA_TYPE_UNSUPPORTED"), (status, problem.Text("code")));
    }

    private Task<(int Status, JsonElement Body)> AskAsync(string path, AuthenticationHeaderValue? authorization)
    {
        _server.Client.DefaultRequestHeaders.Authorization = authorization;
        return _server.GetAsync(path);
    }
}
