using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>An address inside a TPDU, kept as it is on the wire.</summary>
/// <param name="TypeOfAddress">One bit, three bits TON, four bits NPI: <c>91</c> is international and ISDN.</param>
/// <param name="SemiOctets">The number of digits, 0 to 20.</param>
/// <param name="Value">The digits with swapped nibbles, or packed letters if TON is alphanumeric.</param>
/// <remarks>TS 23.040 §9.1.2.5. The first octet counts digits, not octets; an odd count is padded with <c>F</c>.</remarks>
public readonly record struct SmsAddress(byte TypeOfAddress, int SemiOctets, Octets Value) : IPacket<SmsAddress>
{
    /// <summary>The most digits an address may have.</summary>
    public const int MaxSemiOctets = 20;

    private const string DigitCharacters = "0123456789*#abcF";

    /// <inheritdoc/>
    public int Length => 2 + Value.Length;

    /// <summary>TON, the type of number.</summary>
    public TypeOfNumber TypeOfNumber => (TypeOfNumber)(TypeOfAddress >> 4 & 0x07);

    /// <summary>NPI, the numbering plan.</summary>
    public NumberingPlan NumberingPlan => (NumberingPlan)(TypeOfAddress & 0x0F);

    /// <summary>The digits without a plus sign; empty if the address is alphanumeric.</summary>
    public string Digits
    {
        get
        {
            if (TypeOfNumber == TypeOfNumber.Alphanumeric)
            {
                return "";
            }

            Span<char> digits = stackalloc char[Math.Min(SemiOctets, Value.Length * 2)];
            for (int i = 0; i < digits.Length; i++)
            {
                digits[i] = DigitCharacters[i % 2 == 0 ? Value[i / 2] & 0x0F : Value[i / 2] >> 4];
            }

            return new(digits);
        }
    }

    /// <summary>An address of digits (<c>0</c>-<c>9</c>, <c>*</c>, <c>#</c>, <c>a</c>-<c>c</c>).</summary>
    /// <exception cref="ArgumentException">Another character, or more than 20 digits.</exception>
    public static SmsAddress Of(string digits, TypeOfNumber ton, NumberingPlan npi = NumberingPlan.Isdn)
    {
        ArgumentNullException.ThrowIfNull(digits);
        if (digits.Length > MaxSemiOctets || (byte)ton > 7 || (byte)npi > 15)
        {
            throw new ArgumentException("The address does not fit a TPDU.", nameof(digits));
        }

        byte[] value = new byte[(digits.Length + 1) / 2];
        for (int i = 0; i < value.Length * 2; i++)
        {
            int nibble = i < digits.Length ? DigitCharacters.IndexOf(digits[i], StringComparison.Ordinal) : 0x0F;
            if (nibble < 0 || (i < digits.Length && nibble == 0x0F))
            {
                throw new ArgumentException("An address holds digits, *, #, a, b and c.", nameof(digits));
            }

            value[i / 2] |= (byte)(i % 2 == 0 ? nibble : nibble << 4);
        }

        return new((byte)(0x80 | (byte)ton << 4 | (byte)npi), digits.Length, Octets.Own(value));
    }

    /// <summary>An international ISDN address from digits, with or without a leading plus sign.</summary>
    /// <exception cref="ArgumentException">Another character, or more than 20 digits.</exception>
    public static SmsAddress International(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return Of(digits.TrimStart('+'), TypeOfNumber.International);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  digits 1 | 1 TON(3) NPI(4) 1 | semi-octets n
        var writer = new OctetWriter(destination);
        writer.WriteByte(checked((byte)SemiOctets));
        writer.WriteByte(TypeOfAddress);
        writer.Write(Value.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SmsAddress packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        SmsAddress address = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? address : default;
        return parsed;
    }

    /// <summary>The digits, after a plus sign if they are international.</summary>
    public override string ToString() => TypeOfNumber switch
    {
        TypeOfNumber.International => $"+{Digits}",
        TypeOfNumber.Alphanumeric => $"alphanumeric {Value}",
        _ => Digits,
    };

    internal static SmsAddress Read(ref OctetReader reader)
    {
        int semiOctets = reader.ReadByte();
        if (semiOctets > MaxSemiOctets)
        {
            reader.Fail(PacketFault.LimitExceeded, reader.Offset - 1);
        }

        byte type = reader.ReadByte();
        return new(type, semiOctets, reader.ReadOctets((semiOctets + 1) / 2));
    }

    /// <summary>An address as a TLV of the toolkit holds it: no count, the padding tells whether it is odd.</summary>
    /// <remarks>TS 102 223 §8.1.</remarks>
    internal static SmsAddress ReadUncounted(ref OctetReader reader)
    {
        byte type = reader.ReadByte();
        Octets value = Octets.Copy(reader.ReadRest());
        bool odd = !value.IsEmpty && value[value.Length - 1] >> 4 == 0x0F;
        return new(type, value.Length * 2 - (odd ? 1 : 0), value);
    }
}
