using Tsm.Application.Cards;
using Tsm.Application.Hosting;

namespace Tsm.Application.Requests;

/// <summary>What the books hold of a card, as its last turn has left it. Reading it changes nothing.</summary>
public sealed class CardStates(IGrainStore grains, IEnumerable<IMachine> machines)
{
    private readonly IMachine _machine = machines.Single(m => m.Kind is CardMachine.GrainKind);

    /// <summary>The state of a card, and whether its keys are there; null when there is no such card.</summary>
    public async Task<(CardState State, bool HasKeys)?> FindAsync(GrainKey card, CancellationToken cancellationToken) =>
        (await grains.LoadAsync([card], cancellationToken)).TryGetValue(card, out StoredGrain? grain)
            ? ((CardState)_machine.Deserialize(grain.State.Span), grain.Keys.Length > 0)
            : null;

    /// <summary>A service in it; null when it never was on that card.</summary>
    public async Task<ServiceEntry?> ServiceAsync(GrainKey card, string service, CancellationToken cancellationToken) =>
        (await FindAsync(card, cancellationToken))?.State.Services.FirstOrDefault(s => string.Equals(s.Service, service, StringComparison.Ordinal));
}
