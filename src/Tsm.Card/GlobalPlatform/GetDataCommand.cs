using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>GET DATA: asks for one object of a security domain.</summary>
/// <remarks>GPCS 2.3.1 §11.3.</remarks>
public static class GetDataCommand
{
    // §11.3.2.2: the list of applications is asked for with an empty tag list.
    private static readonly Octets EmptyTagList = Octets.Copy([0x5C, 0x00]);

    /// <summary>The command.</summary>
    /// <param name="tag">The tag of the object (<see cref="CardObject"/>).</param>
    public static CommandApdu For(ushort tag) => new(
        CommandField.Class,
        Instruction.GetData,
        (byte)(tag >> 8),
        (byte)(tag & 0xFF),
        tag == CardObject.Applications ? EmptyTagList : default,
        Le: 0);

    /// <summary>Reads a GET DATA command as the card does.</summary>
    public static bool TryParse(CommandApdu command, out ushort tag, out PacketError error)
    {
        bool fits = command.Ins == Instruction.GetData && (command.Data.IsEmpty || command.Data == EmptyTagList);
        tag = fits ? (ushort)(command.P1 << 8 | command.P2) : default;
        error = fits ? default : new(PacketFault.UnexpectedValue, 0);
        return fits;
    }
}

/// <summary>Tags of the objects that GET DATA asks for.</summary>
/// <remarks>GPCS 2.3.1 §11.3.3, TS 102 226 §8.2.1.7.2.</remarks>
public static class CardObject
{
    /// <summary>The identification number of the issuer or provider (IIN).</summary>
    public const ushort IssuerIdentification = 0x0042;

    /// <summary>The identification number of the card or of the domain's image (CIN).</summary>
    public const ushort CardImageNumber = 0x0045;

    /// <summary>Card data, the recognition of the card (<see cref="CardData"/>).</summary>
    public const ushort CardData = 0x0066;

    /// <summary>What the card can do (<see cref="CardCapability"/>).</summary>
    public const ushort CardCapability = 0x0067;

    /// <summary>The keys of the domain (<see cref="KeyInformation"/>).</summary>
    public const ushort KeyInformation = 0x00E0;

    /// <summary>The sequence counter of the default key version.</summary>
    public const ushort SequenceCounter = 0x00C1;

    /// <summary>The counter of receipts.</summary>
    public const ushort ConfirmationCounter = 0x00C2;

    /// <summary>Diversification data; a habit of makers.</summary>
    public const ushort DiversificationData = 0x00CF;

    /// <summary>The applications of the domain.</summary>
    public const ushort Applications = 0x2F00;

    /// <summary>Free memory (<see cref="CardResources"/>).</summary>
    public const ushort ExtendedResources = 0xFF21;

    /// <summary>Reads a counter out of the answer to <see cref="SequenceCounter"/> or <see cref="ConfirmationCounter"/>.</summary>
    /// <param name="answer">The object with its tag.</param>
    /// <param name="tag">The tag asked for.</param>
    /// <param name="counter">The counter.</param>
    /// <param name="error">Why there is none.</param>
    public static bool TryReadCounter(ReadOnlySpan<byte> answer, ushort tag, out uint counter, out PacketError error)
    {
        counter = 0;
        if (!TryOpen(answer, tag, out ReadOnlySpan<byte> value, out int origin, out error))
        {
            return false;
        }

        if (value.Length is 0 or > 4)
        {
            error = new(PacketFault.LengthMismatch, origin);
            return false;
        }

        counter = ToNumber(value);
        return true;
    }

    /// <summary>The value of an answer that is one object with a given tag.</summary>
    internal static bool TryOpen(ReadOnlySpan<byte> answer, uint tag, out ReadOnlySpan<byte> value, out int origin, out PacketError error)
    {
        var reader = new BerTlvReader(answer);
        bool read = reader.TryRead(out uint found, out value);
        origin = reader.ValueOffset;
        error = (read, reader.Error.Fault) switch
        {
            (false, PacketFault.None) => new(PacketFault.Truncated, 0),
            (false, _) => reader.Error,
            _ when found != tag => new(PacketFault.UnexpectedValue, 0),
            _ when reader.Offset != answer.Length => new(PacketFault.TrailingOctets, reader.Offset),
            _ => default,
        };
        return error.Fault == PacketFault.None;
    }

    /// <summary>A number of at most four octets.</summary>
    internal static uint ToNumber(ReadOnlySpan<byte> octets)
    {
        uint number = 0;
        foreach (byte octet in octets)
        {
            number = number << 8 | octet;
        }

        return number;
    }
}
