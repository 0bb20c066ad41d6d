using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Work;

/// <summary>How work in the background is done. Configuration section <c>Work</c>.</summary>
public sealed class WorkOptions
{
    /// <summary>How long after there was nothing to do it is looked again. Default: 1 s.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an item that a node has taken is left to it: what a dead node had is taken up after that. Default: 1 min.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether all of it makes sense.</summary>
    public bool IsRight => Poll >= TimeSpan.FromMilliseconds(10) && Lease >= TimeSpan.FromSeconds(1);
}

/// <summary>Claims items of each work and has them looked at. What fails is left to the end of its lease, and is then tried again.</summary>
public sealed partial class WorkRunner(
    IEnumerable<IWork> works, IDueWork queue, IOptions<WorkOptions> options, TimeProvider time, ILogger<WorkRunner> logger) : BackgroundService
{
    private const int Limit = 32;

    /// <summary>Looks once at everything whose time has come.</summary>
    /// <returns>How many items were claimed.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        int claimed = 0;
        foreach (IWork work in works)
        {
            IReadOnlyList<WorkItem> items = await queue.ClaimAsync(work.Kind, Limit, options.Value.Lease, cancellationToken);
            claimed += items.Count;
            await Task.WhenAll(items.Select(i => DoAsync(work, i, cancellationToken)));
        }

        return claimed;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await RunOnceAsync(stoppingToken) == 0)
                {
                    await Task.Delay(options.Value.Poll, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (!TurnRunner.IsTransient(exception))
                {
                    LogInterrupted(logger, exception);
                }

                await Task.Delay(options.Value.Poll, time, stoppingToken);
            }
        }
    }

    private async Task DoAsync(IWork work, WorkItem item, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SettleAsync(item, await work.DoAsync(item, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            if (exception is not HostBusyException && !TurnRunner.IsTransient(exception))
            {
                LogFailed(logger, work.Kind, item.Item, exception);
            }
        }
    }

    [LoggerMessage(EventId = 4140, Level = LogLevel.Error, Message = "Work '{Kind}' failed at '{Item}'; it is tried again when its lease has ended")]
    private static partial void LogFailed(ILogger logger, string kind, string item, Exception exception);

    [LoggerMessage(EventId = 4141, Level = LogLevel.Error, Message = "Work in the background was interrupted; it goes on")]
    private static partial void LogInterrupted(ILogger logger, Exception exception);
}
