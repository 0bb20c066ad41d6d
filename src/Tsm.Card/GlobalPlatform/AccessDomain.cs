using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The access domain of an application: which files it, or remote file management through it, may reach.</summary>
/// <remarks>
/// TS 102 226 §8.2.1.3.2.5. The parameter (ADP) says what the data (ADD) means. Compares by content; a command whose access
/// condition is not in the domain gets <c>6982</c>, from a 2G SIM <c>9804</c>.
/// </remarks>
/// <param name="Parameter">ADP; see the constants. Values without one survive a round trip.</param>
/// <param name="Data">ADD, as it is on the wire.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AccessDomain(byte Parameter, Octets Data) : IPacket<AccessDomain>
{
    /// <summary>ADP: everything but what is never allowed.</summary>
    public const byte FullAccess = 0x00;

    /// <summary>ADP: conditions as those of a 2G SIM (TS 31.116).</summary>
    public const byte SimConditions = 0x01;

    /// <summary>ADP: conditions of a UICC, three octets of <see cref="AccessConditions"/>.</summary>
    public const byte UiccConditions = 0x02;

    /// <summary>ADP: nothing.</summary>
    public const byte NoAccess = 0xFF;

    private const int ConditionsSize = 3;

    /// <summary>Everything but what is never allowed.</summary>
    public static AccessDomain Full { get; } = new(FullAccess, Octets.Empty);

    /// <summary>Nothing.</summary>
    public static AccessDomain None { get; } = new(NoAccess, Octets.Empty);

    /// <inheritdoc/>
    public int Length => 1 + Data.Length;

    /// <summary>The conditions that count as fulfilled; null where the domain is of another kind than that of a UICC.</summary>
    public AccessConditions? Conditions => Parameter == UiccConditions && Data.Length == ConditionsSize
        ? (AccessConditions)((uint)Data[0] << 16 | (uint)Data[1] << 8 | Data[2])
        : null;

    /// <summary>A domain in which these conditions count as fulfilled.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than three octets.</exception>
    public static AccessDomain Of(AccessConditions conditions)
    {
        uint value = (uint)conditions;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 0xFF_FFFFu, nameof(conditions));
        return new(UiccConditions, Octets.Copy([(byte)(value >> 16), (byte)(value >> 8 & 0xFF), (byte)(value & 0xFF)]));
    }

    /// <summary>Whether a file with this access condition may be reached; null for a domain of another kind.</summary>
    /// <param name="condition">The condition of the file, one of the bits.</param>
    public bool? Grants(AccessConditions condition) => Parameter switch
    {
        FullAccess => true,
        NoAccess => false,
        _ => Conditions is { } granted ? (granted & condition) == condition : null,
    };

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  ADP 1 | ADD n
        var writer = new OctetWriter(destination);
        writer.WriteByte(Parameter);
        writer.Write(Data.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out AccessDomain packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        byte parameter = reader.ReadByte();
        Octets data = parameter switch
        {
            FullAccess or NoAccess => default,
            UiccConditions => reader.ReadOctets(ConditionsSize),
            _ => Octets.Copy(reader.ReadRest()),
        };
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(parameter, data);
        return true;
    }

    /// <summary>The octets in hexadecimal.</summary>
    public override string ToString() => $"{Parameter:X2}{Data}";

    /// <summary>Reads a domain behind its length; null where the length is 0.</summary>
    internal static AccessDomain? ReadField(ref OctetReader reader)
    {
        int length = reader.ReadByte(), start = reader.Offset;
        ReadOnlySpan<byte> octets = reader.ReadSpan(length);
        if (reader.Failed || length == 0)
        {
            return null;
        }

        if (TryParse(octets, out AccessDomain domain, out PacketError error))
        {
            return domain;
        }

        reader.Adopt(error.Within(start));
        return null;
    }
}

/// <summary>The access conditions of a UICC that stand in an access domain. Bits without a name are kept.</summary>
/// <remarks>
/// TS 102 226 §8.2.1.3.2.5, as used by ETSI TS 102 268: three octets, the first one in bits 24 to 17. Only the bits that those
/// tests name are named here.
/// </remarks>
[Flags]
public enum AccessConditions : uint
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>The PIN of the first application.</summary>
    Pin1 = 0x01_00_00,

    /// <summary>The first administrative code.</summary>
    Adm1 = 0x00_01_00,

    /// <summary>The second administrative code.</summary>
    Adm2 = 0x00_02_00,

    /// <summary>Always allowed.</summary>
    Always = 0x00_00_04,

    /// <summary>A PIN local to the application.</summary>
    LocalPin = 0x00_00_08,
}
