using System.Globalization;

namespace Tsm.Simulator.Accounting;

/// <summary>What one card saw: numbers, and the judgement of what was sent to it.</summary>
/// <remarks>
/// <para>
/// The account looks at what the card did, not at what the sender meant. A <em>packet</em> is executed twice when one
/// counter passes the card's checks twice, which is always wrong. A <em>command</em> is executed twice when it answered
/// with success, nothing undid its effect, and it answers with success again; if the card refuses the second one, that
/// is <see cref="Tally.RepeatedAfterSuccess"/>, wasteful but harmless.
/// </para>
/// <para>
/// What undoes an effect: the end of a load (reset, foreign command, failed block) undoes its INSTALL [for load] and
/// its LOADs; DELETE undoes all that was done to an AID; lock and unlock undo each other; a new installation undoes a
/// DELETE; an extradition undoes the one before it; other keys of a version, or their end, undo those there were, and
/// all that was done to a domain ends with it. An INSTALL [for load] that comes when LOADs of that file have been executed gives up that load itself and is
/// counted as <see cref="Tally.LoadsRestarted"/>; with no LOAD between, it is the same command executed twice.
/// </para>
/// <para>Not thread-safe but for reading the numbers: the card's own turn calls it.</para>
/// </remarks>
public sealed class CardAccount
{
    private readonly Account _account;
    private readonly string _iccid;
    private PacketLog? _packets;
    private HashSet<Effect>? _inForce;

    internal CardAccount(Account account, string iccid)
    {
        _account = account;
        _iccid = iccid;
    }

    /// <summary>The numbers of this card.</summary>
    public Tallies Tallies { get; } = new();

    /// <summary>Adds one to the card's number and to the total.</summary>
    public void Add(Tally tally)
    {
        Tallies.Add(tally);
        _account.Total.Add(tally);
    }

    /// <summary>Notes an authentic packet that carries a counter, before the counter is checked.</summary>
    /// <param name="keySet">Which of all key sets the card has ever had protects it: the counter belongs to that set.</param>
    /// <param name="tar">TAR, 24 bits.</param>
    /// <param name="keyVersion">The key version number, 0..15.</param>
    /// <param name="counter">CNTR, 40 bits.</param>
    /// <param name="octets">The whole packet as it arrived.</param>
    public void Authentic(uint keySet, int tar, int keyVersion, ulong counter, ReadOnlySpan<byte> octets)
    {
        switch ((_packets ??= new()).See(keySet, counter, octets))
        {
            case PacketLog.Sight.SameOctets:
                Add(Tally.Replays);
                break;
            case PacketLog.Sight.OtherOctets:
                Add(Tally.CounterReused);
                _account.Add(new CounterReuse(_iccid, Hex(tar, 6), keyVersion, Hex(counter, 10)));
                break;
            default:
                break;
        }
    }

    /// <summary>Notes that a packet with a counter goes to its application.</summary>
    /// <inheritdoc cref="Authentic" path="/param"/>
    public void Executing(uint keySet, int tar, int keyVersion, ulong counter, ReadOnlySpan<byte> octets)
    {
        if (_packets is not null && !_packets.TryExecute(keySet, counter, octets))
        {
            ExecutedTwice($"packet for TAR {Hex(tar, 6)}, key version {keyVersion}, CNTR {Hex(counter, 10)}");
        }
    }

    /// <summary>Notes that a command answered with success.</summary>
    public void Succeeded(Effect effect)
    {
        if (effect.Kind == EffectKind.InstallForLoad && UndoLoads(effect.Aid))
        {
            Add(Tally.LoadsRestarted);
            Undo(effect);
        }

        if (!(_inForce ??= []).Add(effect))
        {
            ExecutedTwice(effect.ToString());
        }

        _inForce.RemoveWhere(e => e != effect && effect.Supersedes(e));
        foreach (Effect undone in effect.Opposites())
        {
            Undo(undone);
        }
    }

    /// <summary>Notes that a command answered with an error.</summary>
    public void Failed(Effect effect)
    {
        if (_inForce is not null && _inForce.Contains(effect))
        {
            Add(Tally.RepeatedAfterSuccess);
            _account.AddRepeatedAfterSuccess(new(_iccid, effect.ToString()));
        }
    }

    /// <summary>Notes that the card gave up a load that was under way.</summary>
    public void LoadAborted(string loadFile)
    {
        Add(Tally.LoadsAborted);
        Undo(new(EffectKind.InstallForLoad, loadFile));
        UndoLoads(loadFile);
    }

    /// <summary>Notes that an application or a load file is gone from the card.</summary>
    public void Removed(string aid) =>
        _inForce?.RemoveWhere(e => e.Kind != EffectKind.Delete && string.Equals(e.Aid, aid, StringComparison.Ordinal));

    private static string Hex(IFormattable value, int digits) =>
        value.ToString($"X{digits}", CultureInfo.InvariantCulture);

    private void Undo(Effect effect) => _inForce?.Remove(effect);

    private bool UndoLoads(string loadFile) => _inForce is not null
        && _inForce.RemoveWhere(e =>
            e.Kind == EffectKind.Load && string.Equals(e.Aid, loadFile, StringComparison.Ordinal)) > 0;

    private void ExecutedTwice(string what)
    {
        Add(Tally.ExecutedTwice);
        _account.AddExecutedTwice(new(_iccid, what));
    }
}
