using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;

namespace Tsm.Application.Delivery;

/// <summary>Tells grains what became of their packets, as often as it takes until the host has time for it.</summary>
internal static class PacketSettlement
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task TellAsync(
        this IGrainHost host, OutboxPacket packet, SubmitOutcome outcome, Problem? problem, TimeProvider time, CancellationToken cancellationToken)
    {
        var command = new PacketSubmitted(packet.PacketId, packet.Attempt, outcome, problem);
        while (true)
        {
            try
            {
                await host.SendAsync(packet.Grain, command, cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is HostBusyException or StoreUnavailableException)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
