using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>One key in the data of PUT KEY: its components, then its check value.</summary>
/// <remarks>GPCS 2.3.1 §11.8.2.3.1, format 1; the extended types of format 2 are refused.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyData : IPacket<KeyData>
{
    // The octet after a component is either a type, which has b8 set, or the length of the check value.
    private const byte TypeBit = 0x80;
    private const int MaxComponents = 16;

    private readonly Octets _components;

    private KeyData(Octets components, Octets checkValue)
    {
        _components = components;
        CheckValue = checkValue;
    }

    /// <summary>A key with one component.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="block">Its value (<see cref="KeyBlock"/> for a secret one).</param>
    /// <param name="checkValue">Its check value, 0 to 127 octets: 3 for DES and AES, none for public keys.</param>
    public static KeyData Of(KeyType type, Octets block, Octets checkValue) => Of([new(type, block)], checkValue);

    /// <summary>A key with several components, such as modulus and exponent.</summary>
    /// <exception cref="ArgumentException">There are none or more than 16, a type is extended or none, or the check value is too long.</exception>
    public static KeyData Of(ImmutableArray<KeyComponent> components, Octets checkValue)
    {
        if (components.IsDefaultOrEmpty || components.Length > MaxComponents || components.Any(c => !IsType(c.Type.Value)) || checkValue.Length >= TypeBit)
        {
            throw new ArgumentException("A key has 1 to 16 components of types 80 to FE, and a check value of at most 127 octets.", nameof(components));
        }

        return new(Octets.Concat([.. components.Select(c => BerTlvLike(c))]), checkValue);
    }

    /// <summary>The components in their order.</summary>
    public ImmutableArray<KeyComponent> Components
    {
        get
        {
            var components = ImmutableArray.CreateBuilder<KeyComponent>();
            var reader = new OctetReader(_components.Span);
            while (reader.Remaining > 0)
            {
                var type = new KeyType(reader.ReadByte());
                components.Add(new(type, reader.ReadOctets(BerTlv.ReadLength(ref reader))));
            }

            return components.ToImmutable();
        }
    }

    /// <summary>The check value as it stands in the command; the card answers with it.</summary>
    public Octets CheckValue { get; }

    /// <inheritdoc/>
    public int Length => _components.Length + 1 + CheckValue.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  n × (type 1 | BER-L block) | L check value
        var writer = new OctetWriter(destination);
        writer.Write(_components.Span);
        writer.WriteLengthValue(CheckValue.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out KeyData packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = Read(ref reader, source);
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    /// <summary>Reads a key from the front of what is left.</summary>
    internal static KeyData Read(ref OctetReader reader, ReadOnlySpan<byte> source)
    {
        int start = reader.Offset;
        int end = start;
        int count = 0;
        byte next = reader.ReadByte();
        while (!reader.Failed && (next & TypeBit) != 0)
        {
            if (!IsType(next) || count++ == MaxComponents)
            {
                reader.Fail(PacketFault.ReservedValue, reader.Offset - 1);
                break;
            }

            reader.ReadSpan(BerTlv.ReadLength(ref reader));
            end = reader.Offset;
            next = reader.ReadByte();
        }

        if (!reader.Failed && count == 0)
        {
            reader.Fail(PacketFault.UnexpectedValue, start);
        }

        Octets checkValue = reader.ReadOctets(next);
        return reader.Failed ? default : new(Octets.Copy(source[start..end]), checkValue);
    }

    private static bool IsType(byte value) => (value & TypeBit) != 0 && value != KeyType.Extended.Value;

    private static Octets BerTlvLike(KeyComponent component)
    {
        byte[] encoded = new byte[1 + CommandField.BerSize(component.Block)];
        var writer = new OctetWriter(encoded);
        writer.WriteByte(component.Type.Value);
        CommandField.WriteBer(ref writer, component.Block);
        return Octets.Own(encoded);
    }
}

/// <summary>A part of a key.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Block">Its value, ciphered where it is secret.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyComponent(KeyType Type, Octets Block);
