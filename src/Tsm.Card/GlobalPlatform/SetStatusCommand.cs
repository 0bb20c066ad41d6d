using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>SET STATUS: locks and unlocks applications.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.10. Locking what is locked is refused by cards: read the registry before judging. The states of the
/// card itself are not offered here, because one of them is its end.
/// </remarks>
public static class SetStatusCommand
{
    private const byte LockBit = 0x80;

    /// <summary>Locks an application or a security domain.</summary>
    public static CommandApdu Lock(Aid application) => Build(SetStatusScope.Application, LockBit, application);

    /// <summary>Unlocks an application or a security domain; it returns to the state it was locked in.</summary>
    public static CommandApdu Unlock(Aid application) => Build(SetStatusScope.Application, 0, application);

    /// <summary>Reads a SET STATUS command as the card does.</summary>
    public static bool TryParse(CommandApdu command, out SetStatusRequest request, out PacketError error)
    {
        request = default;
        var scope = (SetStatusScope)command.P1;
        if (command.Ins != Instruction.SetStatus || !Enum.IsDefined(scope))
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        Aid? aid = Aid.TryFrom(command.Data.Span, out Aid found) ? found : null;
        if (aid is null && (scope != SetStatusScope.Card || !command.Data.IsEmpty))
        {
            error = new(PacketFault.LengthMismatch, 0);
            return false;
        }

        error = default;
        request = new(scope, aid, new(command.P2));
        return true;
    }

    private static CommandApdu Build(SetStatusScope scope, byte state, Aid aid) =>
        new(CommandField.Class, Instruction.SetStatus, (byte)scope, state, aid.Octets);
}

/// <summary>What a SET STATUS command asks a card for.</summary>
/// <param name="Scope">What kind of entry it changes.</param>
/// <param name="Aid">The entry; null for the card.</param>
/// <param name="State">The state in P2; of an application only b8 counts, set to lock and clear to unlock.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SetStatusRequest(SetStatusScope Scope, Aid? Aid, LifeCycle State)
{
    /// <summary>Whether the application is to be locked rather than unlocked.</summary>
    public bool Locks => (State.Value & 0x80) != 0;
}

/// <summary>P1 of SET STATUS.</summary>
public enum SetStatusScope
{
    /// <summary>The card, by its issuer security domain.</summary>
    Card = 0x80,

    /// <summary>An application or a supplementary security domain.</summary>
    Application = 0x40,

    /// <summary>A security domain and all its applications.</summary>
    SecurityDomainAndApplications = 0x60,
}
