using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>UDH, the user data header: information elements in their order.</summary>
/// <remarks>TS 23.040 §9.2.3.24. Elements of unknown identifier survive a round trip.</remarks>
public readonly record struct UserDataHeader : IPacket<UserDataHeader>
{
    /// <summary>The longest header an SM has room for, in octets after UDHL.</summary>
    public const int MaxElementOctets = UserData.MaxLength - 1;

    // The elements as on the wire, known to be well-formed: equality is equality of content.
    private readonly Octets _elements;

    private UserDataHeader(Octets elements) => _elements = elements;

    /// <inheritdoc/>
    public int Length => 1 + _elements.Length;

    /// <summary>The elements in their order.</summary>
    public ImmutableArray<InformationElement> Elements
    {
        get
        {
            var reader = new OctetReader(_elements.Span);
            ImmutableArray<InformationElement>.Builder elements = ImmutableArray.CreateBuilder<InformationElement>();
            while (reader.Remaining > 0)
            {
                elements.Add(InformationElement.Read(ref reader));
            }

            return elements.DrainToImmutable();
        }
    }

    /// <summary>Whether the header says that the user data is a command packet (IEI 70).</summary>
    public bool IsCommandPacket => Holds(InformationElementId.CommandPacket);

    /// <summary>Whether the header says that the user data is a response packet (IEI 71).</summary>
    public bool IsResponsePacket => Holds(InformationElementId.ResponsePacket);

    /// <summary>A header of these elements.</summary>
    /// <exception cref="ArgumentException">They do not fit an SM.</exception>
    public static UserDataHeader Of(params ReadOnlySpan<InformationElement> elements)
    {
        int length = 0;
        foreach (InformationElement element in elements)
        {
            length += element.Length;
        }

        if (length > MaxElementOctets)
        {
            throw new ArgumentException("The elements are longer than an SM.", nameof(elements));
        }

        byte[] wire = new byte[length];
        var writer = new OctetWriter(wire);
        foreach (InformationElement element in elements)
        {
            writer.Write(element);
        }

        return new(Octets.Own(wire));
    }

    /// <summary>Finds the place in a series, whichever element says so and wherever it stands; the last one counts.</summary>
    public bool TryGetPosition(out SegmentPosition position)
    {
        position = default;
        bool found = false;
        foreach (InformationElement element in Elements)
        {
            // TS 23.040 §9.2.3.24: of elements that repeat or exclude each other, the last one is used.
            if (SegmentPosition.TryRead(element, out SegmentPosition read))
            {
                position = read;
                found = true;
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  UDHL 1 | { IEI 1 | IEDL 1 | data n } ...
        var writer = new OctetWriter(destination);
        writer.WriteLengthValue(_elements.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out UserDataHeader packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        UserDataHeader header = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? header : default;
        return parsed;
    }

    internal static UserDataHeader Read(ref OctetReader reader)
    {
        int length = reader.ReadByte();
        if (length > MaxElementOctets)
        {
            reader.Fail(PacketFault.LimitExceeded, reader.Offset - 1);
        }

        OctetReader elements = reader.ReadSub(length);
        OctetReader copy = elements;
        while (elements.Remaining > 0)
        {
            _ = InformationElement.Read(ref elements);
        }

        reader.Adopt(elements.Error);
        return new(Octets.Copy(copy.ReadRest()));
    }

    /// <summary>The elements, as hexadecimal.</summary>
    public override string ToString() => _elements.ToString();

    private bool Holds(byte id)
    {
        var reader = new OctetReader(_elements.Span);
        while (reader.Remaining > 0)
        {
            if (InformationElement.Read(ref reader).Id == id)
            {
                return true;
            }
        }

        return false;
    }
}
