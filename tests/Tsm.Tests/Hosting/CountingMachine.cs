using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Tsm.Application.Hosting;
using Tsm.Security.Keys;

namespace Tsm.Tests.Hosting;

/// <summary>The smallest machine that can do everything a host must cope with: it counts.</summary>
internal sealed class CountingMachine : IMachine
{
    /// <summary>The key sets that turns have opened last, by their check values: other tests open theirs at the same time.</summary>
    public static ConcurrentDictionary<string, KeySet> Opened { get; } = new(StringComparer.Ordinal);

    public string Kind => "card";

    public int Schema { get; init; } = 2;

    public object Deserialize(ReadOnlySpan<byte> state) => JsonSerializer.Deserialize<Count>(state) ?? throw new JsonException();

    public byte[] Serialize(object state) => JsonSerializer.SerializeToUtf8Bytes((Count)state);

    public IEnumerable<string> Needs(object state, IGrainCommand command) => command is LookUp look ? [look.Application] : [];

    public Turn Handle(object state, IGrainCommand command, TurnContext context)
    {
        var count = (Count)state;
        count = context.WentBack ? count with { Returns = count.Returns + 1 } : count;
        return command switch
        {
            Add add => Turned(count with { Value = count.Value + add.By, Seen = count.Seen.Add(add.By) }, add.Effects),
            Ask => Turned(count),
            Throw => throw new InvalidOperationException("Poison."),
            Grow grow => Turned(count with { Padding = new string('x', grow.By) }),
            WakeAt wake => Turned(count with { Due = wake.Due }),
            DeadlinePassed => Turned(count with { Wakes = count.Wakes + 1, Due = null }),
            UseKeys use => new(count, new KeysUsed(CheckValue(use.Version, context)), [], count.Due),
            LookUp look => new(
                count with { Value = count.Value + 1 },
                new Found(context.Catalogue.TryGetApplication(context.Key.Tenant, look.Application, out _)), [], count.Due),
            _ => throw new NotSupportedException(),
        };
    }

    private static Turn Turned(Count count, ImmutableArray<Effect> effects = default) => new(count, new Counted(count), effects, count.Due);

    private static string? CheckValue(int version, TurnContext context)
    {
        // Not disposed here: the host has to see to it.
        KeySet? keys = context.Keys.Open(version);
        if (keys is null)
        {
            return null;
        }

        string checkValue = keys.Kic.CheckValue.ToString();
        Opened[checkValue] = keys;
        return checkValue;
    }
}

internal sealed record Count
{
    public int Value { get; init; }

    public ImmutableList<int> Seen { get; init; } = [];

    public int Wakes { get; init; }

    public DateTimeOffset? Due { get; init; }

    public string Padding { get; init; } = "";

    /// <summary>How often it was told that the database went back in time.</summary>
    public int Returns { get; init; }
}

internal sealed record Add(int By, params ImmutableArray<Effect> Effects) : IGrainCommand;

internal sealed record Ask : IGrainCommand;

internal sealed record Throw : IGrainCommand;

internal sealed record Grow(int By) : IGrainCommand;

internal sealed record WakeAt(DateTimeOffset? Due) : IGrainCommand;

internal sealed record UseKeys(int Version) : IGrainCommand;

internal sealed record LookUp(string Application) : IGrainCommand;

internal sealed record Counted(Count Count) : IReply;

internal sealed record KeysUsed(string? CheckValue) : IReply;

internal sealed record Found(bool Value) : IReply;

internal sealed record UnwritableEffect : Effect;
