using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tsm.Orleans.Sweeping;

/// <summary>Wakes all sweepers when a silo has started. A silo that starts beside others finds them awake.</summary>
internal sealed class SweeperStart(IGrainFactory grains, IOptions<OrleansOptions> options, ILogger<SweeperStart> logger) : IStartupTask
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, options.Value.Buckets).Select(i => grains.GetGrain<ISweeperGrain>(i).StartAsync()));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.SweepersAsleep(exception);
        }
    }
}
