using System.Text.Json.Nodes;

namespace Tsm.Parties;

/// <summary>The client on a phone: what its user presses becomes a request for the card in it, followed to its end.</summary>
internal sealed class PhoneParty(TsmApi tsm)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Adds the keys of the phone.</summary>
    public Func<string, Task> Map(WebApplication app)
    {
        app.MapPost("/press/{operation}/{identifier}", PressAsync);
        app.MapGet("/screen", async () => Results.Text((await tsm.GetAsync("phone/services")).ToJsonString(), "application/json"));
        return _ => Task.CompletedTask;
    }

    private async Task<IResult> PressAsync(string operation, string identifier)
    {
        (int status, JsonNode body) = await tsm.PostAsync("phone/requests", new JsonObject { ["identifier"] = identifier, ["operation"] = operation });
        if (status != StatusCodes.Status202Accepted)
        {
            return Results.Text(body.ToJsonString(), "application/json", statusCode: status);
        }

        DateTimeOffset limit = TimeProvider.System.GetUtcNow() + Limit;
        string id = (string)body["id"]!;
        while (body["endedAt"] is null && TimeProvider.System.GetUtcNow() < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            body = await tsm.GetAsync($"phone/requests/{id}");
        }

        return Results.Text(body.ToJsonString(), "application/json");
    }
}
