using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>An address of a PDU: TON, NPI and digits.</summary>
/// <param name="Ton">Type of number.</param>
/// <param name="Npi">Numbering plan.</param>
/// <param name="Value">The digits without a plus sign, up to 20 (64 in data_sm).</param>
/// <remarks>SMPP 3.4 §5.2.5 to §5.2.9.</remarks>
public readonly record struct SmppAddress(TypeOfNumber Ton, NumberingPlan Npi, string Value)
{
    internal const int MaxOctets = 21;
    internal const int MaxDataSmOctets = 65;

    /// <summary>The digits; never null.</summary>
    public string Value
    {
        get => field ?? "";
        init => field = string.IsNullOrEmpty(value) ? null : value;
    } = string.IsNullOrEmpty(Value) ? null! : Value;

    internal int Length => 2 + SmppFields.CStringLength(Value);

    /// <summary>An international ISDN address from digits, with or without a leading plus sign.</summary>
    public static SmppAddress International(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return new(TypeOfNumber.International, NumberingPlan.Isdn, digits.TrimStart('+'));
    }

    internal static SmppAddress Read(ref OctetReader reader, int maxOctets = MaxOctets) => new(
        (TypeOfNumber)reader.ReadByte(),
        (NumberingPlan)reader.ReadByte(),
        SmppFields.ReadCString(ref reader, maxOctets));

    internal void Write(ref OctetWriter writer, int maxOctets = MaxOctets)
    {
        writer.WriteByte((byte)Ton);
        writer.WriteByte((byte)Npi);
        SmppFields.WriteCString(ref writer, Value, maxOctets);
    }

    /// <summary>The digits, after a plus sign if they are international.</summary>
    public override string ToString() => Ton == TypeOfNumber.International ? $"+{Value}" : Value;
}

/// <summary>Bits of esm_class.</summary>
/// <remarks>SMPP 3.4 §5.2.12.</remarks>
public static class EsmClass
{
    /// <summary>Store and forward, in submit_sm.</summary>
    public const byte StoreAndForward = 0x03;

    /// <summary>short_message starts with a user data header.</summary>
    public const byte UserDataHeader = 0x40;

    /// <summary>The bits that say what kind of message it is.</summary>
    public const byte TypeMask = 0x3C;

    /// <summary>A delivery receipt of the SMSC.</summary>
    public const byte DeliveryReceipt = 0x04;

    /// <summary>An acknowledgement by the receiver; some SMSCs carry the data of a DELIVER-REPORT in it.</summary>
    public const byte DeliveryAcknowledgement = 0x08;

    /// <summary>A notification that delivery goes on.</summary>
    public const byte IntermediateNotification = 0x20;
}
