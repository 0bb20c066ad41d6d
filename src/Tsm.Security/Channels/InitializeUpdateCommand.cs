using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Security.Channels;

/// <summary>INITIALIZE UPDATE: begins a secure channel with the host's challenge.</summary>
/// <remarks>GPCS 2.3.1 §E.5.1, Amd D §7.1.1. The answer is of the protocol: see the responses of SCP02 and SCP03.</remarks>
public static class InitializeUpdateCommand
{
    /// <summary>The length of the challenge in SCP02 and in S8 mode of SCP03, in octets.</summary>
    public const int ShortChallenge = 8;

    /// <summary>The length of the challenge in S16 mode of SCP03, in octets.</summary>
    public const int LongChallenge = 16;

    private const byte Class = 0x80;

    /// <summary>The command.</summary>
    /// <param name="keyVersion">The version of the keys to be used; 0 for the card's first.</param>
    /// <param name="hostChallenge">Random octets, never used before: 8, or 16 for S16 mode.</param>
    /// <exception cref="ArgumentException">The challenge has another length, or the version is not 0 to 255.</exception>
    public static CommandApdu For(int keyVersion, Octets hostChallenge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keyVersion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyVersion, 0xFF);
        return hostChallenge.Length is ShortChallenge or LongChallenge
            ? new(Class, Instruction.InitializeUpdate, (byte)keyVersion, 0, hostChallenge, Le: 0)
            : throw new ArgumentException("A challenge has 8 or 16 octets.", nameof(hostChallenge));
    }

    /// <summary>Reads the command as the card does, on any logical channel.</summary>
    public static bool TryParse(CommandApdu command, out InitializeUpdateRequest request, out PacketError error)
    {
        request = default;
        if (command.Ins != Instruction.InitializeUpdate || (command.Cla & 0x80) == 0 || command.P2 != 0)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        if (command.Data.Length is not (ShortChallenge or LongChallenge))
        {
            error = new(PacketFault.LengthMismatch, 0);
            return false;
        }

        error = default;
        request = new(command.P1, command.Data);
        return true;
    }
}

/// <summary>What an INITIALIZE UPDATE command asks a card for.</summary>
/// <param name="KeyVersion">The version of the keys; 0 for the first.</param>
/// <param name="HostChallenge">8 or 16 octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct InitializeUpdateRequest(byte KeyVersion, Octets HostChallenge);
