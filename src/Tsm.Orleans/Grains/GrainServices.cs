using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Orleans.Messages;

namespace Tsm.Orleans.Grains;

/// <summary>What the grains of a silo share: the machines, and the database, asked for many grains at once.</summary>
internal sealed class GrainServices
{
    private const int BatchSize = 512;

    private readonly IProjectionStore _projections;
    private readonly Gatherer<GrainKey, StoredGrain?> _rows;
    private readonly Gatherer<TurnNumber, bool> _intents;
    private readonly Gatherer<Projection, bool> _projecting;

    public GrainServices(
        IGrainStore rows,
        IProjectionStore projections,
        IEnumerable<IMachine> machines,
        ICatalogue catalogue,
        IKeyVault vault,
        GrainMessages messages,
        IOptions<OrleansOptions> options,
        TimeProvider time,
        ILogger<GrainServices> logger)
    {
        _projections = projections;
        Messages = messages;
        Time = time;
        Logger = logger;
        Runner = new(machines, catalogue, vault, options.Value.MaxStateOctets, time, logger);
        _rows = new(async keys =>
        {
            IReadOnlyDictionary<GrainKey, StoredGrain> found = await rows.LoadAsync([.. keys.Distinct()], CancellationToken.None);
            return [.. keys.Select(k => found.GetValueOrDefault(k))];
        }, BatchSize);
        _intents = new(async turns =>
        {
            await projections.IntendAsync(turns, CancellationToken.None);
            return new bool[turns.Count];
        }, BatchSize);
        _projecting = new(async turns =>
        {
            await projections.ProjectAsync(turns, CancellationToken.None);
            return new bool[turns.Count];
        }, BatchSize);
    }

    public GrainMessages Messages { get; }

    public TimeProvider Time { get; }

    public TurnRunner Runner { get; }

    public ILogger Logger { get; }

    /// <summary>The row of a grain that an import has made, and the card's keys as they are now.</summary>
    public Task<StoredGrain?> RowAsync(GrainKey key) => _rows.AskAsync(key);

    public void Check(GrainKey key, Turn turn)
    {
        if (!turn.Effects.IsDefaultOrEmpty)
        {
            _projections.Check(key, turn.Effects);
        }
    }

    public Task IntendAsync(TurnNumber turn) => _intents.AskAsync(turn);

    public Task ProjectAsync(Projection projection) => _projecting.AskAsync(projection);

    public Task ForgetAsync(Intent intent) => _projections.ForgetAsync(intent, CancellationToken.None);
}
