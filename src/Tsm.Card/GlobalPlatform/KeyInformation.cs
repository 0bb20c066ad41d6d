using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>What a card tells about one of its keys, without its value.</summary>
/// <remarks>GPCS 2.3.1 §11.3.3.1, tag C0 in the key information template E0.</remarks>
/// <param name="KeyId">The key identifier.</param>
/// <param name="KeyVersion">The key version number.</param>
public sealed record KeyInformation(byte KeyId, byte KeyVersion)
{
    private const uint TemplateTag = 0xE0;
    private const uint KeyTag = 0xC0;

    // Ours: 127 versions of 127 keys could be; no card has more than this.
    private const int MaxKeys = 512;

    /// <summary>The components, usually one.</summary>
    public ImmutableArray<KeyComponentInformation> Components { get; init; } = [];

    /// <summary>Whether the extended format is used.</summary>
    public bool Extended { get; init; }

    /// <summary>Key usage, in the extended format.</summary>
    public Octets Usage { get; init; }

    /// <summary>Key access, in the extended format.</summary>
    public Octets Access { get; init; }

    /// <summary>Reads the answer to GET DATA 00E0; several templates are taken as one.</summary>
    public static bool TryParseTemplate(ReadOnlySpan<byte> answer, out ImmutableArray<KeyInformation> keys, out PacketError error)
    {
        keys = [];
        var found = ImmutableArray.CreateBuilder<KeyInformation>();
        var templates = new BerTlvReader(answer);
        while (templates.TryRead(out uint tag, out ReadOnlySpan<byte> template))
        {
            if (tag != TemplateTag)
            {
                error = new(PacketFault.UnexpectedValue, templates.ValueOffset);
                return false;
            }

            var reader = new BerTlvReader(template, templates.ValueOffset);
            while (reader.TryRead(out tag, out ReadOnlySpan<byte> value))
            {
                if (tag != KeyTag)
                {
                    continue;
                }

                if (found.Count == MaxKeys || !TryParse(value, out KeyInformation? key, out error))
                {
                    error = found.Count == MaxKeys ? new(PacketFault.LimitExceeded, reader.ValueOffset) : new(PacketFault.LengthMismatch, reader.ValueOffset);
                    return false;
                }

                found.Add(key!);
            }

            if (reader.Error.Fault != PacketFault.None)
            {
                error = reader.Error;
                return false;
            }
        }

        error = templates.Error;
        keys = error.Fault == PacketFault.None ? found.ToImmutable() : [];
        return error.Fault == PacketFault.None;
    }

    /// <summary>The answer to GET DATA 00E0 for some keys.</summary>
    public static Octets ToTemplate(IEnumerable<KeyInformation> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Octets[] objects = [.. keys.Select(k => BerTlv.Encode(KeyTag, k.Value()))];
        return BerTlv.Encode(TemplateTag, Octets.Concat(objects).Span);
    }

    /// <inheritdoc/>
    public bool Equals(KeyInformation? other) => other is not null
        && (KeyId, KeyVersion, Extended, Usage, Access) == (other.KeyId, other.KeyVersion, other.Extended, other.Usage, other.Access)
        && Components.SequenceEqual(other.Components);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(KeyId, KeyVersion, Components.Length);

    private static bool TryParse(ReadOnlySpan<byte> source, out KeyInformation? key, out PacketError error)
    {
        //  KID 1 | KVN 1 | n × (type 1 | length 1)      or      n × (FF | type 1 | length 2) | L usage | L access
        var reader = new OctetReader(source);
        byte keyId = reader.ReadByte();
        byte version = reader.ReadByte();
        bool extended = reader.Remaining > 0 && source[2] == KeyType.Extended.Value;
        var components = ImmutableArray.CreateBuilder<KeyComponentInformation>();
        Octets usage = default;
        Octets access = default;
        while (reader.Remaining > 0)
        {
            byte type = reader.ReadByte();
            if (!extended)
            {
                components.Add(new(new(type), reader.ReadByte()));
            }
            else if (type == KeyType.Extended.Value)
            {
                components.Add(new(new(reader.ReadByte()), reader.ReadUInt16()));
            }
            else
            {
                usage = reader.ReadOctets(type);
                access = reader.ReadOctets(reader.ReadByte());
                break;
            }
        }

        bool complete = reader.TryEnd(out error) && components.Count > 0;
        key = complete
            ? new(keyId, version) { Components = components.ToImmutable(), Extended = extended, Usage = usage, Access = access }
            : null;
        return complete;
    }

    private byte[] Value() => Extended
        ?
        [
            KeyId, KeyVersion,
            .. Components.SelectMany(c => (byte[])[KeyType.Extended.Value, c.Type.Value, (byte)(c.Length >> 8), (byte)(c.Length & 0xFF)]),
            (byte)Usage.Length, .. Usage.Span, (byte)Access.Length, .. Access.Span,
        ]
        : [KeyId, KeyVersion, .. Components.SelectMany(c => (byte[])[c.Type.Value, (byte)(c.Length & 0xFF)])];
}

/// <summary>What a card tells about a part of a key.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Length">Its length in octets; 0 says 256 or more in the basic format.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyComponentInformation(KeyType Type, ushort Length);
