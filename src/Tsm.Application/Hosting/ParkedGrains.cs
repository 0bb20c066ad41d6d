using System.Collections.Concurrent;

namespace Tsm.Application.Hosting;

/// <summary>Grains whose deadline turns failed: each is left alone for a while, twice as long after each failure.</summary>
/// <param name="first">The first pause.</param>
/// <param name="atMost">The longest.</param>
internal sealed class ParkedGrains(TimeSpan first, TimeSpan atMost)
{
    private readonly ConcurrentDictionary<GrainKey, Parked> _parked = new();

    /// <summary>How many are remembered, whether their pause is over or not.</summary>
    public int Count => _parked.Count;

    /// <summary>Whether the grain is left alone now.</summary>
    public bool IsParked(GrainKey key, DateTimeOffset now) => _parked.TryGetValue(key, out Parked? parked) && parked.Until > now;

    /// <summary>The grain's turn failed.</summary>
    public void Park(GrainKey key, DateTimeOffset now)
    {
        TimeSpan pause = _parked.TryGetValue(key, out Parked? before) ? before.Pause * 2 : first;
        pause = pause < atMost ? pause : atMost;
        _parked[key] = new(now + pause, pause);
    }

    /// <summary>The grain's turn went well.</summary>
    public void Forget(GrainKey key) => _parked.TryRemove(key, out _);

    private sealed record Parked(DateTimeOffset Until, TimeSpan Pause);
}
