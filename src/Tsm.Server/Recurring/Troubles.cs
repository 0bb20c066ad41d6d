using System.Collections.Concurrent;

namespace Tsm.Server.Recurring;

/// <summary>Which recurring work does not succeed at the moment, so that the log tells it once and not every few seconds.</summary>
internal sealed class Troubles
{
    private readonly ConcurrentDictionary<string, bool> _now = new(StringComparer.Ordinal);

    /// <summary>Notes a failure; true for the first in a row.</summary>
    public bool Begin(string work) => _now.TryAdd(work, true);

    /// <summary>Notes a success; true for the first after a failure.</summary>
    public bool End(string work) => _now.TryRemove(work, out _);
}
