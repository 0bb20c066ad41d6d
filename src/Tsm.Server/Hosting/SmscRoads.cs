using System.Collections.Immutable;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Bearers.Smpp;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using Tsm.Server.Options;

namespace Tsm.Server.Hosting;

/// <summary>The SMSCs of this process: one client and one sender for each, one inbox for all.</summary>
internal sealed class SmscRoads : IHostedService, IAsyncDisposable
{
    // A claim outlives what the client may take for one message: pauses, throttling and the answer.
    private static readonly TimeSpan MaxThrottleTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxThrottleBackoff = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MaxReconnectBackoff = TimeSpan.FromSeconds(30);

    private readonly ImmutableArray<SmscRoad> _roads;
    private readonly IRateLeases _leases;

    public SmscRoads(
        ServerOptions options, IOutbox outbox, IRateLeases leases, IGrainHost host, Inbox inbox, TimeProvider time, ILoggerFactory loggers)
    {
        _leases = leases;
        _roads = [.. options.Smsc.Select(smsc => Open(smsc, outbox, leases, host, inbox, time, loggers))];
    }

    /// <summary>How each connection is.</summary>
    /// <param name="paused">The names of those that somebody has paused.</param>
    public IReadOnlyList<SmscHealth> Health(IReadOnlySet<string> paused) => [.. _roads.Select(r => r.Health(paused.Contains(r.Options.Name)))];

    /// <summary>Whether this node has an SMSC of that name.</summary>
    public bool Knows(string name) => _roads.Any(r => string.Equals(r.Options.Name, name, StringComparison.Ordinal));

    /// <summary>Whether this node is bound to an SMSC now.</summary>
    public bool IsBound(string name) =>
        _roads.Any(r => string.Equals(r.Options.Name, name, StringComparison.Ordinal) && r.Client.State == SmppClientState.Bound);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (SmscRoad road in _roads)
        {
            // The node that starts last says the rate for all of them.
            await _leases.DeclareAsync(road.Options.Name, road.Options.Rate, cancellationToken);
            road.Client.Start();
            await road.Sender.StartAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_roads.Select(async road =>
    {
        await road.Sender.StopAsync(cancellationToken);
        await road.Client.StopAsync(cancellationToken);
    }));

    public async ValueTask DisposeAsync()
    {
        foreach (SmscRoad road in _roads)
        {
            road.Sender.Dispose();
            await road.Client.DisposeAsync();
            road.Credits.Dispose();
        }
    }

    private static SmscRoad Open(
        SmscOptions smsc, IOutbox outbox, IRateLeases leases, IGrainHost host, Inbox inbox, TimeProvider time, ILoggerFactory loggers)
    {
        var credits = new RoadCredits(smsc.Name, leases, time);
        var options = new SmppClientOptions
        {
            Host = smsc.Host,
            Port = smsc.Port,
            SystemId = smsc.SystemId,
            Password = smsc.Password,
            SourceAddress = smsc.Source,
            WindowSize = smsc.Window,
            ThroughputPerSecond = leases.IsShared ? null : smsc.Rate,
            RegisteredDelivery = smsc.Receipts switch { Receipts.All => 1, Receipts.Failures => 2, _ => 0 },
            MaxThrottleTime = MaxThrottleTime,
            MaxThrottleBackoff = MaxThrottleBackoff,
            MaxReconnectBackoff = MaxReconnectBackoff,
        };
        var client = new SmppClient(
            options,
            async (message, cancellationToken) => await inbox.ReceiveAsync(Caller.LocalTenant, smsc.Name, message, cancellationToken),
            time,
            loggers.CreateLogger<SmppClient>(),
            credits.TakeAsync);
        var sender = new SmsSender(
            new SmppRoad(smsc.Name, options, client), credits, outbox, host, time, loggers.CreateLogger<SmsSender>());
        return new(smsc, client, sender, credits);
    }

    private sealed record SmscRoad(SmscOptions Options, SmppClient Client, SmsSender Sender, RoadCredits Credits)
    {
        public SmscHealth Health(bool paused)
        {
            SmppClientState state = Client.State;
            int free = Client.FreeWindow;
            int outstanding = state == SmppClientState.Bound ? Math.Max(0, Options.Window - free) : 0;
            return new(
                Options.Name, Options.Host, Options.Port, state.ToString().ToLowerInvariant(), free, outstanding, Options.Rate, paused);
        }
    }
}

/// <summary>Registers the SMSCs.</summary>
internal static class SmscSetup
{
    public static void AddSmscRoads(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddSingleton<SmscRoads>();

        // Claims of the process before end before the first sender claims.
        builder.Services.AddHostedService<OutboxRecovery>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SmscRoads>());
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<RoadWatch>(
            services, (Func<string, bool>)services.GetRequiredService<SmscRoads>().IsBound));
        builder.Services.AddHostedService(services => services.GetRequiredService<RoadWatch>());
    }
}
