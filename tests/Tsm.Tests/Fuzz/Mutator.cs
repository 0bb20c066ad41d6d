using System.Buffers.Binary;

namespace Tsm.Tests.Fuzz;

/// <summary>Makes hostile octets: random ones, and valid ones with a few faults. The same ones for the same seed.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, ulong seed)
{
    private const int LongestRandom = 64;
    private const int LongestInput = 4096;
    private const int MostFaults = 4;

    // Where lengths, counts and tags change their meaning.
    private static readonly byte[] Edges = [0x00, 0x01, 0x02, 0x05, 0x08, 0x1F, 0x20, 0x70, 0x71, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0x8C, 0xBF, 0xC4, 0xE2, 0xE3, 0xFE, 0xFF];

    private byte[] _input = [];
    private int _length;
    private ulong _state = seed;

    /// <summary>The input that was made last.</summary>
    public ReadOnlySpan<byte> Current => _input.AsSpan(0, _length);

    /// <summary>The next input; valid until the one after it.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (seeds.Count == 0 || Below(16) == 0)
        {
            Take(new byte[Below(8) == 0 ? Below(16 * LongestRandom) : Below(LongestRandom)]);
            for (int i = 0; i < _length; i++)
            {
                _input[i] = Octet();
            }

            return Current;
        }

        Take(seeds[Below(seeds.Count)]);
        for (int faults = Below(MostFaults + 1); faults > 0; faults--)
        {
            Spoil();
        }

        return Current;
    }

    private void Spoil()
    {
        int at = _length == 0 ? 0 : Below(_length);
        switch (Below(9))
        {
            case 0 when _length > 0:
                _input[at] ^= (byte)(1 << Below(8));
                break;
            case 1 when _length > 0:
                _input[at] = Edges[Below(Edges.Length)];
                break;
            case 2 when _length > 0:
                _input[at] = Octet();
                break;
            case 3 when _length > 0:
                // A length that is one off.
                _input[at] = unchecked((byte)(_input[at] + (Below(2) == 0 ? 1 : -1)));
                break;
            case 4 when _length >= at + 4:
                BinaryPrimitives.WriteUInt32BigEndian(_input.AsSpan(at), (uint)(Bits() >> 32) >> Below(32));
                break;
            case 5:
                _length = at;
                break;
            case 6:
                Cut(at, Below(Math.Min(16, _length - at) + 1));
                break;
            case 7:
                // A piece once more.
                Insert(at, _input.AsSpan(at, Below(Math.Min(64, _length - at) + 1)).ToArray());
                break;
            default:
                byte[] other = seeds[Below(seeds.Count)];
                int from = other.Length == 0 ? 0 : Below(other.Length);
                Insert(at, other.AsSpan(from, Below(Math.Min(64, other.Length - from) + 1)));
                break;
        }
    }

    private void Take(byte[] octets)
    {
        Reserve(octets.Length);
        octets.CopyTo(_input, 0);
        _length = octets.Length;
    }

    private void Cut(int at, int length)
    {
        _input.AsSpan(at + length, _length - at - length).CopyTo(_input.AsSpan(at));
        _length -= length;
    }

    private void Insert(int at, ReadOnlySpan<byte> octets)
    {
        if (_length + octets.Length <= Math.Max(LongestInput, _length))
        {
            Reserve(_length + octets.Length);
            _input.AsSpan(at, _length - at).CopyTo(_input.AsSpan(at + octets.Length));
            octets.CopyTo(_input.AsSpan(at));
            _length += octets.Length;
        }
    }

    private void Reserve(int length)
    {
        if (_input.Length < length)
        {
            Array.Resize(ref _input, Math.Max(length, 2 * _input.Length));
        }
    }

    private int Below(int limit) => (int)(Bits() % (uint)limit);

    private byte Octet() => (byte)(Bits() >> 56);

    // splitmix64: fast, and anybody can make the same numbers again.
    private ulong Bits()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            ulong z = (_state ^ _state >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }
}
