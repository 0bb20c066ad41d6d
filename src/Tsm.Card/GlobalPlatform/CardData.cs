using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>A secure channel protocol of a card or domain, with its variant.</summary>
/// <remarks>GPCS 2.3.1 §H.2; SCP80 and SCP81 too (UICC Configuration §4.3.2).</remarks>
/// <param name="Number">02, 03, 80 or 81.</param>
/// <param name="Parameter">i, whose meaning the protocol decides.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ChannelProtocol(byte Number, byte Parameter)
{
    /// <summary>Such as "SCP03 i=70".</summary>
    public override string ToString() => $"SCP{Number:X2} i={Parameter:X2}";
}

/// <summary>Card data, by which a card is recognised.</summary>
/// <remarks>GPCS 2.3.1 §H.2, the answer to GET DATA 0066. Object identifiers are kept as they stand on the wire.</remarks>
public sealed class CardData
{
    private const uint Tag = 0x66;
    private const uint RecognitionTag = 0x73;
    private const uint OidTag = 0x06;
    private const uint VersionTag = 0x60;
    private const uint IdentificationTag = 0x63;
    private const uint ProtocolTag = 0x64;
    private const uint ConfigurationTag = 0x65;
    private const uint ChipTag = 0x66;
    private const int MaxProtocols = 32;

    // 1.2.840.114283.4, under which protocols are named.
    private static readonly byte[] ProtocolArc = [0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04];

    /// <summary>The OID of the card management type and version (60).</summary>
    public Octets Version { get; init; }

    /// <summary>The OID of the card's identification scheme (63).</summary>
    public Octets IdentificationScheme { get; init; }

    /// <summary>The secure channel protocols (64), in the card's order.</summary>
    public ImmutableArray<ChannelProtocol> Protocols { get; init; } = [];

    /// <summary>Details of the card's configuration (65) as they stand.</summary>
    public Octets Configuration { get; init; }

    /// <summary>Details of the card or chip (66) as they stand.</summary>
    public Octets Chip { get; init; }

    /// <summary>Reads the answer; unknown objects are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> answer, out CardData? data, out PacketError error)
    {
        data = null;
        if (!CardObject.TryOpen(answer, Tag, out ReadOnlySpan<byte> outer, out int outerOrigin, out error))
        {
            return false;
        }

        if (!CardObject.TryOpen(outer, RecognitionTag, out ReadOnlySpan<byte> inner, out int innerOrigin, out error))
        {
            error = error.Within(outerOrigin);
            return false;
        }

        Octets version = default, scheme = default, configuration = default, chip = default;
        var protocols = ImmutableArray.CreateBuilder<ChannelProtocol>();
        var reader = new BerTlvReader(inner, outerOrigin + innerOrigin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            switch (tag)
            {
                case VersionTag:
                    version = Oid(value);
                    break;
                case IdentificationTag:
                    scheme = Oid(value);
                    break;
                case ProtocolTag when !TryAdd(protocols, value):
                    error = new(PacketFault.UnexpectedValue, reader.ValueOffset);
                    return false;
                case ConfigurationTag:
                    configuration = Octets.Copy(value);
                    break;
                case ChipTag:
                    chip = Octets.Copy(value);
                    break;
            }
        }

        error = reader.Error;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        data = new()
        {
            Version = version,
            IdentificationScheme = scheme,
            Protocols = protocols.ToImmutable(),
            Configuration = configuration,
            Chip = chip,
        };
        return true;
    }

    /// <summary>The answer of a card, one object for each protocol.</summary>
    public Octets ToOctets()
    {
        byte[] globalPlatform = ProtocolArc[..^1];
        List<Octets> objects = [BerTlv.Encode(OidTag, [.. globalPlatform, 0x01])];
        AddOid(objects, VersionTag, Version);
        AddOid(objects, IdentificationTag, IdentificationScheme);
        objects.AddRange(Protocols.Select(p => BerTlv.Encode(
            ProtocolTag, BerTlv.Encode(OidTag, [.. ProtocolArc, p.Number, p.Parameter]).Span)));
        AddValue(objects, ConfigurationTag, Configuration);
        AddValue(objects, ChipTag, Chip);
        return BerTlv.Encode(Tag, BerTlv.Encode(RecognitionTag, Octets.Concat([.. objects]).Span).Span);
    }

    private static Octets Oid(ReadOnlySpan<byte> value) =>
        BerTlv.TryFind(value, OidTag, out ReadOnlySpan<byte> oid) ? Octets.Copy(oid) : default;

    // §H.2: an object for each protocol, or one object that names several.
    private static bool TryAdd(ImmutableArray<ChannelProtocol>.Builder protocols, ReadOnlySpan<byte> value)
    {
        var reader = new BerTlvReader(value);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> oid))
        {
            if (tag != OidTag || !oid.StartsWith(ProtocolArc))
            {
                continue;
            }

            if (protocols.Count == MaxProtocols || Named(oid[ProtocolArc.Length..]) is not { } protocol)
            {
                return false;
            }

            protocols.Add(protocol);
        }

        return reader.Error.Fault == PacketFault.None;
    }

    // Cards write numbers above 127 as one octet, as the standard's examples do, or as X.690 has it in two.
    private static ChannelProtocol? Named(ReadOnlySpan<byte> arcs) => arcs switch
    {
        [byte number, byte parameter] => new(number, parameter),
        [0x81, < 0x80 and byte number, byte parameter] => new((byte)(0x80 | number), parameter),
        [byte number, 0x81, < 0x80 and byte parameter] => new(number, (byte)(0x80 | parameter)),
        [0x81, < 0x80 and byte number, 0x81, < 0x80 and byte parameter] => new((byte)(0x80 | number), (byte)(0x80 | parameter)),
        _ => null,
    };

    private static void AddOid(List<Octets> objects, uint tag, Octets oid)
    {
        if (!oid.IsEmpty)
        {
            objects.Add(BerTlv.Encode(tag, BerTlv.Encode(OidTag, oid.Span).Span));
        }
    }

    private static void AddValue(List<Octets> objects, uint tag, Octets value)
    {
        if (!value.IsEmpty)
        {
            objects.Add(BerTlv.Encode(tag, value.Span));
        }
    }
}
