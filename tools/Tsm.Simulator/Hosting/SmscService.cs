using Tsm.Simulator.Smsc;

namespace Tsm.Simulator.Hosting;

/// <summary>Runs the SMSC as long as the process runs.</summary>
internal sealed class SmscService(SimulatedSmsc smsc) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        smsc.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => smsc.DisposeAsync().AsTask();
}
