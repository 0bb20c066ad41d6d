using System.Data.Common;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Orleans.Grains;
using Tsm.Orleans.Messages;
using Tsm.Storage;

namespace Tsm.Orleans;

/// <summary>Hosts grains on Orleans: finds the grain on whichever silo it is, and sends again what lost or was not answered.</summary>
public sealed class OrleansGrainHost : IGrainHost, IAsyncDisposable
{
    /// <summary>Between attempts that lost: the activation that lost has to leave first.</summary>
    private static readonly TimeSpan ConflictPause = TimeSpan.FromMilliseconds(2);

    /// <summary>How long the end waits for answers; a silo that has stopped before gives none.</summary>
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(10);

    private readonly IGrainFactory _grains;
    private readonly GrainMessages _messages;
    private readonly OutboxSignal _signal;
    private readonly OrleansOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<OrleansGrainHost> _logger;
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Works from now on; the silo must be running when a command is sent.</summary>
    public OrleansGrainHost(
        IGrainFactory grains, GrainMessages messages, OutboxSignal signal, IOptions<OrleansOptions> options, TimeProvider time, ILogger<OrleansGrainHost> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_grains, _messages, _signal, _options, _time, _logger) = (grains, messages, signal, options.Value, time, logger);
        _room = new(_options.QueueCapacity);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Store or silo stayed away. The turn may have been done; the command may be sent again.</exception>
    public async Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        var envelope = new CommandEnvelope(Guid.NewGuid(), _messages.Write(command));
        if (!_room.Wait(0, CancellationToken.None) && !await _room.WaitAsync(_options.EnqueueWait, cancellationToken))
        {
            throw new HostBusyException($"{_options.QueueCapacity} commands wait already.");
        }

        Task<IReply> reply = ReplyAsync(key, envelope, cancellationToken);
        return await reply.WaitAsync(cancellationToken);
    }

    /// <summary>Takes no more commands and waits, for a while, for the answers of those that were taken.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(LastAnswers, _time);
        try
        {
            for (int i = 0; i < _options.QueueCapacity; i++)
            {
                await _room.WaitAsync(patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever waits still is not told that it was done.
        }
    }

    /// <summary>A caller that has given up does not take its place in the queue with it: that is free when the turn is over.</summary>
    private async Task<IReply> ReplyAsync(GrainKey key, CommandEnvelope envelope, CancellationToken cancellationToken)
    {
        try
        {
            return _grains.Find(key) is { } grain
                ? await ReplyAsync(key, grain, envelope, cancellationToken)
                : new TurnFailed($"No grain of this program runs kind '{key.Kind}'.");
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<IReply> ReplyAsync(GrainKey key, IMachineGrain grain, CommandEnvelope envelope, CancellationToken cancellationToken)
    {
        for (int conflicts = 0, failures = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReplyEnvelope answer = await TryAsync(grain, envelope, cancellationToken);
            switch (answer.Outcome)
            {
                case TurnOutcome.Answered:
                    Array.ForEach(answer.Roads, _signal.Set);
                    return _messages.ReadReply(answer.Body);
                case TurnOutcome.Lost when answer.Body.Length == 0 && conflicts == _options.MaxConflicts:
                    throw new HostBusyException($"{key} is being written by others; nothing was done.");
                case TurnOutcome.Lost when conflicts < _options.MaxConflicts:
                    _logger.TurnLostThere(key, ++conflicts);
                    await Task.Delay(ConflictPause * Math.Min(conflicts, 10), _time, cancellationToken);
                    break;
                default:
                    string problem = Encoding.UTF8.GetString(answer.Body);
                    if (failures == _options.RetryDelays.Count)
                    {
                        throw new StoreUnavailableException($"{key} cannot be reached or written now: {problem}", inner: null);
                    }

                    _logger.GrainUnavailable(key, failures + 1, problem);
                    await Task.Delay(_options.RetryDelays[failures++], _time, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Asks once. A silo that dies and a row that cannot be reached are the same to who asks.</summary>
    private static async Task<ReplyEnvelope> TryAsync(IMachineGrain grain, CommandEnvelope envelope, CancellationToken cancellationToken)
    {
        try
        {
            return await grain.HandleAsync(envelope, cancellationToken);
        }
        catch (OrleansMessageRejectionException rejected) when (rejected is not SiloUnavailableException)
        {
            // It was not run: most often the activation it was for was leaving. When that does not end, something else is wrong.
            return new(TurnOutcome.Lost, Encoding.UTF8.GetBytes(rejected.Message), []);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or DbException or StoreUnavailableException or ObjectDisposedException)
        {
            return new(TurnOutcome.Unavailable, Encoding.UTF8.GetBytes(exception.Message), []);
        }
    }
}
