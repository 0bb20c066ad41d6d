namespace Tsm.Application.Cards;

/// <summary>What is wrong with a file: all of it is counted, and the first of it is kept in the order of lines.</summary>
public sealed class CardImportFaults
{
    /// <summary>The most that is kept; a file of a million wrong lines fits no memory and no screen.</summary>
    public const int MaxKept = 100;

    private readonly List<CardImportFault> _first = [];
    private readonly HashSet<int> _lines = [];

    /// <summary>The first faults by their lines.</summary>
    public IReadOnlyList<CardImportFault> First => _first;

    /// <summary>All faults.</summary>
    public int Count { get; private set; }

    /// <summary>Lines with a fault.</summary>
    public int Lines => _lines.Count;

    /// <summary>Notes a fault; faults of one line stay in the order in which they came.</summary>
    public void Add(CardImportFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        Count++;
        _lines.Add(fault.Line);
        int at = _first.FindLastIndex(f => f.Line <= fault.Line) + 1;
        if (at == MaxKept)
        {
            return;
        }

        if (_first.Count == MaxKept)
        {
            _first.RemoveAt(MaxKept - 1);
        }

        _first.Insert(at, fault);
    }
}
