using System.Buffers.Binary;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;

namespace Tsm.Simulator.Smsc;

/// <summary>The ways in which the SMSC breaks the protocol on purpose.</summary>
public enum Breach
{
    /// <summary>A deliver_sm whose body ends in the middle of a field; its command_length fits what is there.</summary>
    TruncatedRequest,

    /// <summary>A submit_sm_resp whose message_id ends before its zero octet.</summary>
    TruncatedResponse,

    /// <summary>A deliver_sm whose command_length is some octets too small: what is left over is read as a header.</summary>
    LengthTooShort,

    /// <summary>A deliver_sm whose command_length is some octets too large: it swallows the beginning of the next PDU.</summary>
    LengthTooLong,

    /// <summary>A request with a command_id that no standard has.</summary>
    UnknownCommand,

    /// <summary>A submit_sm_resp with an optional parameter that no standard has.</summary>
    UnknownTlv,

    /// <summary>A submit_sm_resp with a sequence_number that nobody has asked with.</summary>
    StrayResponse,
}

/// <summary>Makes the PDUs of each <see cref="Breach"/>.</summary>
public static class Breaches
{
    private const uint UnknownId = 0x000000F0;
    private const ushort UnknownTag = 0x3FFF;

    // Far from the numbers that the session itself gives: what the ESME says to such a PDU is nobody's answer.
    private const uint FirstSequence = 0x7F000000;
    private const uint SequenceMask = 0x00FFFFFF;
    private const int LargestError = 4;

    private static readonly Breach[] All = Enum.GetValues<Breach>();

    /// <summary>The breach that a number in 0..1 stands for; each is as likely as the others.</summary>
    public static Breach Pick(double chance) => All[Math.Min((int)(chance * All.Length), All.Length - 1)];

    /// <summary>The PDU to be written beside the answer; null where the answer itself is what is wrong.</summary>
    /// <param name="breach">What to do.</param>
    /// <param name="number">The number of the submit_sm; lengths and sequence numbers are taken from it.</param>
    /// <param name="near">A message like those that the SMSC delivers.</param>
    public static Octets? Wire(Breach breach, long number, DeliverSm near)
    {
        uint sequence = FirstSequence | ((uint)(number & uint.MaxValue) & SequenceMask);
        byte[] body = ToArray(near);
        int cut = (int)(number % (body.Length - near.ShortMessage.Length));
        int error = 1 + (int)(number % LargestError);
        return breach switch
        {
            Breach.TruncatedRequest => Frame(CommandId.DeliverSm, sequence, body.AsSpan(0, cut), 0),
            Breach.LengthTooShort => Frame(CommandId.DeliverSm, sequence, body, -error),
            Breach.LengthTooLong => Frame(CommandId.DeliverSm, sequence, body, error),
            Breach.UnknownCommand => Frame(new(UnknownId), sequence, body, 0),
            Breach.StrayResponse => Frame(
                CommandId.SubmitSm.Response, sequence, ToArray(new MessageResponse { MessageId = "STRAY" }), 0),
            _ => null,
        };
    }

    /// <summary>The answer to a submit_sm as the breach has it.</summary>
    public static SmppResponse Answer(Breach breach, MessageResponse response) => breach switch
    {
        Breach.TruncatedResponse => new(CommandStatus.Ok,
            Octets.Copy(ToArray(response).AsSpan(0, response.MessageId.Length / 2))),
        Breach.UnknownTlv => SmppResponse.Of(CommandStatus.Ok, response with { Tlvs = WithUnknown(response.Tlvs) }),
        _ => SmppResponse.Of(CommandStatus.Ok, response),
    };

    /// <summary>The same optional parameters and one that no standard has.</summary>
    public static TlvList WithUnknown(TlvList tlvs) =>
        TlvList.Of([.. tlvs.Items, new(UnknownTag, Octets.Copy([0x01, 0x02, 0x03]))]);

    private static Octets Frame(CommandId id, uint sequence, ReadOnlySpan<byte> body, int error)
    {
        var pdu = new SmppPdu(id, CommandStatus.Ok, sequence, Octets.Copy(body));
        byte[] wire = new byte[pdu.Length];
        pdu.Write(wire);
        BinaryPrimitives.WriteUInt32BigEndian(wire, (uint)(wire.Length + error));
        return Octets.Own(wire);
    }

    private static byte[] ToArray<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        packet.Write(wire);
        return wire;
    }
}
