using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Tsm.Parties;

/// <summary>The API of the trusted service manager, as somebody with a token sees it.</summary>
internal sealed class TsmApi : IDisposable
{
    private readonly HttpClient _http;

    public TsmApi(Uri url, string token)
    {
        _http = new() { BaseAddress = new(url, "/api/v1/"), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    public async Task<JsonNode> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonNode>(path))!;

    /// <summary>Status and body, whatever they are.</summary>
    public async Task<(int Status, JsonNode Body)> PostAsync(string path, JsonNode body)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject());
    }
}
