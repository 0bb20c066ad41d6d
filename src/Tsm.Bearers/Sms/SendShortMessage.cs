using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>SEND SHORT MESSAGE, the proactive command by which a card sends its PoR as an SMS-SUBMIT.</summary>
/// <remarks>
/// TS 31.111 §6.4.10. Kept as it is on the wire, so that objects which are not known survive; two are equal when their octets
/// are. The handset gets it by FETCH and answers with a <see cref="TerminalResponse"/>.
/// </remarks>
public readonly record struct SendShortMessage : IPacket<SendShortMessage>
{
    /// <summary>The type of the command in its details.</summary>
    public const byte CommandType = 0x13;

    private const byte ProactiveTag = 0xD0;
    private const byte PackingBit = 0x01;

    private readonly Octets _wire;

    private SendShortMessage(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>The number of the command, which its answer repeats.</summary>
    public byte CommandNumber => Find(ToolkitObjects.DetailsTag) is { Length: 3 } details ? details[0] : (byte)0;

    /// <summary>The command qualifier.</summary>
    public byte Qualifier => Find(ToolkitObjects.DetailsTag) is { Length: 3 } details ? details[2] : (byte)0;

    /// <summary>Whether the handset must pack the text into seven bits; never for a PoR.</summary>
    public bool PackingRequired => (Qualifier & PackingBit) != 0;

    /// <summary>The text shown while sending, as it is on the wire; null if the handset decides, empty to show nothing.</summary>
    public Octets? AlphaIdentifier => Find(ToolkitObjects.AlphaTag);

    /// <summary>The service centre; null to take that of EF_SMSP.</summary>
    public SmsAddress? ServiceCentre
    {
        get
        {
            if (Find(ToolkitObjects.AddressTag) is not { IsEmpty: false } address)
            {
                return null;
            }

            var reader = new OctetReader(address.Span);
            return SmsAddress.ReadUncounted(ref reader);
        }
    }

    /// <summary>The SMS-SUBMIT.</summary>
    public Octets Tpdu => Find(ToolkitObjects.TpduTag) ?? default;

    /// <summary>A command that sends an SMS-SUBMIT as it is.</summary>
    /// <param name="commandNumber">The number of the command, 1 to 254.</param>
    /// <param name="serviceCentre">The service centre; null to take that of EF_SMSP.</param>
    /// <param name="tpdu">The SMS-SUBMIT.</param>
    /// <param name="alphaIdentifier">The text shown while sending; null if the handset decides, empty to show nothing.</param>
    public static SendShortMessage Of(byte commandNumber, SmsAddress? serviceCentre, Octets tpdu, Octets? alphaIdentifier = null)
    {
        List<ComprehensionTlv> objects =
        [
            new(ToolkitObjects.DetailsTag, true, Octets.Copy([commandNumber, CommandType, 0])),
            ToolkitObjects.Identities(ToolkitObjects.UiccToNetwork, flagged: true),
        ];
        if (alphaIdentifier is { } alpha)
        {
            objects.Add(new(ToolkitObjects.AlphaTag, false, alpha));
        }

        if (serviceCentre is { } centre)
        {
            objects.Add(new(ToolkitObjects.AddressTag, true, Octets.Concat(Octets.Copy([centre.TypeOfAddress]), centre.Value)));
        }

        objects.Add(new(ToolkitObjects.TpduTag, true, tpdu));
        byte[] content = new byte[objects.Sum(o => o.Length)];
        var writer = new OctetWriter(content);
        foreach (ComprehensionTlv item in objects)
        {
            writer.Write(item);
        }

        return new(BerTlv.Encode(ProactiveTag, content));
    }

    /// <summary>FETCH, by which the handset asks for a command that <c>91 xx</c> has announced.</summary>
    /// <param name="length">The length that the status word tells.</param>
    /// <param name="isSim">Whether the card is a 2G SIM.</param>
    public static CommandApdu Fetch(byte length, bool isSim = false) =>
        new(isSim ? (byte)0xA0 : (byte)0x80, Instruction.Fetch, 0, 0, Le: length);

    /// <summary>The answer of a handset that has sent the message.</summary>
    public TerminalResponse Performed() => new(CommandNumber, CommandType, Qualifier, TerminalResponse.PerformedResult);

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  D0 len { 81 03 number 13 qualifier | 82 02 81 83 | [85 alpha] | [86 TON/NPI digits] | 8B SMS-SUBMIT }
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SendShortMessage packet, out PacketError error)
    {
        packet = default;
        var outer = new OctetReader(source);
        OctetReader reader = ToolkitObjects.Open(ref outer, ProactiveTag);
        int start = reader.Offset;
        ComprehensionTlv details = ToolkitObjects.Read(ref reader, ToolkitObjects.DetailsTag);
        if (details.Value is not { Length: 3 } value || value[1] != CommandType)
        {
            reader.Fail(PacketFault.UnexpectedValue, start);
        }

        _ = ToolkitObjects.ReadIdentities(ref reader, ToolkitObjects.UiccToNetwork);
        bool hasTpdu = false;
        while (reader.Remaining > 0)
        {
            hasTpdu |= ComprehensionTlv.Read(ref reader) is { Tag: ToolkitObjects.TpduTag, IsLong: false };
        }

        if (!hasTpdu)
        {
            reader.Fail(PacketFault.Truncated);
        }

        _ = reader.TryEnd(out PacketError inner);
        outer.Adopt(inner);
        if (!outer.TryEnd(out error))
        {
            return false;
        }

        packet = new(Octets.Copy(source));
        return true;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();

    private Octets? Find(int tag)
    {
        if (_wire.IsEmpty)
        {
            return null;
        }

        var outer = new OctetReader(_wire.Span);
        OctetReader reader = ToolkitObjects.Open(ref outer, ProactiveTag);
        while (reader.Remaining > 0)
        {
            ComprehensionTlv found = ComprehensionTlv.Read(ref reader);
            if (found.Tag == tag && !found.IsLong)
            {
                return found.Value;
            }
        }

        return null;
    }
}
