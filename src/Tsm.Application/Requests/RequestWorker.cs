using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.ApplicationServers;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;

namespace Tsm.Application.Requests;

/// <summary>
/// Goes on with requests, on every node: each claims what waits longest, and what a dead node has claimed comes to another when
/// its lease has run out. It also tells application servers what became of their allocations.
/// </summary>
public sealed class RequestWorker(
    IRequests requests,
    IAllocations allocations,
    IApplicationServers servers,
    RequestSteps steps,
    RequestSignal signal,
    IOptions<RequestOptions> options,
    TimeProvider time,
    ILogger<RequestWorker> logger) : BackgroundService
{
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await RunAsync(stoppingToken) == 0)
                {
                    await signal.WaitAsync(options.Value.PollEvery, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (exception is not StoreUnavailableException)
                {
                    logger.WorkerInterrupted(exception);
                }

                await Task.Delay(AfterTrouble, time, stoppingToken);
            }
        }
    }

    /// <summary>Does what is there now, and answers how much that was.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ServiceRequest> claimed = await requests.ClaimAsync(options.Value.AtOnce, options.Value.Lease, cancellationToken);
        await Task.WhenAll(claimed.Select(r => AdvanceAsync(r, cancellationToken)));
        IReadOnlyList<Allocation> untold = await allocations.ClaimAsync(options.Value.AtOnce, options.Value.Lease, cancellationToken);
        await Task.WhenAll(untold.Select(a => TellAsync(a, cancellationToken)));
        return claimed.Count + untold.Count;
    }

    private async Task AdvanceAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await steps.AdvanceAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (exception is not (HostBusyException or StoreUnavailableException))
            {
                logger.StepFailed(request.Id, exception);
            }

            // Its lease runs out by itself when even this cannot be written.
            await steps.PutOffAsync(request, cancellationToken);
        }
    }

    private async Task TellAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        try
        {
            Problem? problem = allocation.State == AllocationState.Confirming
                ? await servers.ConfirmAsync(allocation, cancellationToken)
                : await servers.ReleaseAsync(allocation, cancellationToken);
            if (problem is null)
            {
                await allocations.SettleAsync(allocation, cancellationToken);
                return;
            }

            logger.ServerNotTold(allocation.Server, allocation.Request, problem.Code);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or StoreUnavailableException))
        {
            logger.TellingFailed(allocation.Server, allocation.Request, exception);
        }

        TimeSpan pause = RequestOptions.Grown(options.Value.FirstPause, allocation.Attempts, options.Value.LongestPause);
        await allocations.PutOffAsync(allocation, pause, cancellationToken);
    }
}

/// <summary>Wakes the worker of this node when something came in here.</summary>
public sealed class RequestSignal : IDisposable
{
    private readonly SemaphoreSlim _ready = new(0, 1);

    /// <summary>Something is there.</summary>
    public void Set()
    {
        if (_ready.CurrentCount == 0)
        {
            try
            {
                _ready.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else has said so at the same time.
            }
        }
    }

    /// <summary>Waits until something is there, or for a while.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        try
        {
            await _ready.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The while is over.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ready.Dispose();
}

internal static partial class RequestWorkerLog
{
    [LoggerMessage(EventId = 4201, Level = LogLevel.Error, Message = "The worker of requests was interrupted")]
    public static partial void WorkerInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4202, Level = LogLevel.Error, Message = "A step of request {Request} failed; it is tried again")]
    public static partial void StepFailed(this ILogger logger, string request, Exception exception);

    [LoggerMessage(EventId = 4203, Level = LogLevel.Warning, Message = "Application server {Server} could not be told of request {Request} ({Code}); it is tried again")]
    public static partial void ServerNotTold(this ILogger logger, string server, string request, string code);

    [LoggerMessage(EventId = 4204, Level = LogLevel.Error, Message = "Telling application server {Server} of request {Request} failed; it is tried again")]
    public static partial void TellingFailed(this ILogger logger, string server, string request, Exception exception);
}
