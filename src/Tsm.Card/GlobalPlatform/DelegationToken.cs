using System.Buffers.Binary;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>Tokens of delegated management: what is signed, and where the signature goes.</summary>
/// <remarks>
/// GPCS 2.3.1 §C.4. The issuer permits one operation by signing its command; the card's domain with Token Verification checks
/// it. A token where none is required is an error.
/// </remarks>
public static class DelegationToken
{
    private const uint DeleteTag = 0x9E;

    /// <summary>What is signed: P1, P2, the length of the data without token, and these data.</summary>
    /// <param name="command">INSTALL or DELETE, made without token.</param>
    /// <exception cref="ArgumentException">It is another command, or carries a token already.</exception>
    public static Octets Input(ChainedCommand command)
    {
        ReadOnlySpan<byte> data = WithoutToken(command);

        //  P1 1 | P2 1 | length 1, or 00 and length 2 | data
        byte[] length = data.Length <= CommandApdu.MaxData ? [(byte)data.Length] : new byte[3];
        if (length.Length == 3)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length.AsSpan(1), (ushort)data.Length);
        }

        return Octets.Own([command.P1, command.P2, .. length, .. data]);
    }

    /// <summary>The command with its token; it may have to be cut.</summary>
    /// <inheritdoc cref="Input"/>
    public static ChainedCommand Attach(ChainedCommand command, Octets token)
    {
        ReadOnlySpan<byte> data = WithoutToken(command);
        if (command.Ins == Instruction.Delete)
        {
            return command with { Data = Octets.Concat(command.Data, BerTlv.Encode(DeleteTag, token.Span)) };
        }

        byte[] field = new byte[CommandField.BerSize(token)];
        var writer = new OctetWriter(field);
        CommandField.WriteBer(ref writer, token);
        return command with { Data = Octets.Own([.. data, .. field]) };
    }

    // The field of an empty token is the last octet of INSTALL.
    private static ReadOnlySpan<byte> WithoutToken(in ChainedCommand command)
    {
        ReadOnlySpan<byte> data = command.Data.Span;
        return command.Ins switch
        {
            Instruction.Delete when !BerTlv.TryFind(data, DeleteTag, out _) => data,
            Instruction.Install when data is [.., 0] => data[..^1],
            _ => throw new ArgumentException("A token is for an INSTALL or a DELETE command that has none yet.", nameof(command)),
        };
    }
}
