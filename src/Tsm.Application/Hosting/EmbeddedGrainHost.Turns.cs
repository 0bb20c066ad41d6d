using Tsm.Application.Ports;
using Tsm.Security.Keys;

namespace Tsm.Application.Hosting;

/// <content>How the commands of one grain in a batch are run, each on the state the one before left.</content>
public sealed partial class EmbeddedGrainHost
{
    private async Task HandleAsync(GrainRun run)
    {
        for (int i = 0; i < run.Works.Count; i++)
        {
            Work work = run.Works[i];
            if (run.Obstacle is not null)
            {
                Count(run.Key.Kind, run.Obstacle is UnknownGrain ? "unknown" : "failed");
                run.Replies.Add(run.Obstacle);
                continue;
            }

            DateTimeOffset now = _time.GetUtcNow();
            if (work.After is not null && !(run.Due <= now))
            {
                // A turn since the deadline was noticed has moved it.
                Count(run.Key.Kind, "early");
                run.Replies.Add(Acknowledged.Instance);
                continue;
            }

            run.Replies.Add(await HandleAsync(run, work, now, isFirst: i == 0));
        }
    }

    private async Task<IReply> HandleAsync(GrainRun run, Work work, DateTimeOffset now, bool isFirst)
    {
        IMachine machine = run.Machine!;
        try
        {
            if (!isFirst)
            {
                await PrepareAsync(run, work);
            }

            using var keys = new TurnKeys(_vault, run.Stored!);
            Turn turn = machine.Handle(run.State!, work.Command, new(run.Key, now, keys, _catalogue, run.WentBack));
            byte[]? octets = null;
            if (turn.State is not null && !ReferenceEquals(turn.State, run.State))
            {
                octets = machine.Serialize(turn.State);
                if (octets.Length > _options.MaxStateOctets)
                {
                    throw new InvalidOperationException(
                        $"The state would take {octets.Length} octets; the limit is {_options.MaxStateOctets}.");
                }
            }

            run.Accept(turn, octets);
            Count(run.Key.Kind, "answered");
            return turn.Reply;
        }
        catch (Exception exception) when (!IsTransient(exception))
        {
            _logger.TurnFailed(run.Key, work.Command.GetType().Name, exception);
            Count(run.Key.Kind, "failed");
            return new TurnFailed($"{work.Command.GetType().Name} failed: {exception.Message}");
        }
    }

    /// <summary>A later command of a grain may need what only the state left by the one before knows of.</summary>
    private async Task PrepareAsync(GrainRun run, Work work)
    {
        List<string> missing = [.. run.Machine!.Needs(run.State!, work.Command)
            .Where(id => !_catalogue.TryGetApplication(run.Key.Tenant, id, out _))];
        if (missing.Count > 0)
        {
            await _catalogue.PrepareAsync(run.Key.Tenant, missing, CancellationToken.None);
        }
    }

    /// <summary>The commands of one grain in a batch, and what they have come to.</summary>
    private sealed class GrainRun(GrainKey key)
    {
        private readonly List<Effect> _effects = [];
        private byte[]? _octets;

        public GrainKey Key { get; } = key;

        public List<Work> Works { get; } = [];

        /// <summary>One for each of <see cref="Works"/>, given once everything is durable.</summary>
        public List<IReply> Replies { get; } = [];

        /// <summary>Why the grain cannot take a turn; null when it can.</summary>
        public IReply? Obstacle { get; set; }

        public StoredGrain? Stored { get; private set; }

        public IMachine? Machine { get; private set; }

        public object? State { get; private set; }

        public DateTimeOffset? Due { get; private set; }

        /// <summary>Whether the next turn is the first since the database went back in time.</summary>
        public bool WentBack => Stored!.WentBack && _octets is null;

        /// <summary>A turn that changed nothing writes nothing: a repetition costs no version.</summary>
        public bool IsChanged =>
            Stored is not null && (_octets is not null || _effects.Count > 0 || Milliseconds(Due) != Milliseconds(Stored.Due));

        public void Begin(IMachine machine, StoredGrain stored, object state) =>
            (Machine, Stored, State, Due) = (machine, stored, state, stored.Due);

        public void Accept(Turn turn, byte[]? octets)
        {
            if (octets is not null)
            {
                State = turn.State;
                _octets = octets;
            }

            if (!turn.Effects.IsDefaultOrEmpty)
            {
                _effects.AddRange(turn.Effects);
            }

            Due = turn.Due;
        }

        public GrainWrite ToWrite() => new(Key, Stored!.Version, Machine!.Schema, _octets, [.. _effects], Due, Stored.Epoch);

        public void Answer()
        {
            for (int i = 0; i < Works.Count; i++)
            {
                Works[i].Answer(Replies[i]);
            }
        }

        /// <summary>Stores keep milliseconds, rounded up so that a deadline never fires early.</summary>
        private static long? Milliseconds(DateTimeOffset? time) =>
            (time?.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
    }

    /// <summary>Opens the key sets of a card during one turn and sees that they are closed after it.</summary>
    private sealed class TurnKeys(IKeyVault vault, StoredGrain grain) : ICardKeys, IDisposable
    {
        private List<KeySet>? _opened;
        private bool _disposed;

        public KeySet? Open(int version)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            foreach (WrappedKeySet wrapped in grain.Keys)
            {
                if (wrapped.Version == version)
                {
                    KeySet keys = vault.Open(grain.Key, wrapped);
                    (_opened ??= []).Add(keys);
                    return keys;
                }
            }

            return null;
        }

        public void Dispose()
        {
            _disposed = true;
            _opened?.ForEach(k => k.Dispose());
        }
    }
}
