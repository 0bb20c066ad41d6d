using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>TERMINAL RESPONSE: the data by which the handset tells a card what became of its proactive command.</summary>
/// <remarks>TS 102 223 §6.8, as far as a command without further answer needs it.</remarks>
/// <param name="CommandNumber">The number of the command.</param>
/// <param name="CommandType">The type of the command; <c>13</c> is SEND SHORT MESSAGE.</param>
/// <param name="Qualifier">The command qualifier.</param>
/// <param name="Result">The general result: <c>00</c> to <c>0F</c> performed, <c>10</c> to <c>2F</c> perhaps later, <c>30</c> on not.</param>
/// <param name="AdditionalInformation">Additional information on the result, possibly none.</param>
/// <param name="DetailsFlagged">Whether the command details carry the comprehension-required flag.</param>
/// <param name="IdentitiesFlagged">Whether the device identities carry the comprehension-required flag.</param>
/// <param name="ResultFlagged">Whether the result carries the comprehension-required flag.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TerminalResponse(
    byte CommandNumber,
    byte CommandType,
    byte Qualifier,
    byte Result,
    Octets AdditionalInformation = default,
    bool DetailsFlagged = true,
    bool IdentitiesFlagged = true,
    bool ResultFlagged = true) : IPacket<TerminalResponse>
{
    /// <summary>Result: the command was performed.</summary>
    public const byte PerformedResult = 0x00;

    /// <summary>Result: the network could not process the command for now; its cause follows.</summary>
    public const byte NetworkUnableResult = 0x21;

    /// <summary>Result: RP-ERROR of the short message; its cause follows.</summary>
    public const byte ShortMessageErrorResult = 0x35;

    private const byte FirstTemporary = 0x10;

    /// <inheritdoc/>
    public int Length => Details.Length + Identities.Length + Outcome.Length;

    /// <summary>Whether the command was performed, perhaps with a remark.</summary>
    public bool IsPerformed => Result < FirstTemporary;

    private ComprehensionTlv Details =>
        new(ToolkitObjects.DetailsTag, DetailsFlagged, Octets.Copy([CommandNumber, CommandType, Qualifier]));

    private ComprehensionTlv Identities => ToolkitObjects.Identities(ToolkitObjects.TerminalToUicc, IdentitiesFlagged);

    private ComprehensionTlv Outcome =>
        new(ToolkitObjects.ResultTag, ResultFlagged, Octets.Concat(Octets.Copy([Result]), AdditionalInformation));

    /// <summary>The whole command.</summary>
    /// <param name="isSim">Whether the card is a 2G SIM.</param>
    public CommandApdu ToCommand(bool isSim = false)
    {
        byte[] data = new byte[Length];
        Write(data);
        return new(isSim ? (byte)0xA0 : (byte)0x80, Instruction.TerminalResponse, 0, 0, Octets.Own(data));
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  81 03 number type qualifier | 82 02 82 81 | 83 length result [additional information]
        var writer = new OctetWriter(destination);
        writer.Write(Details);
        writer.Write(Identities);
        writer.Write(Outcome);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out TerminalResponse packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        ComprehensionTlv details = ToolkitObjects.Read(ref reader, ToolkitObjects.DetailsTag);
        if (details.Value.Length != 3)
        {
            reader.Fail(PacketFault.LengthMismatch, 1);
        }

        bool identities = ToolkitObjects.ReadIdentities(ref reader, ToolkitObjects.TerminalToUicc);
        ComprehensionTlv result = ToolkitObjects.Read(ref reader, ToolkitObjects.ResultTag);
        if (result.Value.IsEmpty)
        {
            reader.Fail(PacketFault.LengthMismatch, Math.Max(0, reader.Offset - 1));
        }

        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(
            details.Value[0],
            details.Value[1],
            details.Value[2],
            result.Value[0],
            result.Value.Slice(1),
            details.IsRequired,
            identities,
            result.IsRequired);
        return true;
    }
}
