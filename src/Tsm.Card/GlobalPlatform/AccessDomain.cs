using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>Which files an application may reach: the access domain parameter (ADP) and its data.</summary>
/// <remarks>TS 102 226 §8.2.1.3.2.5. Any octet is a value of the parameter; the default has none and says nothing.</remarks>
public readonly record struct AccessDomain : IPacket<AccessDomain>
{
    private const byte FullParameter = 0x00;
    private const byte UiccParameter = 0x02;
    private const byte NoneParameter = 0xFF;
    private const int MaxLength = 0xFF;

    private readonly Octets _octets;

    private AccessDomain(Octets octets) => _octets = octets;

    /// <summary>Everything but what is never allowed (00).</summary>
    public static AccessDomain Full { get; } = new(Octets.Copy([FullParameter]));

    /// <summary>Nothing (FF).</summary>
    public static AccessDomain None { get; } = new(Octets.Copy([NoneParameter]));

    /// <summary>ADP; null for the default.</summary>
    public byte? Parameter => _octets.IsEmpty ? null : _octets[0];

    /// <summary>The data after ADP.</summary>
    public Octets Data => _octets.IsEmpty ? default : _octets.Slice(1);

    /// <inheritdoc/>
    public int Length => _octets.Length;

    /// <summary>What the UICC's access conditions grant (02).</summary>
    /// <param name="conditions">Bits in three octets: PINs in the highest, ADMs, then ALWAYS (04) and the local PIN (08).</param>
    public static AccessDomain Uicc(uint conditions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(conditions, 0xFF_FFFFu);
        return new(Octets.Copy([UiccParameter, (byte)(conditions >> 16), (byte)(conditions >> 8 & 0xFF), (byte)(conditions & 0xFF)]));
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.Write(_octets.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out AccessDomain packet, out PacketError error)
    {
        error = source.Length > MaxLength ? new(PacketFault.LimitExceeded, MaxLength) : default;
        packet = error.Fault == PacketFault.None ? new(Octets.Copy(source)) : default;
        return error.Fault == PacketFault.None;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _octets.ToString();

    internal static AccessDomain Read(ref OctetReader reader) => new(reader.ReadOctets(reader.ReadByte()));
}

/// <summary>UICC access parameters: which files of which application an applet may reach.</summary>
/// <remarks>TS 102 226 §8.2.1.3.2.2, inside EA: tag 81 for using files, 82 for administering them.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UiccAccessParameters : IPacket<UiccAccessParameters>
{
    // Ours: no card has more applications with files.
    private const int MaxEntries = 32;

    private readonly Octets _entries;

    private UiccAccessParameters(Octets entries) => _entries = entries;

    /// <summary>Puts entries together.</summary>
    /// <exception cref="ArgumentException">There are more than 32, or a DAP of more than 255 octets.</exception>
    public static UiccAccessParameters Of(params ReadOnlySpan<UiccAccess> entries)
    {
        if (entries.Length > MaxEntries)
        {
            throw new ArgumentException($"There are at most {MaxEntries} entries.", nameof(entries));
        }

        var octets = new List<byte>();
        foreach (UiccAccess entry in entries)
        {
            Octets application = entry.Application?.Octets ?? default;
            octets.AddRange([(byte)application.Length, .. application.Span]);
            byte[] domain = new byte[entry.Domain.Length];
            entry.Domain.Write(domain);
            octets.AddRange([(byte)domain.Length, .. domain]);
            octets.AddRange([(byte)entry.Dap.Length, .. entry.Dap.Span]);
        }

        return new(Octets.Own([.. octets]));
    }

    /// <summary>The entries in their order.</summary>
    public ImmutableArray<UiccAccess> Entries
    {
        get
        {
            var entries = ImmutableArray.CreateBuilder<UiccAccess>();
            var reader = new OctetReader(_entries.Span);
            while (reader.Remaining > 0)
            {
                entries.Add(Read(ref reader));
            }

            return entries.ToImmutable();
        }
    }

    /// <inheritdoc/>
    public int Length => _entries.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  n × (L application | L access domain | L access domain DAP)
        var writer = new OctetWriter(destination);
        writer.Write(_entries.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out UiccAccessParameters packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        int count = 0;
        while (reader.Remaining > 0)
        {
            if (count++ == MaxEntries)
            {
                reader.Fail(PacketFault.LimitExceeded);
                break;
            }

            Read(ref reader);
        }

        bool complete = reader.TryEnd(out error);
        packet = complete ? new(Octets.Copy(source)) : default;
        return complete;
    }

    private static UiccAccess Read(ref OctetReader reader) =>
        new(CommandField.ReadAid(ref reader), AccessDomain.Read(ref reader), CommandField.Read(ref reader));
}

/// <summary>What an applet may reach of one application.</summary>
/// <param name="Application">The application whose files they are; null for the shared ones.</param>
/// <param name="Domain">What it may do there.</param>
/// <param name="Dap">The signature over the access domain, possibly none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UiccAccess(Aid? Application, AccessDomain Domain, Octets Dap = default);
