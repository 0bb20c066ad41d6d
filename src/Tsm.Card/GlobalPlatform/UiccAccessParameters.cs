using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

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
            byte[] domain = new byte[entry.Domain?.Length ?? 0];
            entry.Domain?.Write(domain);
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
        new(CommandField.ReadAid(ref reader), AccessDomain.ReadField(ref reader), CommandField.Read(ref reader));
}

/// <summary>What an applet may reach of one application.</summary>
/// <param name="Application">The application whose files they are; null for the shared ones.</param>
/// <param name="Domain">What it may do there; null where nothing is said.</param>
/// <param name="Dap">The signature over the access domain, possibly none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UiccAccess(Aid? Application, AccessDomain? Domain, Octets Dap = default);
