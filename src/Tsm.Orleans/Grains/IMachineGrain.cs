using Tsm.Application.Hosting;
using Tsm.Orleans.Messages;

namespace Tsm.Orleans.Grains;

/// <summary>A grain moved by a pure machine. Its key is <c>tenant/kind/id</c>.</summary>
[Alias("tsm.IMachineGrain")]
public interface IMachineGrain : IGrainWithStringKey
{
    /// <summary>Gives the grain a command; the answer comes when the turn is durable.</summary>
    [Alias("Handle")]
    Task<ReplyEnvelope> HandleAsync(CommandEnvelope command, CancellationToken cancellationToken);

    /// <summary>Tells the grain that its due time has come, unless a turn has moved it meanwhile.</summary>
    [Alias("Wake")]
    Task<ReplyEnvelope> WakeAsync();

    /// <summary>Has the grain make sure of an intent that nobody has taken away: what is durable is projected, what is not never will be.</summary>
    /// <param name="intent">The number of the intent.</param>
    [Alias("Settle")]
    Task SettleAsync(long intent);
}

/// <summary>A card.</summary>
[Alias("tsm.ICardGrain")]
public interface ICardGrain : IMachineGrain;

/// <summary>Which grain runs which kind.</summary>
internal static class GrainKinds
{
    /// <summary>The grain of that key; null when no grain runs its kind.</summary>
    public static IMachineGrain? Find(this IGrainFactory grains, GrainKey key) => key.Kind switch
    {
        Application.Cards.CardMachine.GrainKind => grains.GetGrain<ICardGrain>(key.ToString()),
        _ => null,
    };
}
