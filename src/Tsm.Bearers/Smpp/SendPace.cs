namespace Tsm.Bearers.Smpp;

/// <summary>When the next message may leave: a rate limit, and pauses when the SMSC says that it is too much.</summary>
/// <remarks>
/// SMPP 3.4 §5.1.3, RTHROTTLED. The pause doubles while refusals go on; afterwards messages leave spaced out and the
/// spacing shrinks with every one accepted, so that a whole window does not burst into the next refusal.
/// </remarks>
internal sealed class SendPace
{
    private const double SpacingDecay = 0.9;

    private static readonly TimeSpan FirstSpacing = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestSpacing = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly TimeSpan _leastSpacing;
    private readonly TimeSpan _firstPause;
    private readonly TimeSpan _longestPause;
    private TimeSpan _spacing;
    private TimeSpan _nextPause;
    private TimeSpan _pausedUntil;
    private TimeSpan _nextFree;

    public SendPace(double? perSecond, TimeSpan firstPause, TimeSpan longestPause, TimeProvider time)
    {
        (_time, _origin, _firstPause, _nextPause, _longestPause) =
            (time, time.GetTimestamp(), firstPause, firstPause, longestPause);
        _leastSpacing = perSecond is { } rate ? TimeSpan.FromSeconds(1 / rate) : TimeSpan.Zero;
        _spacing = _leastSpacing;
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    public bool IsPaused
    {
        get
        {
            lock (_lock)
            {
                return Now < _pausedUntil;
            }
        }
    }

    /// <summary>Waits for a turn. A pause that begins while it waits is waited for as well.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (Reserve() is var delay && delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, _time, cancellationToken);
            if (!IsPaused)
            {
                return;
            }
        }
    }

    /// <summary>Waits until no pause is on.</summary>
    public async Task WaitForPauseAsync(CancellationToken cancellationToken)
    {
        while (RestOfPause() is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, _time, cancellationToken);
        }
    }

    /// <summary>The SMSC throttles: begins a pause, unless one is on, which answers to one burst all share.</summary>
    /// <returns>How long the pause is from now on.</returns>
    public TimeSpan Throttled()
    {
        Slow();
        lock (_lock)
        {
            TimeSpan now = Now;
            if (now >= _pausedUntil)
            {
                _pausedUntil = now + Backoff.Jitter(_nextPause);
                _nextFree = _pausedUntil;
                _nextPause = Backoff.Double(_nextPause, _longestPause);
            }

            return _pausedUntil - now;
        }
    }

    /// <summary>Spaces messages further apart.</summary>
    public void Slow()
    {
        lock (_lock)
        {
            TimeSpan spacing = _spacing < FirstSpacing ? FirstSpacing : _spacing * 2;
            _spacing = spacing > LongestSpacing && LongestSpacing > _leastSpacing ? LongestSpacing : spacing;
        }
    }

    /// <summary>A message was accepted: speeds up again.</summary>
    public void Accepted()
    {
        lock (_lock)
        {
            if (Now < _pausedUntil)
            {
                return;
            }

            _nextPause = _firstPause;
            _spacing = _spacing * SpacingDecay < _leastSpacing + TimeSpan.FromMilliseconds(1)
                ? _leastSpacing
                : _spacing * SpacingDecay;
        }
    }

    private TimeSpan Reserve()
    {
        lock (_lock)
        {
            TimeSpan now = Now;
            TimeSpan turn = _nextFree > now ? _nextFree : now;
            _nextFree = turn + _spacing;
            return turn - now;
        }
    }

    private TimeSpan RestOfPause()
    {
        lock (_lock)
        {
            return _pausedUntil - Now;
        }
    }
}
