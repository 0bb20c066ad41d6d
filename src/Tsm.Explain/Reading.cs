using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Explain;

/// <summary>A cursor over octets that keeps what it reads as named parts. What is missing is a part too.</summary>
/// <param name="source">The octets.</param>
/// <param name="origin">Where they begin in what was given; null where they were made.</param>
internal sealed class Reading(Octets source, int? origin)
{
    private readonly List<Part> _parts = [];
    private int _at;

    /// <summary>Whether a secret stands somewhere in what was read: the whole is not shown then.</summary>
    public bool HidesSomething { get; private set; }

    /// <summary>Octets not yet read.</summary>
    public int Remaining => source.Length - _at;

    /// <summary>Whether a field went beyond the end.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The next octet without reading it; 0 at the end.</summary>
    public byte Next => Remaining > 0 ? source[_at] : (byte)0;

    /// <summary>What is left, without reading it.</summary>
    public Octets Rest => source.Slice(_at);

    /// <summary>Where the next octet stands in what was given.</summary>
    public int? Offset => origin + _at;

    /// <summary>The parts so far.</summary>
    public ImmutableArray<Part> Parts => [.. _parts];

    /// <summary>Reads a field.</summary>
    public Octets Field(string name, int length, Func<Octets, string?>? meaning = null, bool fault = false)
    {
        int? offset = Offset;
        Octets octets = Take(length, out int missing);
        string? text = missing > 0 ? $"{missing} of {length} octets are missing" : meaning?.Invoke(octets);
        _parts.Add(new(name, octets) { Offset = offset, Meaning = text, IsFault = missing > 0 || fault });
        return octets;
    }

    /// <summary>Reads a field of one octet.</summary>
    public byte Byte(string name, Func<byte, string?>? meaning = null, bool fault = false) =>
        Field(name, 1, o => meaning?.Invoke(o[0]), fault) is { IsEmpty: false } read ? read[0] : (byte)0;

    /// <summary>Reads over a secret: that it stands here is told, its octets are not.</summary>
    public void AddHidden(string name, int length)
    {
        int? offset = Offset;
        Octets octets = Take(length, out int missing);
        HidesSomething = true;
        _parts.Add(new(name, Octets.Empty) { Offset = offset, Meaning = missing > 0 ? $"{missing} of {length} octets are missing" : $"{octets.Length} octets, not shown", IsFault = missing > 0 });
    }

    /// <summary>Reads a group of fields; what its reader leaves is shown as unread.</summary>
    public void Group(string name, int length, string? meaning, Action<Reading> read)
    {
        int? offset = Offset;
        Octets octets = Take(length, out int missing);
        var inner = new Reading(octets, offset);
        read(inner);
        inner.Leave("unread octets");
        IsBroken |= inner.IsBroken;
        string? text = missing > 0 ? $"{missing} of {length} octets are missing" : meaning;
        HidesSomething |= inner.HidesSomething;
        _parts.Add(new(name, inner.HidesSomething ? Octets.Empty : octets) { Offset = offset, Meaning = text, IsFault = missing > 0, Parts = inner.Parts });
    }

    /// <summary>Adds a part that was made elsewhere, of octets that are read here.</summary>
    /// <param name="part">The part.</param>
    /// <param name="length">How many octets it has; not those that it shows, for it may hide some.</param>
    public void Add(Part part, int length)
    {
        AddMade(part);
        Take(length, out _);
    }

    /// <summary>Adds a part of octets that do not stand here: deciphered, or put together.</summary>
    public void AddMade(Part part)
    {
        HidesSomething |= part is { Octets.IsEmpty: true, Parts.IsEmpty: false };
        _parts.Add(part);
    }

    /// <summary>Whatever has not been read becomes a part.</summary>
    public void Leave(string name)
    {
        if (Remaining > 0)
        {
            Field(name, Remaining);
        }
    }

    /// <summary>All that was read as one part.</summary>
    public Part ToPart(string name, string? meaning = null) =>
        new(name, HidesSomething ? Octets.Empty : source) { Offset = origin, Meaning = meaning, Parts = Parts };

    private Octets Take(int length, out int missing)
    {
        int taken = Math.Clamp(length, 0, Remaining);
        missing = Math.Max(length, 0) - taken;
        IsBroken |= missing > 0;
        Octets octets = source.Slice(_at, taken);
        _at += taken;
        return octets;
    }
}
