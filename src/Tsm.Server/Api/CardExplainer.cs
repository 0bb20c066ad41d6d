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
        var opened = new List<KeySet>();
        try
        {
            if (card is { } key && await states.FindAsync(key, cancellationToken) is { } found)
            {
                opened.AddRange(found.Keys.Select(wrapped => vault.Open(key, wrapped)));
            }

            // A packet that names another key version than the key it was made with is worth telling apart.
            ExplainContext known = context with { Keys = [.. opened.Select(k => new NamedKeys($"key version {k.Version}", KeySet.ForLaboratory(k.Kic, k.Kid)))] };
            return [.. octets.Select(o => Explainer.Explain(o, known))];
        }
        finally
        {
            opened.ForEach(k => k.Dispose());
        }
    }
}
