using System.Collections.Frozen;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tsm.Application.Ports;

namespace Tsm.Application.Hosting;

/// <summary>Runs one turn as every host has to: refuses what it cannot run, closes the keys, and lets no turn throw.</summary>
internal sealed class TurnRunner(
    IEnumerable<IMachine> machines, ICatalogue catalogue, IKeyVault vault, int maxStateOctets, TimeProvider time, ILogger logger)
{
    private readonly FrozenDictionary<string, IMachine> _machines = machines.ToFrozenDictionary(m => m.Kind, StringComparer.Ordinal);

    /// <summary>Whether the store failed, and not what was asked of it.</summary>
    public static bool IsTransient(Exception exception) =>
        exception is StoreUnavailableException or TimeoutException or DbException { IsTransient: true };

    /// <summary>Counts a turn, or an attempt at one.</summary>
    public static void Count(string kind, string outcome) => Diagnostics.Turns.Add(1, new("kind", kind), new("outcome", outcome));

    /// <summary>Whether a due time has changed. Stores keep milliseconds, rounded up so that a deadline never fires early.</summary>
    public static bool IsMoved(DateTimeOffset? before, DateTimeOffset? after)
    {
        return Milliseconds(before) != Milliseconds(after);

        static long? Milliseconds(DateTimeOffset? time) =>
            (time?.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
    }

    /// <summary>Reads the state; returns why this grain cannot take a turn here, or null when it can.</summary>
    public IReply? Open(GrainKey key, StoredGrain? stored, out IMachine? machine, out object? state)
    {
        (machine, state) = (null, null);
        if (stored is null)
        {
            return new UnknownGrain(key);
        }

        if (!_machines.TryGetValue(key.Kind, out IMachine? found))
        {
            return new TurnFailed($"No machine runs grains of kind '{key.Kind}' here.");
        }

        if (stored.Schema > found.Schema)
        {
            logger.NewerSchema(key, stored.Schema, found.Schema);
            return new TurnFailed(
                $"The state of {key} has schema {stored.Schema}; this program knows {found.Schema} and leaves it alone.");
        }

        try
        {
            state = found.Deserialize(stored.State.Span);
            machine = found;
            return null;
        }
        catch (Exception exception)
        {
            logger.StateUnreadable(key, exception);
            return new TurnFailed($"The state of {key} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Brings into memory what the command may need: applications that are not there yet, and card models that may have changed.</summary>
    public Task PrepareAsync(GrainKey key, IMachine machine, object state, IGrainCommand command) =>
        catalogue.PrepareAsync(key.Tenant, [.. machine.Needs(state, command)], CancellationToken.None);

    /// <summary>Runs the machine. A turn that throws comes back as <see cref="TurnFailed"/>, without a turn.</summary>
    /// <param name="stored">As it was loaded, with the card's keys.</param>
    /// <param name="state">As the turn before has left it.</param>
    /// <param name="wentBack">Whether this is the first turn since the database went back in time.</param>
    /// <param name="prepare">What is to be fetched first; what it throws counts as the turn's own unless the store is down.</param>
    public async Task<RanTurn> RunAsync(
        StoredGrain stored, IMachine machine, object state, IGrainCommand command, bool wentBack, Func<Task>? prepare)
    {
        try
        {
            if (prepare is not null)
            {
                await prepare();
            }

            using var keys = new TurnKeys(vault, stored);
            Turn turn = machine.Handle(state, command, new(stored.Key, time.GetUtcNow(), keys, catalogue, wentBack));
            byte[]? octets = null;
            if (turn.State is not null && !ReferenceEquals(turn.State, state))
            {
                octets = machine.Serialize(turn.State);
                if (octets.Length > maxStateOctets)
                {
                    throw new InvalidOperationException($"The state would take {octets.Length} octets; the limit is {maxStateOctets}.");
                }
            }

            Count(stored.Key.Kind, "answered");
            return new(turn.Reply, turn, octets);
        }
        catch (Exception exception) when (!IsTransient(exception))
        {
            logger.TurnFailed(stored.Key, command.GetType().Name, exception);
            Count(stored.Key.Kind, "failed");
            return new(new TurnFailed($"{command.GetType().Name} failed: {exception.Message}"), null, null);
        }
    }
}

/// <summary>What a turn has come to.</summary>
/// <param name="Turn">Null when it failed.</param>
/// <param name="Octets">The new state; null when it did not change.</param>
internal sealed record RanTurn(IReply Reply, Turn? Turn, byte[]? Octets);
