using System.Collections.Immutable;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Benchmarks.Loads;

/// <summary>Cards whose turns cost what turns of cards cost and do nothing else: their states are read, changed and written.</summary>
internal sealed class LoadMachine : IMachine
{
    private static readonly TimeSpan Later = TimeSpan.FromDays(1);

    private readonly CardMachine _cards = new();

    public string Kind => _cards.Kind;

    public int Schema => _cards.Schema;

    public object Deserialize(ReadOnlySpan<byte> state) => _cards.Deserialize(state);

    public byte[] Serialize(object state) => _cards.Serialize(state);

    public IEnumerable<string> Needs(object state, IGrainCommand command) => _cards.Needs(state, command);

    public Turn Handle(object state, IGrainCommand command, TurnContext context)
    {
        var before = (CardState)state;
        CardState after = before with { NextPacket = before.NextPacket + 1 };
        if (command is ChangeState)
        {
            return new(after, Acknowledged.Instance, [], Due: null);
        }

        after = after with { LastProofAt = context.Now };
        ImmutableArray<Effect> effects = [new SaveCard(CardMachine.Row(context.Key, after))];
        return new(after, Acknowledged.Instance, effects, context.Now + Later);
    }
}

/// <summary>Changes the state and nothing else.</summary>
internal sealed record ChangeState : IGrainCommand
{
    public static ChangeState Instance { get; } = new();
}

/// <summary>Changes the state, the time at which the card wants to be woken, and the card's row in the lists.</summary>
internal sealed record ChangeAll : IGrainCommand
{
    public static ChangeAll Instance { get; } = new();
}
