using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>A key as STORE DATA carries it: the data group 00B9 with its attributes, then 8113 with its value.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.11.4: the other road for first keys, through the parent of a new security domain. The value is ciphered under
/// the DEK that PUT KEY would use, and filled up to whole blocks. Where the check value stands (93) is this library's reading;
/// a card that takes none is sent none.
/// </remarks>
/// <param name="KeyVersion">The key version number, 1 to 127.</param>
/// <param name="KeyId">The key identifier, 0 to 127.</param>
/// <param name="Type">Its type.</param>
/// <param name="KeyLength">The length of the key in the clear, in octets.</param>
/// <param name="Ciphered">The ciphered key with its padding.</param>
/// <param name="CheckValue">Its check value, or nothing.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyDataGroups(
    byte KeyVersion, byte KeyId, KeyType Type, int KeyLength, Octets Ciphered, Octets CheckValue)
{
    /// <summary>The group of the attributes.</summary>
    public const ushort AttributesGroup = 0x00B9;

    /// <summary>The group of the value of a symmetric key.</summary>
    public const ushort ValueGroup = 0x8113;

    private const uint TemplateTag = 0xB9;
    private const uint UsageTag = 0x95;
    private const uint TypeTag = 0x80;
    private const uint LengthTag = 0x81;
    private const uint KeyIdTag = 0x82;
    private const uint KeyVersionTag = 0x83;
    private const uint CheckValueTag = 0x93;

    /// <summary>What the key may be used for (95); nothing leaves it to the card.</summary>
    public Octets Usage { get; init; }

    /// <summary>Puts a ciphered key together with what the card must know of it; its usage follows from version and identifier.</summary>
    /// <param name="keyVersion">The key version number, 1 to 127.</param>
    /// <param name="keyId">The key identifier, 0 to 127.</param>
    /// <param name="type">Its type.</param>
    /// <param name="length">The length of the key in the clear, 1 to 255 octets.</param>
    /// <param name="ciphered">The ciphered key with its padding.</param>
    /// <param name="checkValue">Its check value, or nothing.</param>
    public static KeyDataGroups Of(int keyVersion, int keyId, KeyType type, int length, Octets ciphered, Octets checkValue = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keyVersion, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyVersion, 0x7F);
        ArgumentOutOfRangeException.ThrowIfNegative(keyId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyId, 0x7F);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Math.Min(ciphered.Length, 0xFF));
        return new((byte)keyVersion, (byte)keyId, type, length, ciphered, checkValue) { Usage = UsageOf(keyVersion, keyId) };
    }

    /// <summary>The group with the attributes.</summary>
    public DataGroup Attributes
    {
        get
        {
            //  B9 L | 95 L usage | 80 01 type | 81 01 length | 82 01 identifier | 83 01 version | [93 L check value]
            Octets value = Octets.Concat(
                Optional(UsageTag, Usage),
                BerTlv.Encode(TypeTag, [Type.Value]),
                BerTlv.Encode(LengthTag, [(byte)KeyLength]),
                BerTlv.Encode(KeyIdTag, [KeyId]),
                BerTlv.Encode(KeyVersionTag, [KeyVersion]),
                Optional(CheckValueTag, CheckValue));
            return new(AttributesGroup, BerTlv.Encode(TemplateTag, value.Span));
        }
    }

    /// <summary>The group with the value.</summary>
    public DataGroup Value => new(ValueGroup, Ciphered);

    /// <summary>Both groups one after the other, for <see cref="StoreDataCommand.Blocks"/>; those of several keys are joined.</summary>
    public Octets ToOctets() => DataGroup.Join(Attributes, Value);

    /// <summary>The key as PUT KEY would carry it.</summary>
    public KeyData ToKeyData() =>
        KeyData.Of(Type, KeyBlock.Compose(Ciphered, KeyLength, KeyBlockLayout.LengthAlways).ToOctets(), CheckValue);

    /// <summary>Reads two groups as the card does; unknown attributes are passed over.</summary>
    /// <param name="attributes">The group 00B9.</param>
    /// <param name="value">The group 8113 behind it.</param>
    /// <param name="key">The key.</param>
    /// <param name="error">Why they are none; the offset counts from the start of the data of the first group.</param>
    public static bool TryParse(DataGroup attributes, DataGroup value, out KeyDataGroups key, out PacketError error)
    {
        key = default;
        if (attributes.Identifier != AttributesGroup || value.Identifier != ValueGroup || value.Data.IsEmpty)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        if (!CardObject.TryOpen(attributes.Data.Span, TemplateTag, out ReadOnlySpan<byte> template, out int origin, out error))
        {
            return false;
        }

        byte? type = null, length = null, id = null, version = null;
        Octets usage = default, check = default;
        var reader = new BerTlvReader(template, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> found))
        {
            if (tag is TypeTag or LengthTag or KeyIdTag or KeyVersionTag && found.Length != 1)
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            switch (tag)
            {
                case UsageTag: usage = Octets.Copy(found); break;
                case TypeTag: type = found[0]; break;
                case LengthTag: length = found[0]; break;
                case KeyIdTag: id = found[0]; break;
                case KeyVersionTag: version = found[0]; break;
                case CheckValueTag: check = Octets.Copy(found); break;
            }
        }

        error = reader.Error.Fault == PacketFault.None && (type is null || length is null || id is null || version is null)
            ? new(PacketFault.Truncated, attributes.Data.Length)
            : reader.Error;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        // PUT KEY has the same bounds: types with b8, versions without it, and a length that the value can have.
        if (type < 0x80 || type == KeyType.Extended.Value || version is 0 or > 0x7F || id > 0x7F || check.Length > 0x7F
            || length == 0 || length > value.Data.Length)
        {
            error = new(PacketFault.ReservedValue, origin);
            return false;
        }

        key = new(version!.Value, id!.Value, new(type!.Value), length!.Value, value.Data, check) { Usage = usage };
        return true;
    }

    // §11.1.9: C-ENC and R-ENC, C-MAC and R-MAC, C-DEK and R-DEK; token, receipt, DAP.
    private static Octets UsageOf(int version, int id) => (version, id) switch
    {
        ( <= 0x3F, 1) => Octets.Copy([0x38]),
        ( <= 0x3F, 2) => Octets.Copy([0x34]),
        ( <= 0x3F, 3) => Octets.Copy([0xC8]),
        (0x70, 1) => Octets.Copy([0x81]),
        (0x71, 1) => Octets.Copy([0x44]),
        (0x73, 1) => Octets.Copy([0x84]),
        _ => default,
    };

    private static Octets Optional(uint tag, Octets value) => value.IsEmpty ? default : BerTlv.Encode(tag, value.Span);
}
