using System.Text;
using Orleans.Storage;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Orleans.Messages;

namespace Tsm.Orleans.Grains;

/// <summary>Hosts one pure machine: intend, write the state with what it causes, project that, answer.</summary>
/// <remarks>
/// Placement is Orleans' and makes it fast; the version of the row makes it right. There may be two activations for a while:
/// only one of them writes, and the other leaves.
/// </remarks>
internal abstract class MachineGrain(IPersistentState<GrainRecord> stored, GrainServices services) : Grain, IMachineGrain
{
    /// <summary>How many commands are remembered with their replies. An answer is lost when a silo or a connection dies, and few are under way then.</summary>
    private const int MostDone = 8;

    private GrainKey _key;
    private IMachine? _machine;
    private object? _state;
    private bool _isProjected;
    private bool _isLeaving;
    private int? _epoch;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public Task<ReplyEnvelope> HandleAsync(CommandEnvelope command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return GuardAsync(() => TurnAsync(command.Id, services.Messages.ReadCommand(command.Body), isDeadline: false));
    }

    public Task<ReplyEnvelope> WakeAsync() => GuardAsync(() => TurnAsync(Guid.Empty, DeadlinePassed.Instance, isDeadline: true));

    public Task SettleAsync(long intent) => GuardAsync(async () =>
    {
        await ProjectAsync();
        StoredGrain? grain = await CurrentAsync();
        IReply? obstacle = Open(grain);
        if (obstacle is TurnFailed)
        {
            return Answer(obstacle); // A row that this program does not understand it leaves alone.
        }

        if (obstacle is null)
        {
            // Written once more as it is: who still holds the version from before can never write what it intended.
            await WriteAsync(stored.RecordExists ? stored.State : new() { Schema = grain!.Schema, State = grain.State, Due = grain.Due, Epoch = grain.WentBack ? 0 : grain.Epoch });
        }

        await services.ForgetAsync(new(_key, intent));
        return Answer(Acknowledged.Instance);
    });

    /// <summary>After a failure the row is not what this activation thinks, or may not be: another begins with what is there.</summary>
    private async Task<ReplyEnvelope> GuardAsync(Func<Task<ReplyEnvelope>> turn)
    {
        if (_isLeaving)
        {
            return new(TurnOutcome.Lost, [], []);
        }

        try
        {
            return await turn();
        }
        catch (InconsistentStateException)
        {
            TurnRunner.Count(_key.Kind, "lost");
            Leave();
            return new(TurnOutcome.Lost, [], []);
        }
        catch (Exception exception)
        {
            services.Logger.TurnInDoubt(_key, exception);
            Leave();
            return new(TurnOutcome.Unavailable, Encoding.UTF8.GetBytes(exception.Message), []);
        }
    }

    private void Leave()
    {
        _isLeaving = true;
        DeactivateOnIdle();
    }

    private async Task<ReplyEnvelope> TurnAsync(Guid id, IGrainCommand command, bool isDeadline)
    {
        await ProjectAsync();
        if (stored.State.Done.FirstOrDefault(d => d.Id == id) is { } done)
        {
            return Answer(done.Reply);
        }

        StoredGrain? grain = await CurrentAsync();
        if (Open(grain) is { } obstacle)
        {
            TurnRunner.Count(_key.Kind, obstacle is UnknownGrain ? "unknown" : "failed");
            DeactivateOnIdle(); // Nothing here is worth its memory.
            return Answer(obstacle);
        }

        if (isDeadline && !(grain!.Due <= services.Time.GetUtcNow()))
        {
            // A turn since the deadline was noticed has moved it.
            TurnRunner.Count(_key.Kind, "early");
            return Answer(Acknowledged.Instance);
        }

        RanTurn ran = await services.Runner.RunAsync(
            grain!, _machine!, _state!, command, grain!.WentBack, () => services.Runner.PrepareAsync(_key, _machine!, _state!, command));
        return ran.Turn is null ? Answer(ran.Reply) : await RememberAsync(id, grain!, ran.Turn, ran.Octets);
    }

    /// <summary>The turn becomes durable, and what it has caused is written after it.</summary>
    private async Task<ReplyEnvelope> RememberAsync(Guid id, StoredGrain grain, Turn turn, byte[]? octets)
    {
        bool isDueMoved = TurnRunner.IsMoved(grain.Due, turn.Due);
        bool isSent = isDueMoved || !turn.Effects.IsDefaultOrEmpty;
        if (octets is null && !isSent)
        {
            return Answer(turn.Reply); // A repetition costs no version.
        }

        try
        {
            services.Check(_key, turn);
        }
        catch (NotSupportedException exception)
        {
            services.Logger.CommitFailed(1, exception);
            TurnRunner.Count(_key.Kind, "failed");
            return Answer(new TurnFailed($"The turn could not be written: {exception.Message}"));
        }

        GrainRecord before = stored.State;
        if (isSent)
        {
            await services.IntendAsync(new(_key, before.Sequence + 1));
        }

        await WriteAsync(new()
        {
            Schema = octets is null ? grain.Schema : _machine!.Schema,
            State = octets ?? grain.State,
            Due = turn.Due,
            Sequence = isSent ? before.Sequence + 1 : before.Sequence,
            Unsent = isSent ? new(turn.Effects.IsDefault ? [] : turn.Effects, isDueMoved) : null,
            Epoch = grain.Epoch,
            Done = id == Guid.Empty ? before.Done : [.. before.Done.TakeLast(MostDone - 1), new(id, turn.Reply)],
        });
        _state = octets is null ? _state : turn.State;
        _isProjected = !isSent;
        try
        {
            await ProjectAsync();
        }
        catch (Exception exception)
        {
            // The turn is done. What it has caused is in the state and has its intent: the next turn or the sweeper writes it.
            services.Logger.ProjectionFailed(_key, exception);
        }

        return Answer(turn.Reply) with { Roads = [.. turn.Effects.OfType<QueuePacket>().Select(p => p.Road).Distinct(StringComparer.Ordinal)] };
    }

    private async Task WriteAsync(GrainRecord record)
    {
        stored.State = record;
        await stored.WriteStateAsync();
    }

    private async Task ProjectAsync()
    {
        if (!_isProjected && stored.State is { Unsent: { } unsent } record)
        {
            await services.ProjectAsync(new(_key, record.Sequence, unsent.Effects, unsent.IsDueMoved, record.Due));
        }

        _isProjected = true;
    }

    /// <summary>
    /// The grain as it is: from its row, or from what an import has left where it has none yet. Keys are read for every turn, many
    /// grains' at once: a key that has been changed holds for the next packet, whichever silo the grain is active on.
    /// </summary>
    private async Task<StoredGrain?> CurrentAsync()
    {
        StoredGrain? row = await services.RowAsync(_key);
        if (!stored.RecordExists)
        {
            return row;
        }

        if (row is not null && _epoch is { } known && known != row.Epoch)
        {
            // The database went back in time while the grain was active: what is in memory may never have been.
            await stored.ReadStateAsync();
            (_state, _isProjected) = (null, false);
            await ProjectAsync();
        }

        _epoch = row?.Epoch ?? _epoch;
        if (!stored.RecordExists)
        {
            return row;
        }

        GrainRecord record = stored.State;
        row ??= new(_key, 0, 0, default, []);
        return row with { Schema = record.Schema, State = record.State, Due = record.Due, WentBack = record.Epoch < row.Epoch };
    }

    private IReply? Open(StoredGrain? grain)
    {
        if (stored.State.Unreadable is { } problem)
        {
            return new TurnFailed($"The row of {_key} cannot be read: {problem}");
        }

        // An import's row is read anew each time; once there is a row of this grain's own, memory and row are the same.
        return _state is not null && stored.RecordExists ? null : services.Runner.Open(_key, grain, out _machine, out _state);
    }

    private ReplyEnvelope Answer(IReply reply) => new(TurnOutcome.Answered, services.Messages.Write(reply), []);
}

/// <summary>A card.</summary>
[GrainType("card")]
internal sealed class CardGrain(
    [PersistentState(TsmStorage.StateName, TsmStorage.Name)] IPersistentState<GrainRecord> stored, GrainServices services)
    : MachineGrain(stored, services), ICardGrain;
