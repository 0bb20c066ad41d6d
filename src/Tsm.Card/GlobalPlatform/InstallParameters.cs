using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The install parameters of INSTALL [for install]: what the applet, the card and the toolkit are told.</summary>
/// <remarks>
/// GPCS 2.3.1 table 11-49, TS 102 226 §8.2.1.3.2. Written in the order C9, EF, EA that cards are known to take; C9 stands
/// even when it is empty.
/// </remarks>
public sealed partial record InstallParameters
{
    private const uint ApplicationTag = 0xC9;
    private const uint SystemTag = 0xEF;
    private const uint UiccTag = 0xEA;
    private const uint VolatileTag = 0xC7;
    private const uint NonVolatileTag = 0xC8;
    private const uint SimToolkitTag = 0xCA;
    private const uint ToolkitTag = 0x80;
    private const uint AccessTag = 0x81;
    private const uint AdministrativeAccessTag = 0x82;

    // TS 102 226 §8.2.1.3.2: a quota above this takes four octets.
    private const int MaxShortQuota = 0x7FFF;

    /// <summary>The least there is: <c>C900</c>.</summary>
    public static Octets None { get; } = Octets.Copy([0xC9, 0x00]);

    /// <summary>The application's own parameters (C9), handed to the applet's install method.</summary>
    public Octets Application { get; init; }

    /// <summary>The volatile memory to reserve (C7), in octets; null to leave it open.</summary>
    public int? VolatileQuota { get; init; }

    /// <summary>The non-volatile memory for data to reserve (C8), in octets; null to leave it open.</summary>
    public int? NonVolatileQuota { get; init; }

    /// <summary>The toolkit parameters (EA, 80); null for an applet that is none of the toolkit's.</summary>
    public ToolkitParameters? Toolkit { get; init; }

    /// <summary>Which files the applet may use (EA, 81); null to leave it to the card.</summary>
    public UiccAccessParameters? Access { get; init; }

    /// <summary>Which files the applet may administer (EA, 82); null to leave it to the card.</summary>
    public UiccAccessParameters? AdministrativeAccess { get; init; }

    /// <summary>The toolkit parameters of an applet in the style of TS 43.019 (EF, CA); never together with those of EA.</summary>
    public SimToolkitParameters? SimToolkit { get; init; }

    /// <summary>The wire form.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A quota is negative.</exception>
    /// <exception cref="InvalidOperationException">There are toolkit parameters of both styles.</exception>
    public Octets ToOctets()
    {
        Octets application = BerTlv.Encode(ApplicationTag, Application.Span);
        Octets objects = Octets.Concat(
            Quota(NonVolatileTag, NonVolatileQuota), Quota(VolatileTag, VolatileQuota), Packet(SimToolkitTag, SimToolkit));
        Octets system = objects.IsEmpty ? default : BerTlv.Encode(SystemTag, objects.Span);
        objects = Octets.Concat(
            Packet(ToolkitTag, Toolkit), Packet(AccessTag, Access), Packet(AdministrativeAccessTag, AdministrativeAccess));
        Octets uicc = objects.IsEmpty ? default : BerTlv.Encode(UiccTag, objects.Span);
        if (SimToolkit is not null && !uicc.IsEmpty)
        {
            throw new InvalidOperationException("Parameters of the style of TS 43.019 (EF, CA) and those of a UICC (EA) do not go together.");
        }

        return Octets.Concat(application, system, uicc);
    }

    private static Octets Quota(uint tag, int? quota)
    {
        if (quota is not { } octets)
        {
            return default;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(octets, nameof(quota));
        Span<byte> value = stackalloc byte[4];
        var writer = new OctetWriter(value);
        if (octets > MaxShortQuota)
        {
            writer.WriteUInt32((uint)octets);
        }
        else
        {
            writer.WriteUInt16((ushort)octets);
        }

        return BerTlv.Encode(tag, writer.Written);
    }

    private static Octets Packet<TPacket>(uint tag, TPacket? packet) where TPacket : struct, IPacket<TPacket>
    {
        if (packet is not { } present)
        {
            return default;
        }

        byte[] value = new byte[present.Length];
        present.Write(value);
        return BerTlv.Encode(tag, value);
    }
}
