using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.SimFiles;

/// <summary>ACC, the access control classes of a subscription: EF_ACC.</summary>
/// <remarks>
/// TS 31.102 §4.2.15, TS 22.011 §4.2. Exactly one of the classes 0 to 9, by custom the last digit of the IMSI; 11 to 15 are for
/// special users.
/// </remarks>
/// <param name="Value">Bit n is class n.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AccessControlClasses(ushort Value) : IPacket<AccessControlClasses>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 2;

    private const int Classes = 16;
    private const int EmergencyClass = 10;
    private const int OrdinaryMask = 0x03FF;

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>Whether exactly one ordinary class is set, and class 10 is not: otherwise phones may find no service.</summary>
    public bool IsUsual => (Value & 1 << EmergencyClass) == 0 && int.PopCount(Value & OrdinaryMask) == 1;

    /// <summary>The class that belongs to an IMSI: its last digit.</summary>
    /// <exception cref="ArgumentException">The IMSI has no digits.</exception>
    public static AccessControlClasses For(Imsi imsi) => imsi.Digits.Length > 0
        ? new((ushort)(1 << (imsi.Digits[^1] - '0')))
        : throw new ArgumentException("There is no IMSI.", nameof(imsi));

    /// <summary>Whether a class, 0 to 15, is set.</summary>
    public bool Has(int accessClass) => accessClass is >= 0 and < Classes && (Value >> accessClass & 1) == 1;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  classes 15 to 8 1 | classes 7 to 0 1
        var writer = new OctetWriter(destination);
        writer.WriteUInt16(Value);
        return Size;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out AccessControlClasses packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(reader.ReadUInt16());
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    /// <summary>The classes that are set, such as "0, 11".</summary>
    public override string ToString()
    {
        AccessControlClasses self = this;
        return string.Join(", ", Enumerable.Range(0, Classes).Where(n => self.Has(n)));
    }
}
