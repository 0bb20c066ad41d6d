namespace Tsm.Card.CapFiles;

/// <summary>Collects the octets of a component of a CAP file.</summary>
internal sealed class ComponentWriter
{
    private readonly List<byte> _info = [];

    /// <summary>The octets so far, without tag and size.</summary>
    public int Position => _info.Count;

    public ComponentWriter U1(int value)
    {
        _info.Add(checked((byte)value));
        return this;
    }

    public ComponentWriter U2(int value)
    {
        ushort checkedValue = checked((ushort)value);
        _info.Add((byte)(checkedValue >> 8));
        _info.Add((byte)(checkedValue & 0xFF));
        return this;
    }

    public ComponentWriter Write(ReadOnlySpan<byte> octets)
    {
        _info.AddRange(octets);
        return this;
    }

    public byte[] ToComponent(ComponentTag tag) =>
        [(byte)tag, (byte)(checked((ushort)Position) >> 8), (byte)(Position & 0xFF), .. _info];
}
