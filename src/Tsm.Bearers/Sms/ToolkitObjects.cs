using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>What commands and envelopes of the toolkit have in common.</summary>
/// <remarks>TS 102 223 §8.6 and §8.7.</remarks>
internal static class ToolkitObjects
{
    public const int DetailsTag = 0x01;
    public const int IdentitiesTag = 0x02;
    public const int ResultTag = 0x03;
    public const int AlphaTag = 0x05;
    public const int AddressTag = 0x06;
    public const int TpduTag = 0x0B;

    public static ReadOnlySpan<byte> NetworkToUicc => [0x83, 0x81];

    public static ReadOnlySpan<byte> UiccToNetwork => [0x81, 0x83];

    public static ReadOnlySpan<byte> TerminalToUicc => [0x82, 0x81];

    public static ComprehensionTlv Identities(ReadOnlySpan<byte> devices, bool flagged) =>
        new(IdentitiesTag, flagged, Octets.Copy(devices));

    /// <summary>Reads a template's tag and length, and returns a reader of what is inside.</summary>
    public static OctetReader Open(ref OctetReader reader, byte tag)
    {
        if (reader.ReadByte() != tag)
        {
            reader.Fail(PacketFault.UnexpectedValue, 0);
        }

        return reader.ReadSub(ComprehensionTlv.ReadLength(ref reader));
    }

    /// <summary>Reads an object that must have this tag.</summary>
    public static ComprehensionTlv Read(ref OctetReader reader, int tag)
    {
        int start = reader.Offset;
        ComprehensionTlv found = ComprehensionTlv.Read(ref reader);
        if (found.IsLong || found.Tag != tag)
        {
            reader.Fail(PacketFault.UnexpectedValue, start);
        }

        return found;
    }

    /// <summary>Reads the device identities, which must be these; says whether they carry the flag.</summary>
    public static bool ReadIdentities(ref OctetReader reader, ReadOnlySpan<byte> devices)
    {
        int start = reader.Offset;
        ComprehensionTlv found = Read(ref reader, IdentitiesTag);
        if (!found.Value.Span.SequenceEqual(devices))
        {
            reader.Fail(PacketFault.UnexpectedValue, start);
        }

        return found.IsRequired;
    }
}
