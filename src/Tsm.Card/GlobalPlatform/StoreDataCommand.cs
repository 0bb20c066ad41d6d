using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>STORE DATA: hands data to a security domain, or to an application after INSTALL [for personalization].</summary>
/// <remarks>
/// GPCS 2.3.1 §11.11. The blocks are numbered from 00 and joined by the card; after an error a sender begins again with 00.
/// </remarks>
public static class StoreDataCommand
{
    /// <summary>The most blocks: numbers 00 to FF.</summary>
    public const int MaxBlocks = 256;

    private const byte LastBlock = 0x80;
    private const byte EncryptionMask = 0x60;
    private const byte StructureMask = 0x18;
    private const byte ReservedMask = 0x06;
    private const byte AnswerBit = 0x01;

    /// <summary>All commands that carry some data.</summary>
    /// <param name="data">The data, which may be cut anywhere.</param>
    /// <param name="structure">How the data are built.</param>
    /// <param name="encryption">How the data are ciphered beyond the secure channel.</param>
    /// <param name="blockLength">The length of every block but the last, 1 to 255 octets.</param>
    /// <param name="answers">Whether response data are wanted; a card that has some and is not asked says 6A86.</param>
    /// <exception cref="ArgumentException">There are no data, or more than 256 blocks of this length.</exception>
    public static IReadOnlyList<CommandApdu> Blocks(
        Octets data, StoreDataStructure structure, StoreDataEncryption encryption, int blockLength = CommandApdu.MaxData, bool answers = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockLength, CommandApdu.MaxData);
        int count = (data.Length + blockLength - 1) / blockLength;
        if (count is 0 or > MaxBlocks)
        {
            throw new ArgumentException(
                $"{data.Length} octets make {count} blocks of {blockLength}; STORE DATA has 1 to {MaxBlocks}.", nameof(data));
        }

        var blocks = new CommandApdu[count];
        for (int i = 0; i < count; i++)
        {
            int start = i * blockLength;
            Octets block = data.Slice(start, Math.Min(blockLength, data.Length - start));
            blocks[i] = new StoreDataRequest(i == count - 1, (byte)i, structure, encryption, answers, block).ToApdu();
        }

        return blocks;
    }

    /// <summary>Reads a STORE DATA command as the card does.</summary>
    public static bool TryParse(CommandApdu command, out StoreDataRequest request, out PacketError error)
    {
        request = default;
        var structure = (StoreDataStructure)(command.P1 & StructureMask);
        var encryption = (StoreDataEncryption)(command.P1 & EncryptionMask);
        if (command.Ins != Instruction.StoreData)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        if (!Enum.IsDefined(structure) || !Enum.IsDefined(encryption) || (command.P1 & ReservedMask) != 0)
        {
            error = new(PacketFault.ReservedValue, 0);
            return false;
        }

        error = default;
        request = new((command.P1 & LastBlock) != 0, command.P2, structure, encryption, (command.P1 & AnswerBit) != 0, command.Data);
        return true;
    }
}

/// <summary>A block of data, as a STORE DATA command carries it.</summary>
/// <param name="Last">Whether no block follows.</param>
/// <param name="Number">The number of the block, from 00 on.</param>
/// <param name="Structure">How the data are built.</param>
/// <param name="Encryption">How the data are ciphered beyond the secure channel.</param>
/// <param name="Answers">Whether response data are wanted.</param>
/// <param name="Block">The octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StoreDataRequest(
    bool Last, byte Number, StoreDataStructure Structure, StoreDataEncryption Encryption, bool Answers, Octets Block)
{
    /// <summary>The command.</summary>
    public CommandApdu ToApdu()
    {
        //  P1: b8 last | b7 b6 encryption | b5 b4 structure | b1 response data wanted
        int p1 = (Last ? 0x80 : 0) | (int)Encryption | (int)Structure | (Answers ? 1 : 0);
        return new(CommandField.Class, Instruction.StoreData, (byte)p1, Number, Block, Answers ? 0 : null);
    }
}

/// <summary>How the data of STORE DATA are built.</summary>
public enum StoreDataStructure
{
    /// <summary>As the receiver knows.</summary>
    Unspecified = 0x00,

    /// <summary>Data groups (<see cref="DataGroup"/>).</summary>
    DataGroups = 0x08,

    /// <summary>BER-TLV objects.</summary>
    BerTlv = 0x10,
}

/// <summary>How the data of STORE DATA are ciphered beyond the secure channel.</summary>
public enum StoreDataEncryption
{
    /// <summary>Not, or as the receiver knows.</summary>
    None = 0x00,

    /// <summary>As the application has it.</summary>
    Application = 0x20,

    /// <summary>Under the DEK.</summary>
    Encrypted = 0x60,
}
