using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tsm.Canteen;

/// <summary>The canteen's server: allocates, confirms, releases, and lets cards pay meals.</summary>
public sealed class CanteenServer(CanteenOptions options, TimeProvider time) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private static readonly TimeSpan Slow = TimeSpan.FromMinutes(2);

    private readonly CanteenContract _contract = new(options.Secret);
    private readonly HttpClient _http = new();

    /// <summary>What was allocated.</summary>
    public CanteenBooks Books { get; } = new(options.File);

    /// <summary>What it does wrong.</summary>
    public CanteenFault Fault { get; set; }

    /// <summary>How often it was asked to allocate.</summary>
    public int Asked { get; private set; }

    /// <summary>Builds the process.</summary>
    public WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(options.Url);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase)));
        WebApplication app = builder.Build();

        // As delegates: a method that takes the context alone would pass for one that writes its answer itself.
        app.MapGet("/status", (Delegate)StatusAsync);
        app.MapPost("/allocations", (Delegate)AllocateAsync);
        app.MapPost("/allocations/{id}/confirm", (string id, HttpContext context) => TurnAsync(id, "used", context));
        app.MapPost("/allocations/{id}/release", (string id, HttpContext context) => TurnAsync(id, "released", context));

        // For people and tests: what a canteen has besides the contract.
        app.MapPost("/use", UseAsync);
        app.MapGet("/cards", () => Results.Json(Books.All.Select(a => new { a.Id, a.Service, a.Iccid, a.Serial, a.State, a.Balance }), Json));
        app.MapPut("/fault/{fault}", (CanteenFault fault) =>
        {
            Fault = fault;
            return Results.NoContent();
        });
        return app;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<IResult> StatusAsync(HttpContext context) =>
        await ReadAsync(context) is null ? Results.StatusCode(StatusCodes.Status401Unauthorized)
        : Fault switch
        {
            CanteenFault.Down => Results.StatusCode(StatusCodes.Status503ServiceUnavailable),
            CanteenFault.Busy => Results.StatusCode(StatusCodes.Status429TooManyRequests),
            _ => Results.Json(new { status = "ok" }, Json),
        };

    private async Task<IResult> AllocateAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } body)
        {
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        if (JsonSerializer.Deserialize<AllocationQuestion>(body, Json) is not { } question)
        {
            return Results.BadRequest();
        }

        Asked++;
        switch (Fault)
        {
            case CanteenFault.Down:
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            case CanteenFault.Busy:
                return Results.StatusCode(StatusCodes.Status429TooManyRequests);
            case CanteenFault.Garbage:
                return Results.Text("<html>not found</html>", "text/html");
            case CanteenFault.Slow:
                await Task.Delay(Slow, time, context.RequestAborted);
                break;
        }

        string? repeated = Fault == CanteenFault.RepeatedSerial ? Books.All.FirstOrDefault(a => a.Iccid != question.Iccid)?.Serial : null;
        CanteenAllocation made = Books.Allocate(question.RequestId, question.Service, question.Iccid, repeated);
        if (Fault == CanteenFault.LostAnswer)
        {
            context.Abort();
            return Results.Empty;
        }

        var values = question.Values.ToDictionary(n => n, n => Value(n, made), StringComparer.Ordinal);
        if (Fault == CanteenFault.OtherValues)
        {
            values["colour"] = "00";
        }

        if (Fault == CanteenFault.OtherCard)
        {
            question = question with { Iccid = question.Iccid[..^2] + "00" };
        }

        AllocationAnswer answer = _contract.Answer(question, made, values);
        return Results.Json(Fault == CanteenFault.WrongMac ? answer with { Mac = new string('0', answer.Mac.Length) } : answer, Json);
    }

    private async Task<IResult> TurnAsync(string id, string state, HttpContext context) =>
        await ReadAsync(context) is null ? Results.StatusCode(StatusCodes.Status401Unauthorized)
        : Fault == CanteenFault.Down ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
        : Fault == CanteenFault.Busy ? Results.StatusCode(StatusCodes.Status429TooManyRequests)
        : Books.Turn(id, state) is null ? Results.NotFound()
        : Results.Json(new { id, state }, Json);

    /// <summary>A meal: the card pays, and the trusted service manager is told of it.</summary>
    private async Task<IResult> UseAsync(Use use, CancellationToken cancellationToken)
    {
        CanteenAllocation? paid = Books.Pay(use.Iccid, use.Service, use.Amount);
        string kind = use.Kind ?? (paid is null ? "refused" : "meal");
        string id = "u-" + Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        bool told = await TellAsync(id, use, kind, cancellationToken);
        return Results.Json(new { id, kind, paid = paid is not null, balance = paid?.Balance, told }, Json);
    }

    private async Task<bool> TellAsync(string id, Use use, string kind, CancellationToken cancellationToken)
    {
        if (options.Token is null)
        {
            return false;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Tsm, "/api/v1/usage-records"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", options.Token) },
            Content = JsonContent.Create(
                new { records = new[] { new { id, service = use.Service, iccid = use.Iccid, at = time.GetUtcNow(), kind, amount = use.Amount } } },
                options: Json),
        };
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <summary>The body of a request that is signed; null for one that is not.</summary>
    private async Task<byte[]?> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        string path = context.Request.PathBase + context.Request.Path;
        return _contract.IsSigned(context.Request.Headers["Tsm-Signature"].ToString(), time.GetUtcNow(), context.Request.Method, path, body.ToArray())
            ? body.ToArray()
            : null;
    }

    // What is no key and no number is a constant: any name that a template may have is answered.
    private static string Value(string name, CanteenAllocation made) => name switch
    {
        "key" => made.Key,
        "serial" => made.Serial,
        "balance" => made.Balance.ToString("X8", CultureInfo.InvariantCulture),
        _ => "00",
    };

    private sealed record Use(string Service, string Iccid, int Amount, string? Kind);
}
