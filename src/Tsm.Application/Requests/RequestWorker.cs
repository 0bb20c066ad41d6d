using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.ApplicationServers;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>
/// Goes on with requests, on every node: each claims what waits longest as soon as it has a hand free, and what a dead node has claimed
/// comes to another when its lease has run out. Beside that it tells application servers what became of their allocations.
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

    private readonly Hands _asking = new(options.Value.AtOncePerServer);
    private readonly Hands _telling = new(options.Value.AtOncePerServer);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        WorkAsync(
            limit => requests.ClaimAsync(limit, options.Value.Lease, stoppingToken),
            request => AdvanceAsync(request, stoppingToken),
            () => signal.WaitAsync(options.Value.PollEvery, time, stoppingToken),
            stoppingToken),
        WorkAsync(
            limit => allocations.ClaimAsync(limit, options.Value.Lease, stoppingToken),
            allocation => TellAsync(allocation, stoppingToken),
            () => Task.Delay(options.Value.PollEvery, time, stoppingToken),
            stoppingToken),
        WakeAsync(stoppingToken));

    /// <summary>Does what is there now, and answers how much that was when all of it is done.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ServiceRequest> claimed = await requests.ClaimAsync(options.Value.AtOnce, options.Value.Lease, cancellationToken);
        await Task.WhenAll(claimed.Select(r => AdvanceAsync(r, cancellationToken)));
        IReadOnlyList<Allocation> untold = await allocations.ClaimAsync(options.Value.AtOnce, options.Value.Lease, cancellationToken);
        await Task.WhenAll(untold.Select(a => TellAsync(a, cancellationToken)));
        return claimed.Count + untold.Count;
    }

    /// <summary>Claims as much as there are hands free: what takes long keeps its own hand only.</summary>
    private async Task WorkAsync<T>(Func<int, Task<IReadOnlyList<T>>> claimAsync, Func<T, Task> workAsync, Func<Task> waitAsync, CancellationToken stoppingToken)
    {
        List<Task> running = [];
        while (!stoppingToken.IsCancellationRequested)
        {
            if (running.Count == options.Value.AtOnce)
            {
                await Task.WhenAny(running);
            }

            running.RemoveAll(t => t.IsCompleted);
            await GuardAsync(
                async () =>
                {
                    IReadOnlyList<T> claimed = await claimAsync(options.Value.AtOnce - running.Count);
                    running.AddRange(claimed.Select(c => GuardAsync(() => workAsync(c), stoppingToken)));
                    if (claimed.Count == 0)
                    {
                        await waitAsync();
                    }
                },
                stoppingToken);
        }

        await Task.WhenAll(running);
    }

    private async Task WakeAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await GuardAsync(
                async () =>
                {
                    await requests.WakeAsync(stoppingToken);
                    await Task.Delay(options.Value.WakeEvery, time, stoppingToken);
                },
                stoppingToken);
        }
    }

    private async Task GuardAsync(Func<Task> workAsync, CancellationToken stoppingToken)
    {
        try
        {
            await workAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was claimed comes to another node when its lease has run out.
        }
        catch (Exception exception)
        {
            if (exception is not StoreUnavailableException)
            {
                logger.WorkerInterrupted(exception);
            }

            await GuardAsync(() => Task.Delay(AfterTrouble, time, stoppingToken), stoppingToken);
        }
    }

    private async Task AdvanceAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        // Before its jobs are made, what brings something may ask the application server of its service.
        string? service = request is { CancelRequested: false, Status: <= RequestStatus.Allocating }
            && request.Operation is not (ServiceOperation.Suspend or ServiceOperation.Resume or ServiceOperation.Terminate)
                ? $"{request.Tenant}/{request.Service ?? request.Identifier}"
                : null;
        if (!_asking.TryTake(service))
        {
            await steps.PutOffAsync(request, cancellationToken);
            return;
        }

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
        finally
        {
            _asking.GiveBack(service);
        }
    }

    private async Task TellAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        string server = $"{allocation.Tenant}/{allocation.Server}";
        if (_telling.TryTake(server))
        {
            try
            {
                if (await IsToldAsync(allocation, cancellationToken))
                {
                    await allocations.SettleAsync(allocation, cancellationToken);
                    return;
                }
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or StoreUnavailableException))
            {
                logger.TellingFailed(allocation.Server, allocation.Request, exception);
            }
            finally
            {
                _telling.GiveBack(server);
            }
        }

        TimeSpan pause = RequestOptions.Grown(options.Value.FirstPause, allocation.Attempts, options.Value.LongestPause);
        await allocations.PutOffAsync(allocation, pause, cancellationToken);
    }

    private async Task<bool> IsToldAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        Problem? problem = allocation.State == AllocationState.Confirming
            ? await servers.ConfirmAsync(allocation, cancellationToken)
            : await servers.ReleaseAsync(allocation, cancellationToken);
        if (problem is not null)
        {
            logger.ServerNotTold(allocation.Server, allocation.Request, problem.Code);
        }

        return problem is null;
    }

    /// <summary>The hands that may wait for the same partner at once, so that there are others for the others.</summary>
    private sealed class Hands(int most)
    {
        private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

        public bool TryTake(string? partner)
        {
            lock (_taken)
            {
                int taken = partner is null ? 0 : _taken.GetValueOrDefault(partner);
                if (taken == most)
                {
                    return false;
                }

                if (partner is not null)
                {
                    _taken[partner] = taken + 1;
                }

                return true;
            }
        }

        public void GiveBack(string? partner)
        {
            lock (_taken)
            {
                if (partner is not null && --_taken[partner] == 0)
                {
                    _taken.Remove(partner);
                }
            }
        }
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
