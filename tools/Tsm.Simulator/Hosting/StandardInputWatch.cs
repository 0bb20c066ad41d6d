namespace Tsm.Simulator.Hosting;

/// <summary>Stops the process when its standard input ends: a child that does not outlive its parent.</summary>
internal sealed class StandardInputWatch(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A read of standard input cannot be cancelled; it must keep neither the start nor the stop waiting.
        await Task.Yield();
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[256];
        try
        {
            while (await input.ReadAsync(buffer, stoppingToken).AsTask().WaitAsync(stoppingToken) > 0)
            {
                // What comes in means nothing; only the end does.
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lifetime.StopApplication();
    }
}
