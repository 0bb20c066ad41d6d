using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Tsm.Server.Access;
using Tsm.Server.Options;

namespace Tsm.Server.Hosting;

/// <summary>Tells who started the server that it is ready, and stops it when that process is gone.</summary>
internal sealed partial class ServerLife(
    IOptions<ServerOptions> options,
    IServer server,
    ApiToken token,
    IHostApplicationLifetime lifetime,
    ILogger<ServerLife> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Announce);
        if (options.Value.ExitWithStdin)
        {
            _ = Task.Run(WatchInputAsync, cancellationToken);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ReadyFile is string path)
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private void Announce()
    {
        string url = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        LogReady(logger, url, options.Value.Data);
        if (options.Value.ReadyFile is string path)
        {
            var ready = new { url, token = token.Value, pid = Environment.ProcessId };
            PrivateFile.Write(path, JsonSerializer.Serialize(ready) + "\n");
        }
    }

    private async Task WatchInputAsync()
    {
        byte[] ignored = new byte[256];
        await using Stream input = Console.OpenStandardInput();
        while (await input.ReadAsync(ignored, lifetime.ApplicationStopping) > 0)
        {
            // What arrives does not matter, only that the other end is there.
        }

        LogInputClosed(logger);
        lifetime.StopApplication();
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Information, Message = "Ready at {Url}, data in {Folder}")]
    private static partial void LogReady(ILogger logger, string url, string folder);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Information, Message = "Standard input closed: the server stops")]
    private static partial void LogInputClosed(ILogger logger);
}
