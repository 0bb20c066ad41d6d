using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>DELETE of an application, a load file or a security domain.</summary>
/// <remarks>GPCS 2.3.1 §11.2. A repeated DELETE gets 6A88: read the registry before judging.</remarks>
public static class DeleteCommand
{
    private const uint AidTag = 0x4F;
    private const uint KeyIdTag = 0xD0;
    private const uint KeyVersionTag = 0xD2;
    private const uint TokenTag = 0x9E;
    private const byte WithRelated = 0x80;

    /// <summary>Deletes an object.</summary>
    /// <param name="aid">The instance, load file or security domain.</param>
    /// <param name="related">Whether instances of a load file go with it; an optional feature of cards.</param>
    public static CommandApdu For(Aid aid, bool related) => new(
        CommandField.Class, Instruction.Delete, 0, related ? WithRelated : (byte)0, BerTlv.Encode(AidTag, aid.Span), Le: 0);

    /// <summary>Reads a DELETE of card content as the card does; DELETE of a key is refused as an unexpected value.</summary>
    public static bool TryParse(CommandApdu command, out DeleteRequest request, out PacketError error)
    {
        request = default;
        if (command.Ins != Instruction.Delete || command.P1 != 0 || (command.P2 & ~WithRelated) != 0)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        Aid? aid = null;
        Octets token = default;
        var reader = new BerTlvReader(command.Data.Span);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            switch (tag)
            {
                case AidTag when Aid.TryFrom(value, out Aid found):
                    aid = found;
                    break;
                case AidTag:
                    error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                    return false;
                case KeyIdTag or KeyVersionTag:
                    error = new(PacketFault.UnexpectedValue, reader.ValueOffset);
                    return false;
                case TokenTag:
                    token = Octets.Copy(value);
                    break;
            }
        }

        error = reader.Error.Fault == PacketFault.None && aid is null
            ? new(PacketFault.Truncated, command.Data.Length)
            : reader.Error;
        if (aid is null || error.Fault != PacketFault.None)
        {
            return false;
        }

        request = new(aid.Value, (command.P2 & WithRelated) != 0, token);
        return true;
    }
}

/// <summary>What a DELETE command asks a card for.</summary>
/// <param name="Aid">The object.</param>
/// <param name="Related">Whether its related objects go with it.</param>
/// <param name="Token">The token, possibly none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeleteRequest(Aid Aid, bool Related, Octets Token);
