using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The install parameters of INSTALL [for install]: what the applet, the card and the toolkit are told.</summary>
/// <remarks>
/// GPCS 2.3.1 table 11-49, TS 102 226 §8.2.1.3.2. Written in the order C9, EF, EA that cards are known to take; C9 stands
/// even when it is empty.
/// </remarks>
public sealed record InstallParameters
{
    private const uint ApplicationTag = 0xC9;
    private const uint SystemTag = 0xEF;
    private const uint UiccTag = 0xEA;
    private const uint VolatileTag = 0xC7;
    private const uint NonVolatileTag = 0xC8;
    private const uint ToolkitTag = 0x80;

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

    /// <summary>The wire form.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A quota is negative.</exception>
    public Octets ToOctets()
    {
        Octets application = BerTlv.Encode(ApplicationTag, Application.Span);
        Octets quotas = Octets.Concat(Quota(NonVolatileTag, NonVolatileQuota), Quota(VolatileTag, VolatileQuota));
        Octets system = quotas.IsEmpty ? default : BerTlv.Encode(SystemTag, quotas.Span);
        Octets uicc = default;
        if (Toolkit is { } toolkit)
        {
            byte[] value = new byte[toolkit.Length];
            toolkit.Write(value);
            uicc = BerTlv.Encode(UiccTag, BerTlv.Encode(ToolkitTag, value).Span);
        }

        return Octets.Concat(application, system, uicc);
    }

    /// <summary>Reads install parameters as the card does; tags that are not named here are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, out InstallParameters parameters, out PacketError error)
    {
        parameters = new();
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            error = default;
            bool valid = tag switch
            {
                ApplicationTag => TakeApplication(ref parameters, value),
                SystemTag => TryTakeSystem(ref parameters, value, out error),
                UiccTag => TryTakeUicc(ref parameters, value, out error),
                _ => true,
            };
            if (!valid)
            {
                error = error.Within(reader.ValueOffset);
                return false;
            }
        }

        error = reader.Error;
        return error.Fault == PacketFault.None;
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

    private static bool TakeApplication(ref InstallParameters parameters, ReadOnlySpan<byte> value)
    {
        parameters = parameters with { Application = Octets.Copy(value) };
        return true;
    }

    private static bool TryTakeSystem(ref InstallParameters parameters, ReadOnlySpan<byte> source, out PacketError error)
    {
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag is not (VolatileTag or NonVolatileTag))
            {
                continue;
            }

            if (value.Length is not (2 or 4) || (value.Length == 4 && value[0] >= 0x80))
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            int quota = 0;
            foreach (byte octet in value)
            {
                quota = quota << 8 | octet;
            }

            parameters = tag == VolatileTag
                ? parameters with { VolatileQuota = quota }
                : parameters with { NonVolatileQuota = quota };
        }

        error = reader.Error;
        return error.Fault == PacketFault.None;
    }

    private static bool TryTakeUicc(ref InstallParameters parameters, ReadOnlySpan<byte> source, out PacketError error)
    {
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag != ToolkitTag)
            {
                continue;
            }

            if (!ToolkitParameters.TryParse(value, out ToolkitParameters toolkit, out error))
            {
                error = error.Within(reader.ValueOffset);
                return false;
            }

            parameters = parameters with { Toolkit = toolkit };
        }

        error = reader.Error;
        return error.Fault == PacketFault.None;
    }
}
