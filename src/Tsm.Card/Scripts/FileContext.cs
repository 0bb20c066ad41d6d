using System.Collections.Immutable;
using Tsm.Card.Apdu;

namespace Tsm.Card.Scripts;

/// <summary>What a script has selected and verified so far: the commands that bring a fresh script to the same place.</summary>
/// <remarks>
/// TS 102 226 §7.1: every script begins at the MF or the ADF with no PIN verified, unless it continues a chain. What a file is
/// shows in its identifier (TS 102 221 §8.6): 7F for a directory below the MF, 5F for one below that, 2F, 6F and 4F for an EF. The
/// record that NEXT and PREVIOUS refer to is not restored.
/// </remarks>
internal sealed class FileContext
{
    private const int PinLength = 8;
    private const byte SimClass = 0xA0;
    private const byte ReturnNothing = 0x0C;

    private readonly List<CommandApdu> _commands = [];

    /// <summary>The commands to begin a script with whose own first command is <paramref name="next"/>, if there is one.</summary>
    public ImmutableArray<CommandApdu> Before(CommandApdu? next)
    {
        if (next is not { Ins: Instruction.Select } select)
        {
            return [.. _commands];
        }

        // What the selection would leave is what it needs before it.
        var after = new FileContext();
        after._commands.AddRange(_commands);
        after.Select(select);
        return [.. after._commands[..^1]];
    }

    /// <summary>Notes what a command changes.</summary>
    public void Note(CommandApdu command)
    {
        switch (command.Ins)
        {
            case Instruction.Select:
                Select(command);
                break;
            case Instruction.VerifyPin when !command.Data.IsEmpty:
                Verified(command.P2, command);
                break;

            // The new PIN counts as verified, and the old one would cost an attempt.
            case Instruction.ChangePin or Instruction.UnblockPin when command.Data.Length == 2 * PinLength:
                Verified(Reference(command), command with { Ins = Instruction.VerifyPin, Data = command.Data.Slice(PinLength) });
                break;
            case Instruction.EnablePin:
                Verified(command.P2, command with { Ins = Instruction.VerifyPin });
                break;
            case Instruction.DisablePin:
                Forget(command.P2);
                break;
        }
    }

    // A selection makes those before it void that lead no higher, back to the last PIN.
    private void Select(CommandApdu command)
    {
        int? level = Level(command);
        while (_commands is [.., { Ins: Instruction.Select } before] && level is { } own && (own == 0 || Level(before) >= own))
        {
            _commands.RemoveAt(_commands.Count - 1);
        }

        // Without FCP: an answer to a repeated SELECT is of no interest.
        _commands.Add(command.Cla == SimClass ? command : command with { P2 = ReturnNothing, Le = null });
    }

    // From the top down; null for what cannot be told.
    private static int? Level(CommandApdu select) => select.P1 switch
    {
        0x04 or 0x08 => 0,
        0x00 => select.Data.Span switch
        {
            [0x3F, 0x00] => 0,
            [0x7F, 0xFF] => 1,
            [0x7F, _] => 2,
            [0x5F, _] => 3,
            [0x2F or 0x6F or 0x4F, _] => 4,
            _ => null,
        },
        _ => null,
    };

    // UNBLOCK CHV of a 2G SIM calls CHV1 00 (TS 51.011 §9.2.14).
    private static byte Reference(CommandApdu command) =>
        command is { Cla: SimClass, Ins: Instruction.UnblockPin, P2: 0 } ? (byte)1 : command.P2;

    private void Verified(byte reference, CommandApdu verify)
    {
        Forget(reference);
        _commands.Add(verify with { P1 = 0, P2 = reference, Le = null });
    }

    private void Forget(byte reference)
    {
        CommandApdu[] kept = [.. _commands.Where(c => c.Ins != Instruction.VerifyPin || c.P2 != reference)];
        _commands.Clear();
        foreach (CommandApdu command in kept)
        {
            if (command.Ins == Instruction.Select)
            {
                Select(command);
            }
            else
            {
                _commands.Add(command);
            }
        }
    }
}
