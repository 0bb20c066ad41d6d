namespace Tsm.Tests.Application.Worlds;

/// <summary>
/// Decides whether a hazard comes true each time it is asked: from a seed, or from a list of mishaps. What came true is
/// noted, so that a world that followed a seed can be lived again by its mishaps alone.
/// </summary>
internal sealed class Fate
{
    private static readonly int Kinds = Enum.GetValues<Hazard>().Length;

    private readonly int[] _asked = new int[Kinds];
    private readonly List<Mishap> _happened = [];
    private readonly double[]? _likely;
    private readonly Random? _random;
    private readonly Dictionary<(Hazard, int), int>? _given;

    /// <summary>Follows a seed.</summary>
    public Fate(int seed, Hazards hazards)
    {
        _random = new(seed);
        _likely = hazards.ToArray();
    }

    /// <summary>Follows a list.</summary>
    public Fate(IEnumerable<Mishap> mishaps)
    {
        _given = [];
        foreach (Mishap mishap in mishaps)
        {
            _given[(mishap.Hazard, mishap.Occurrence)] = mishap.Value;
        }
    }

    /// <summary>What came true so far.</summary>
    public IReadOnlyList<Mishap> Happened => _happened;

    /// <summary>Whether the hazard comes true this time.</summary>
    public bool Strikes(Hazard hazard) => Strikes(hazard, 1, out _);

    /// <summary>Whether the hazard comes true this time, and with which value from 0 to below <paramref name="values"/>.</summary>
    public bool Strikes(Hazard hazard, int values, out int value)
    {
        int occurrence = _asked[(int)hazard]++;
        if (_given is not null)
        {
            if (!_given.TryGetValue((hazard, occurrence), out value))
            {
                return false;
            }
        }
        else
        {
            double likely = _likely![(int)hazard];
            if (likely == 0 || _random!.NextDouble() >= likely)
            {
                value = 0;
                return false;
            }

            value = values > 1 ? _random.Next(values) : 0;
        }

        _happened.Add(new(hazard, occurrence, value));
        return true;
    }
}
