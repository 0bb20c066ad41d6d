using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Tsm.Parties;

/// <summary>
/// The other parties of a story, each a process of its own that knows the trusted service manager by its API alone: <c>provider</c> takes
/// webhooks, <c>phone</c> is the client on a phone.
/// </summary>
public static class Program
{
    /// <summary><c>provider|phone --tsm URL --token TOKEN --ready-file PATH [--log PATH] [--exit-with-stdin]</c></summary>
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        string Option(string name) => args[Array.IndexOf(args, name) + 1];
        using var tsm = new TsmApi(new(Option("--tsm")), Option("--token"));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        Func<string, Task> begin = args[0] switch
        {
            "provider" => new ProviderParty(tsm, Option("--log")).Map(app),
            "phone" => new PhoneParty(tsm).Map(app),
            _ => throw new ArgumentException($"There is no party '{args[0]}'.", nameof(args)),
        };
        await app.StartAsync();
        string url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await begin(url);
        string ready = Option("--ready-file");
        await File.WriteAllTextAsync($"{ready}.new", JsonSerializer.Serialize(new { url }));
        File.Move($"{ready}.new", ready, overwrite: true);

        // Whoever has started it closes its standard input to end it.
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await app.StopAsync();
        return 0;
    }
}
