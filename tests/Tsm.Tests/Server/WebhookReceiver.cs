using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tsm.Tests.Server;

/// <summary>A provider's receiver of events: a real web server that answers what the test says.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Received { get; } = [];

    /// <summary>What it answers to a message; 204 for all unless a test says otherwise.</summary>
    public Func<Received, int> Answer { get; set; } = _ => StatusCodes.Status204NoContent;

    /// <summary>Whether it says 200, and then nothing more for as long as it is listened to.</summary>
    public bool Hangs { get; set; }

    public string Url => _app.Urls.Single() + "/events";

    /// <summary>The ids of events that were taken, in the order in which they came.</summary>
    public IReadOnlyList<string> Taken => [.. Received.Where(r => r.Status < 300).Select(r => r.EventId)];

    public static async Task<WebhookReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var received = new Received(
            context.Request.Headers["Tsm-Event-Id"].ToString(),
            context.Request.Headers["Tsm-Signature"].ToString(),
            await reader.ReadToEndAsync(),
            TimeProvider.System.GetUtcNow());
        received = received with { Status = Answer(received) };
        Received.Enqueue(received);
        if (Hangs)
        {
            await context.Response.WriteAsync("taken");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        context.Response.StatusCode = received.Status;
        if (received.Status >= 300)
        {
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(new string('n', 150) + "\n" + new string('o', 150));
        }
    }
}

/// <summary>A message as it came.</summary>
internal sealed record Received(string EventId, string Signature, string Body, DateTimeOffset At, int Status = 0)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Whether it was signed with this secret, as the documentation tells receivers to find out.</summary>
    public bool IsSignedWith(string secret)
    {
        string[] parts = Signature.Split(',');
        string time = parts[0].Split('=')[1];
        byte[] expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{Body}"));
        return parts[1] == "v1=" + Convert.ToHexStringLower(expected)
            && Math.Abs(At.ToUnixTimeSeconds() - long.Parse(time)) < 60;
    }
}
