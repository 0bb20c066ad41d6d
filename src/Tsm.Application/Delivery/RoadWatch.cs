using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Delivery;

/// <summary>
/// Watches the roads of this node: says of those that are bound that they are, and keeps at hand what is known of all. It also
/// notices when the clock of this machine jumps.
/// </summary>
/// <param name="roads">Where turns read what is known.</param>
/// <param name="lives">Where it is remembered for all nodes.</param>
/// <param name="isBound">Whether this node is bound to a road now.</param>
/// <param name="health">Is told whether the store could be written.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For what an operator should know.</param>
public sealed partial class RoadWatch(
    Roads roads, IRoadLives lives, Func<string, bool> isBound, StoreHealth health, TimeProvider time, ILogger<RoadWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private DateTimeOffset _wall = time.GetUtcNow();
    private long _steady = time.GetTimestamp();
    private ImmutableArray<Outage> _jumps = [];

    /// <summary>The last jump of the clock: when it was noticed, and how far it went; null when there was none.</summary>
    public (DateTimeOffset At, TimeSpan By)? ClockJump { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                bool isKnown = await LookAsync(stoppingToken);
                await Task.Delay(isKnown ? RoadLife.Beat : Soon, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One look at clock and roads; false when the store could not be asked.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        LookAtClock();
        foreach (string road in roads.All.Select(r => r.Name))
        {
            try
            {
                bool bound = isBound(road);
                RoadLife life = bound ? await lives.BeatAsync(road, cancellationToken) : await lives.ReadAsync(road, cancellationToken);
                health.Worked(writing: bound);
                roads.Update(road, life with { Outages = life.Outages.AddRange(_jumps) });
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // What is known stays; the store says itself that it is down.
                LogNotAsked(logger, road, exception);
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// A clock that jumps ahead makes everything seem late that is not: the time it has left out counts as an outage of this
    /// node. After a jump back deadlines come late by as much, which loses and repeats nothing.
    /// </summary>
    private void LookAtClock()
    {
        DateTimeOffset wall = time.GetUtcNow();
        long steady = time.GetTimestamp();
        DateTimeOffset expected = _wall + time.GetElapsedTime(_steady, steady);
        TimeSpan jump = wall - expected;
        (_wall, _steady) = (wall, steady);
        if (jump.Duration() <= RoadLife.Tolerance)
        {
            return;
        }

        ClockJump = (wall, jump);
        if (jump > TimeSpan.Zero)
        {
            _jumps = [.. _jumps.Where(o => wall - o.Until < RoadLife.Memory), new(expected, wall)];
            LogClockAhead(logger, jump, expected);
        }
        else
        {
            LogClockBack(logger, -jump, expected);
        }
    }

    [LoggerMessage(EventId = 4130, Level = LogLevel.Debug, Message = "What is known of SMSC {Road} could not be asked")]
    private static partial void LogNotAsked(ILogger logger, string road, Exception exception);

    [LoggerMessage(EventId = 4131, Level = LogLevel.Warning,
        Message = "The clock of this machine jumped ahead by {Jump} at {At:u}: deadlines are put off by as much, and nothing is sent again for it. Check the time service")]
    private static partial void LogClockAhead(ILogger logger, TimeSpan jump, DateTimeOffset at);

    [LoggerMessage(EventId = 4132, Level = LogLevel.Warning,
        Message = "The clock of this machine jumped back by {Jump} at {At:u}: deadlines set before come that much later, and nothing is lost. Check the time service")]
    private static partial void LogClockBack(ILogger logger, TimeSpan jump, DateTimeOffset at);
}
