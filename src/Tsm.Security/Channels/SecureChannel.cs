using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Keys;

namespace Tsm.Security.Channels;

/// <summary>The host's side of a secure channel: protects commands and opens responses with session keys.</summary>
/// <remarks>
/// GPCS 2.3.1 §10. First <see cref="ExternalAuthenticate"/> goes to the card and its answer to <see cref="TryStart"/>; then
/// each command is wrapped once, sent once, and its answer unwrapped before the next one, because all are chained. The
/// session keys die with the channel. Members are for one thread at a time.
/// </remarks>
public abstract class SecureChannel : IDisposable
{
    private bool _started;

    private protected SecureChannel(SecurityLevel level) => Level = level;

    /// <summary>What is protected, and how.</summary>
    public SecurityLevel Level { get; }

    /// <summary>EXTERNAL AUTHENTICATE with the host's cryptogram, as it goes to the card.</summary>
    public CommandApdu ExternalAuthenticate { get; private protected init; }

    /// <summary>The key under which keys travel in this session: the static one in SCP03, one of the session in SCP02.</summary>
    public abstract KeyMaterial? Dek { get; }

    /// <summary>The most data of a command that goes in one C-APDU when protected, in octets.</summary>
    public abstract int MaxDataLength { get; }

    /// <summary>Why the channel has ended; null while it has not.</summary>
    public string? EndReason { get; private set; }

    /// <summary>Takes the card's answer to EXTERNAL AUTHENTICATE.</summary>
    /// <param name="answer">The answer as it came.</param>
    /// <param name="refusal">Why there is no channel.</param>
    public bool TryStart(ResponseApdu answer, [NotNullWhen(false)] out ChannelRefusal? refusal)
    {
        Demand(!_started, "The channel has started already.");
        refusal = answer.Status.Value switch
        {
            0x9000 => null,
            0x6300 => new(
                ChannelFault.WrongKeys,
                "The card refuses the host's cryptogram (6300): these are not its keys. Do not try again with them, cards count such attempts and block."),
            0x6982 or 0x6983 => new(
                ChannelFault.Blocked, $"The card does not let itself be authenticated ({answer.Status}): it may have counted too many failures."),
            _ => new(ChannelFault.UnexpectedAnswer, $"The card answers EXTERNAL AUTHENTICATE with {answer.Status}, {answer.Status.Name}."),
        };
        _started = refusal is null;
        if (refusal is not null)
        {
            EndReason = refusal.Message;
        }

        return refusal is null;
    }

    /// <summary>Protects a command that goes in one C-APDU.</summary>
    /// <exception cref="ArgumentException">It has more data than <see cref="MaxDataLength"/>; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The channel has not started, or has ended.</exception>
    public CommandApdu Wrap(CommandApdu command)
    {
        if (command.Data.Length > MaxDataLength)
        {
            throw new ArgumentException(
                $"At this security level a command carries {MaxDataLength} octets, these are {command.Data.Length}.", nameof(command));
        }

        return Wrap(ChainedCommand.From(command)).ToApdu();
    }

    /// <summary>Protects a command of any length; it is cut afterwards (<see cref="ChainedCommand.Cut"/>).</summary>
    /// <remarks>Answers to all parts but the last are 9000 without MAC and are not unwrapped.</remarks>
    /// <exception cref="ArgumentException">Its class is that of logical channels above 3, which no bearer of ours uses.</exception>
    /// <exception cref="InvalidOperationException">The channel has not started, or has ended.</exception>
    public ChainedCommand Wrap(ChainedCommand command)
    {
        Demand(_started && EndReason is null, EndReason ?? "The card has not yet accepted EXTERNAL AUTHENTICATE.");
        return ChannelClass.IsFirstInterindustry(command.Cla)
            ? Protect(command)
            : throw new ArgumentException($"Class {command.Cla:X2} is for logical channels above 3.", nameof(command));
    }

    /// <summary>Opens the answer to the command wrapped last; false ends the channel (<see cref="EndReason"/>).</summary>
    /// <param name="received">The answer as it came.</param>
    /// <param name="response">The answer in the clear, and whether the card has proven it.</param>
    /// <exception cref="InvalidOperationException">The channel has not started, or has ended.</exception>
    public bool TryUnwrap(ResponseApdu received, out ChannelResponse response)
    {
        Demand(_started && EndReason is null, EndReason ?? "The card has not yet accepted EXTERNAL AUTHENTICATE.");
        if (!Level.SignsResponses)
        {
            response = new(received, IsProven: false);
            return true;
        }

        bool opened = TryOpen(received, out response);
        if (!opened)
        {
            response = default;
            EndReason = $"The R-MAC of an answer ({received.Status}) does not hold: it was altered, or does not belong to the last command.";
        }

        return opened;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Overwrites the session keys.</summary>
    protected virtual void Dispose(bool disposing) => EndReason ??= "The channel was closed.";

    private protected int MostData(int macLength, int blockSize)
    {
        int signed = CommandApdu.MaxData - (Level.SignsCommands ? macLength : 0);

        // At least one octet of padding.
        return Level.CiphersCommands ? signed - signed % blockSize - 1 : signed;
    }

    private protected abstract ChainedCommand Protect(ChainedCommand command);

    private protected abstract bool TryOpen(ResponseApdu received, out ChannelResponse response);

    private static void Demand(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}

/// <summary>A response that came over a secure channel.</summary>
/// <param name="Response">The response in the clear.</param>
/// <param name="IsProven">Whether an R-MAC has held; errors and channels without R-MAC prove nothing.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ChannelResponse(ResponseApdu Response, bool IsProven);

/// <summary>The class octet under secure messaging.</summary>
/// <remarks>GPCS 2.3.1 §11.1.4, Amd D §6.2.4.</remarks>
internal static class ChannelClass
{
    private const byte SecureMessaging = 0x04;

    /// <summary>Whether the class is that of logical channels 0 to 3.</summary>
    public static bool IsFirstInterindustry(byte cla) => (cla & 0x40) == 0;

    /// <summary>Whether the class says that the command is protected.</summary>
    public static bool IsSecured(byte cla) => (cla & SecureMessaging) != 0;

    /// <summary>The class as it goes to the card.</summary>
    public static byte Secured(byte cla) => (byte)(cla | SecureMessaging);

    /// <summary>The class under the C-MAC: secured, on logical channel 0.</summary>
    public static byte Signed(byte cla) => (byte)(cla & 0xF0 | SecureMessaging);

    /// <summary>The class without secure messaging, on the same logical channel.</summary>
    public static byte Plain(byte cla) => (byte)(cla & ~(SecureMessaging | 0x08) & 0xFF);

    /// <summary>The class without secure messaging, on logical channel 0.</summary>
    public static byte Bare(byte cla) => (byte)(cla & 0xF0);

    /// <summary>CLA, INS, P1, P2 and the length in one octet or, above 255, in three, then the data.</summary>
    public static byte[] MacInput(byte cla, in ChainedCommand command, int length, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        int lengthSize = length > CommandApdu.MaxData ? 3 : 1;
        byte[] input = new byte[prefix.Length + 4 + lengthSize + data.Length];
        var writer = new OctetWriter(input);
        writer.Write(prefix);
        writer.WriteByte(cla);
        writer.WriteByte(command.Ins);
        writer.WriteByte(command.P1);
        writer.WriteByte(command.P2);
        if (lengthSize == 3)
        {
            writer.WriteByte(0);
            writer.WriteUInt16((ushort)length);
        }
        else
        {
            writer.WriteByte((byte)length);
        }

        writer.Write(data);
        return input;
    }
}
