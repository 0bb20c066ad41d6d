using System.Collections.Immutable;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Server.Api;

/// <summary>Reads what is remembered of one card, for showing it.</summary>
internal sealed class CardStates(IGrainStore store, IEnumerable<IMachine> machines)
{
    private readonly IMachine _machine = machines.Single(m => m.Kind is CardMachine.GrainKind);

    /// <summary>The state of a card and its wrapped keys, or null when it is not there.</summary>
    public async Task<(CardState State, ImmutableArray<WrappedKeySet> Keys)?> FindAsync(GrainKey card, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<GrainKey, StoredGrain> stored = await store.LoadAsync([card], cancellationToken);
        return stored.TryGetValue(card, out StoredGrain? grain) ? ((CardState)_machine.Deserialize(grain.State.Span), grain.Keys) : null;
    }
}
