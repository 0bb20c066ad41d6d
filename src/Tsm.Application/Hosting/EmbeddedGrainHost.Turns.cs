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
                TurnRunner.Count(run.Key.Kind, run.Obstacle is UnknownGrain ? "unknown" : "failed");
                run.Replies.Add(run.Obstacle);
                continue;
            }

            DateTimeOffset now = _time.GetUtcNow();
            if (work.After is not null && !(run.Due <= now))
            {
                // A turn since the deadline was noticed has moved it.
                TurnRunner.Count(run.Key.Kind, "early");
                run.Replies.Add(Acknowledged.Instance);
                continue;
            }

            run.Replies.Add(await HandleAsync(run, work, isFirst: i == 0));
        }
    }

    /// <param name="isFirst">Otherwise the command may need what only the state left by the one before knows of.</param>
    private async Task<IReply> HandleAsync(GrainRun run, Work work, bool isFirst)
    {
        IMachine machine = run.Machine!;
        RanTurn ran = await _runner.RunAsync(
            run.Stored!, machine, run.State!, work.Command, run.WentBack,
            isFirst ? null : () => _runner.PrepareAsync(run.Key, machine, run.State!, work.Command));
        if (ran.Turn is not null)
        {
            run.Accept(ran.Turn, ran.Octets);
        }

        return ran.Reply;
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
            Stored is not null && (_octets is not null || _effects.Count > 0 || TurnRunner.IsMoved(Stored.Due, Due));

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

    }
}
