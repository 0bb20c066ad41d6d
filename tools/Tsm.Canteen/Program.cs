using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Tsm.Canteen;

/// <summary>The process.</summary>
public static class Program
{
    /// <summary>Runs until it is told to stop.</summary>
    /// <returns>0; 2 when an option is wrong.</returns>
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Contains("--help", StringComparer.Ordinal))
        {
            await Console.Out.WriteLineAsync(CanteenOptions.Usage);
            return 0;
        }

        if (CanteenOptions.Read(args, Environment.GetEnvironmentVariable, out string problem) is not { } options)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        using var canteen = new CanteenServer(options, TimeProvider.System);
        await using WebApplication app = canteen.Build();
        await app.StartAsync();
        string url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await Console.Out.WriteLineAsync($"The canteen listens at {url}");
        if (options.ReadyFile is { } path)
        {
            string temporary = path + ".new";
            await File.WriteAllTextAsync(temporary, JsonSerializer.Serialize(new { url, pid = Environment.ProcessId }) + "\n");
            File.Move(temporary, path, overwrite: true);
        }

        if (options.ExitWithStdin)
        {
            await Console.In.ReadToEndAsync();
            await app.StopAsync();
            return 0;
        }

        await app.WaitForShutdownAsync();
        return 0;
    }
}
