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

    /// <summary>Deletes keys: one of a version, or all of it.</summary>
    /// <param name="keyVersion">The key version number, 1 to 127 or 255.</param>
    /// <param name="keyId">The key identifier; null for all of the version.</param>
    public static CommandApdu ForKeys(byte keyVersion, byte? keyId = null)
    {
        Octets id = keyId is { } one ? BerTlv.Encode(KeyIdTag, [one]) : default;
        return new(CommandField.Class, Instruction.Delete, 0, 0, Octets.Concat(id, BerTlv.Encode(KeyVersionTag, [keyVersion])), Le: 0);
    }

    /// <summary>Reads a DELETE of keys as the card does; at least one of version and identifier stands.</summary>
    public static bool TryParseKeys(CommandApdu command, out DeleteKeysRequest request, out PacketError error)
    {
        request = default;
        if (command.Ins != Instruction.Delete || command.P1 != 0)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        byte? version = null, id = null;
        var reader = new BerTlvReader(command.Data.Span);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag is not (KeyIdTag or KeyVersionTag) || value.Length != 1)
            {
                error = new(tag is KeyIdTag or KeyVersionTag ? PacketFault.LengthMismatch : PacketFault.UnexpectedValue, reader.ValueOffset);
                return false;
            }

            if (tag == KeyIdTag)
            {
                id = value[0];
            }
            else
            {
                version = value[0];
            }
        }

        bool named = version is not null || id is not null;
        error = reader.Error.Fault == PacketFault.None && !named ? new(PacketFault.Truncated, command.Data.Length) : reader.Error;
        request = error.Fault == PacketFault.None ? new(version, id) : default;
        return error.Fault == PacketFault.None;
    }

    /// <summary>Reads a DELETE of card content as the card does; DELETE of a key is refused as an unexpected value.</summary>
    public static bool TryParse(ChainedCommand command, out DeleteRequest request, out PacketError error)
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

/// <summary>Which keys a DELETE command asks a card to delete.</summary>
/// <param name="KeyVersion">The key version number; null for all that have the identifier.</param>
/// <param name="KeyId">The key identifier; null for all of the version.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeleteKeysRequest(byte? KeyVersion, byte? KeyId);
