using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Control;
using Tsm.Simulator.Networks;
using Tsm.Simulator.Smsc;

namespace Tsm.Simulator.Hosting;

/// <summary>Puts SMSC, network, cards and control API together into one process.</summary>
internal static class SimulatorHost
{
    /// <summary>Builds the process; nothing listens yet.</summary>
    /// <exception cref="FormatException">The card file or the address is not valid.</exception>
    /// <exception cref="IOException">The card file cannot be read.</exception>
    public static WebApplication Build(SimulatorOptions options)
    {
        if (!IPAddress.TryParse(options.Listen, out IPAddress? address))
        {
            throw new FormatException($"--listen {options.Listen} is not an address.");
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.UseUrls($"http://{new IPEndPoint(address, options.ControlPort)}");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(s => MakeNetwork(options, s));
        builder.Services.AddSingleton(s => new SimulatedSmsc(
            new()
            {
                EndPoint = new(address, options.Port),
                SystemId = options.SystemId,
                Password = options.Password,
                RefuseUnknown = options.RefuseUnknown,
                Window = options.Window,
            },
            s.GetRequiredService<Network>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddHostedService<SmscService>();
        if (options.ExitWithStandardInput)
        {
            builder.Services.AddHostedService<StandardInputWatch>();
        }

        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            o.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
        builder.Services.AddProblemDetails();

        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapControl();
        return app;
    }

    /// <summary>Runs the process until it is told to stop.</summary>
    public static async Task RunAsync(WebApplication app, SimulatorOptions options)
    {
        await app.StartAsync();
        int smppPort = app.Services.GetRequiredService<SimulatedSmsc>().EndPoint.Port;
        var ready = new ReadyFile(smppPort, app.Urls.First(), Environment.ProcessId);
        int cards = app.Services.GetRequiredService<Network>().Count;
        app.Logger.Ready(cards, ready.SmppPort, ready.ControlUrl);
        if (options.ReadyFile is { } path)
        {
            ready.Write(path);
        }

        await app.WaitForShutdownAsync();
    }

    private static Network MakeNetwork(SimulatorOptions options, IServiceProvider services)
    {
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Tsm.Simulator");
        var network = new Network(
            new Account(),
            services.GetRequiredService<TimeProvider>(),
            options.Faults,
            options.Seed,
            logger.CardFailed);
        if (options.Cards is { } path)
        {
            using FileStream file = File.OpenRead(path);
            foreach (CardFileEntry entry in CardFile.Read(file).Cards)
            {
                network.Add(entry.Make(network.Account));
            }
        }

        return network;
    }
}
