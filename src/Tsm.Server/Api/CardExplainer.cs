using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Explain;
using Tsm.Security.Keys;

namespace Tsm.Server.Api;

/// <summary>Explains octets with the key sets of a card, which are opened for that moment only.</summary>
internal sealed class CardExplainer(CardStates states, IKeyVault vault)
{
    /// <summary>Explains several octets, each by itself.</summary>
    /// <param name="card">Whose keys are tried; null for none.</param>
    /// <param name="octets">The octets.</param>
    /// <param name="context">What is known besides keys.</param>
    public async Task<IReadOnlyList<Explanation>> ExplainAsync(
        GrainKey? card, IReadOnlyList<Octets> octets, ExplainContext context, CancellationToken cancellationToken)
    {
        var opened = new List<(string Name, KeySet Keys)>();
        try
        {
            if (card is { } key && await states.FindAsync(key, cancellationToken) is { } found)
            {
                opened.AddRange(found.Keys.Select(wrapped => ($"key version {wrapped.Version}", vault.Open(key, wrapped))));
                opened.AddRange(found.State.SecurityDomains.SelectMany(domain => domain.Keys.Select(
                    k => ($"domain {domain.Aid}, key version {k.Version}", vault.Open(key, domain.Aid, k.Wrapped)))));
            }

            // A packet that names another key version than the key it was made with is worth telling apart.
            ExplainContext known = context with
            {
                Keys = [.. opened.Select(k => new NamedKeys(k.Name, KeySet.ForLaboratory(k.Keys.Kic, k.Keys.Kid)))],
                HidesData = true,
            };
            return [.. octets.Select(o => Explainer.Explain(o, known))];
        }
        finally
        {
            opened.ForEach(k => k.Keys.Dispose());
        }
    }
}
