using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>LOAD: one block of a load file.</summary>
/// <remarks>GPCS 2.3.1 §11.6. The load file is cut with its tags; every block answers <c>00</c>.</remarks>
public static class LoadCommand
{
    /// <summary>The most blocks of a load file: numbers 00 to FF, without wrapping.</summary>
    public const int MaxBlocks = 256;

    private const byte LastBlock = 0x80;

    /// <summary>One block.</summary>
    /// <param name="last">Whether no block follows.</param>
    /// <param name="number">The number of the block, from 00 on.</param>
    /// <param name="block">The octets, 1 to 255.</param>
    public static CommandApdu Block(bool last, byte number, ReadOnlySpan<byte> block) =>
        new(CommandField.Class, Instruction.Load, last ? LastBlock : (byte)0, number, Octets.Copy(block), Le: 0);

    /// <summary>All blocks of a load file in their order.</summary>
    /// <param name="file">The load file with its tags .</param>
    /// <param name="blockLength">The length of every block but the last, 1 to 255 octets.</param>
    /// <exception cref="ArgumentException">The load file is empty, or needs more than 256 blocks of this length.</exception>
    public static IReadOnlyList<CommandApdu> Blocks(Octets file, int blockLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockLength, CommandApdu.MaxData);
        int count = (file.Length + blockLength - 1) / blockLength;
        if (count is 0 or > MaxBlocks)
        {
            throw new ArgumentException(
                $"{file.Length} octets make {count} blocks of {blockLength}; a load has 1 to {MaxBlocks}.", nameof(file));
        }

        var blocks = new CommandApdu[count];
        for (int i = 0; i < count; i++)
        {
            int start = i * blockLength;
            ReadOnlySpan<byte> block = file.Span.Slice(start, Math.Min(blockLength, file.Length - start));
            blocks[i] = Block(i == count - 1, (byte)i, block);
        }

        return blocks;
    }

    /// <summary>Reads a LOAD command as the card does.</summary>
    public static bool TryParse(CommandApdu command, out LoadRequest request, out PacketError error)
    {
        request = default;
        if (command.Ins != Instruction.Load || (command.P1 & ~LastBlock) != 0)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        if (command.Data.IsEmpty)
        {
            error = new(PacketFault.Truncated, 0);
            return false;
        }

        error = default;
        request = new((command.P1 & LastBlock) != 0, command.P2, command.Data);
        return true;
    }
}

/// <summary>A block of a load file, as a LOAD command carries it.</summary>
/// <param name="Last">Whether no block follows.</param>
/// <param name="Number">The number of the block, from 00 on.</param>
/// <param name="Block">The octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LoadRequest(bool Last, byte Number, Octets Block);
