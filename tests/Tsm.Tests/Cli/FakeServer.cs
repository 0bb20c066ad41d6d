using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tsm.Tests.Cli;

/// <summary>An HTTP server that answers with what a test gives it, and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<FakeAnswer>> _answers = new(StringComparer.Ordinal);

    private FakeServer(WebApplication app) => _app = app;

    public const string Token = "token-of-the-test";

    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<FakeServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new FakeServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Gives answers to a method and path, one after the other; the last one stays.</summary>
    public FakeServer On(string methodAndPath, params FakeAnswer[] answers)
    {
        _answers[methodAndPath] = new(answers);
        return this;
    }

    /// <summary>Gives answers 200 with these bodies.</summary>
    public FakeServer On(string methodAndPath, params string[] bodies) =>
        On(methodAndPath, [.. bodies.Select(b => new FakeAnswer(200, b))]);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        Requests.Enqueue(new(
            context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.ToString(),
            context.Request.Headers.Authorization.ToString(), context.Request.Headers["Idempotency-Key"].ToString(), await body.ReadToEndAsync()));
        FakeAnswer answer = _answers.TryGetValue($"{context.Request.Method} {context.Request.Path.Value}", out ConcurrentQueue<FakeAnswer>? queue)
            && (queue.Count > 1 ? queue.TryDequeue(out FakeAnswer? next) : queue.TryPeek(out next))
            ? next
            : new FakeAnswer(404, """{"title":"Nothing here","code":"NOT_FOUND","layer":"api","status":404}""");
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType ?? (answer.Status < 400 ? "application/json" : "application/problem+json");
        await context.Response.WriteAsync(answer.Body);
    }
}

/// <summary>An answer of the fake server.</summary>
internal sealed record FakeAnswer(int Status, string Body, string? ContentType = null);

/// <summary>What the fake server was asked.</summary>
internal sealed record FakeRequest(string Method, string Path, string Query, string Authorization, string IdempotencyKey, string Body);
