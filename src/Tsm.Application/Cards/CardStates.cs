using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Cards;

/// <summary>Reads what is remembered of a card, as its last turn has left it. It changes nothing.</summary>
public sealed class CardStates(IGrainStore store, IEnumerable<IMachine> machines)
{
    private readonly IMachine _machine = machines.Single(m => m.Kind is CardMachine.GrainKind);

    /// <summary>The state of a card and its wrapped keys; null when there is no such card.</summary>
    public async Task<(CardState State, ImmutableArray<WrappedKeySet> Keys)?> FindAsync(GrainKey card, CancellationToken cancellationToken) =>
        (await store.LoadAsync([card], cancellationToken)).TryGetValue(card, out StoredGrain? grain)
            ? ((CardState)_machine.Deserialize(grain.State.Span), grain.Keys)
            : null;

    /// <summary>A service in it; null when it never was on that card.</summary>
    public async Task<ServiceEntry?> ServiceAsync(GrainKey card, string service, CancellationToken cancellationToken) =>
        (await FindAsync(card, cancellationToken))?.State.Services.FirstOrDefault(s => string.Equals(s.Service, service, StringComparison.Ordinal));
}
