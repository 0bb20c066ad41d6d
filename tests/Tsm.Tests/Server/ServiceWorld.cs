using System.Net.Http.Headers;
using System.Text.Json;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Server;

/// <summary>Short ways to services and their load files on a running server.</summary>
internal static class ServiceWorld
{
    /// <summary>Uploads an applet with somebody's token; null for the operator's.</summary>
    public static Task<JsonElement> UploadAsAsync(this RunningServer server, string? token, string name, string package) => server.UploadAsAsync(
        token,
        name,
        new CapBuilder { PackageAid = Aid.Parse(package), Name = "tsm.test.applet", Applets = [new(Aid.Parse(package + "01"), 10)] }.Build().Memory);

    /// <summary>Uploads a CAP file with somebody's token.</summary>
    public static async Task<JsonElement> UploadAsAsync(this RunningServer server, string? token, string name, ReadOnlyMemory<byte> cap)
    {
        (int status, JsonElement body) = await server.SendAsync(
            HttpMethod.Post,
            $"/api/v1/applications?name={name}",
            new ReadOnlyMemoryContent(cap) { Headers = { ContentType = new("application/octet-stream") } },
            headers => headers.Authorization = token is null ? headers.Authorization : new AuthenticationHeaderValue("Bearer", token));
        Assert.True(status is 200 or 201, body.ToString());
        return body;
    }

    /// <summary>Offers a service.</summary>
    public static async Task<JsonElement> ServiceAsync(this RunningServer server, object service)
    {
        (int status, JsonElement body) = await server.PostAsync("/api/v1/services", service);
        Assert.True(status == 201, body.ToString());
        return body;
    }

    /// <summary>Uploads a version.</summary>
    public static async Task<JsonElement> VersionAsync(this RunningServer server, string service, object version)
    {
        (int status, JsonElement body) = await server.PostAsync($"/api/v1/services/{service}/versions", version);
        Assert.True(status == 201, body.ToString());
        return body.List("versions").Last();
    }
}
