using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Benchmarks.Limits;

namespace Tsm.Benchmarks.Loads;

/// <summary>Commits of 512 states each, which nobody contends for: each writer has the cards of its own remainder.</summary>
/// <param name="store">Where they are written.</param>
/// <param name="cards">Cards in it.</param>
/// <param name="count">Writers at once.</param>
internal sealed class StateWriters(IGrainStore store, int cards, int count)
{
    // Kept from run to run: a writer reads a version once, and from then on knows it.
    private readonly Dictionary<GrainKey, long>[] _versions = [.. Enumerable.Range(0, count).Select(_ => new Dictionary<GrainKey, long>())];
    private readonly int _each = Math.Min(MachineLimits.RowsPerTransaction, cards / count / 2);

    /// <returns>States per second.</returns>
    public async Task<double> MeasureAsync(TimeSpan span)
    {
        byte[] state = (await store.LoadAsync([LoadCards.Key(0)], CancellationToken.None)).Values.Single().State.ToArray();
        return await Callers.MeasureAsync(count, span, writer => CommitAsync(writer, state));
    }

    private async Task<int> CommitAsync(int writer, byte[] state)
    {
        Dictionary<GrainKey, long> versions = _versions[writer];
        var keys = new HashSet<GrainKey>(_each);
        while (keys.Count < _each)
        {
            keys.Add(LoadCards.Key((Random.Shared.Next(cards / count) * count) + writer));
        }

        GrainKey[] unknown = [.. keys.Where(k => !versions.ContainsKey(k))];
        if (unknown.Length > 0)
        {
            foreach (StoredGrain grain in (await store.LoadAsync(unknown, CancellationToken.None)).Values)
            {
                versions[grain.Key] = grain.Version;
            }
        }

        GrainWrite[] writes = [.. keys.Select(k => new GrainWrite(k, versions[k], 1, state, ImmutableArray<Effect>.Empty, Due: null))];
        IReadOnlySet<GrainKey> written = await store.CommitAsync(writes, CancellationToken.None);
        foreach (GrainKey key in keys)
        {
            versions[key]++;
        }

        return written.Count == keys.Count ? written.Count : throw new InvalidOperationException("Somebody else writes these cards.");
    }
}
