namespace Tsm.Bearers.Sms;

/// <summary>Recognises what a card sends among all that an SMSC hands over.</summary>
public static class SecuredUserData
{
    /// <summary>Reads user data that is a response packet or a segment of one.</summary>
    /// <param name="tpUd">The octets of short_message, message_payload, or TP-UD.</param>
    /// <param name="udhi">Whether the message says that it starts with a user data header. SMSCs lose that flag.</param>
    /// <param name="segmentsExpected">
    /// Whether a response is awaited from this source: only then is a bare concatenation header without the flag believed.
    /// </param>
    /// <param name="response">The header and the (part of the) packet after it.</param>
    /// <remarks>
    /// TS 31.115 §4.4. The first segment carries IEI 71, later ones need not; hand segments to <see cref="Reassembly"/>.
    /// </remarks>
    public static bool TryReadResponse(ReadOnlySpan<byte> tpUd, bool udhi, bool segmentsExpected, out UserData response)
    {
        response = default;
        if (!UserData.TryParse(tpUd, out UserData read, out _))
        {
            return false;
        }

        bool isPart = read.Header.TryGetPosition(out SegmentPosition position);
        bool laterPart = isPart && position.Sequence > 1;
        bool accepted = udhi
            ? read.Header.IsResponsePacket || (laterPart && !read.Header.IsCommandPacket)
            : LooksDeliberate(read.Header) && (read.Header.IsResponsePacket || (laterPart && segmentsExpected));
        response = accepted ? read : default;
        return accepted;
    }

    // Octets that merely happen to parse as a header seldom consist of nothing but these elements at their exact lengths.
    private static bool LooksDeliberate(UserDataHeader header) =>
        header.Elements is { Length: 1 or 2 } elements && elements.All(element =>
            element is { Id: InformationElementId.ResponsePacket, Data.IsEmpty: true }
            || SegmentPosition.TryRead(element, out _));
}
