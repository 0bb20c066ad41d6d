namespace Tsm.Simulator.Networks;

/// <summary>Things that happen at their time, one after the other.</summary>
/// <remarks>
/// What is due at the same moment happens in the order in which it was posted, and never two things at once: cards need
/// no locks among each other and messages of one card keep their order. An exception ends neither the timeline nor what
/// comes after it; it is handed to the handler.
/// </remarks>
public sealed class Timeline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<Exception> _onError;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, (long Due, long Number)> _queue = new();
    private long _number;
    private bool _draining;
    private bool _disposed;

    /// <summary>Starts an empty timeline.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="onError">Is told of an exception that something on the timeline threw.</param>
    public Timeline(TimeProvider time, Action<Exception> onError)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(onError);
        _time = time;
        _onError = onError;
        _timer = time.CreateTimer(_ => Drain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of things that have not happened yet.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Lets <paramref name="action"/> happen after <paramref name="delay"/>, never inside this call.</summary>
    public void Post(TimeSpan delay, Action action)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            long due = _time.GetUtcNow().UtcTicks + Math.Max(0, delay.Ticks);
            bool first = !_queue.TryPeek(out _, out (long Due, long Number) next) || due < next.Due;
            _queue.Enqueue(action, (due, _number++));
            if (first && !_draining)
            {
                _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Forgets what has not happened yet.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _queue.Clear();
        }

        _timer.Dispose();
    }

    private void Drain()
    {
        lock (_lock)
        {
            if (_draining)
            {
                return;
            }

            _draining = true;
        }

        while (TryTakeDue(out Action? action))
        {
            try
            {
                action();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                _onError(exception);
            }
        }
    }

    private bool TryTakeDue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action? action)
    {
        lock (_lock)
        {
            long now = _time.GetUtcNow().UtcTicks;
            if (_queue.TryPeek(out action, out (long Due, long Number) next) && next.Due <= now)
            {
                _queue.Dequeue();
                return true;
            }

            _draining = false;
            if (action is not null && !_disposed)
            {
                // Timers count milliseconds: round up, or the timer fires just before its time, again and again.
                double milliseconds = Math.Ceiling((next.Due - now) / (double)TimeSpan.TicksPerMillisecond);
                _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
            }

            action = null;
            return false;
        }
    }
}
