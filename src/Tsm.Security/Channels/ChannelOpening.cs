using System.Diagnostics.CodeAnalysis;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Security.Scp02;
using Tsm.Security.Scp03;

namespace Tsm.Security.Channels;

/// <summary>Opens the secure channel that a card's answer to INITIALIZE UPDATE names.</summary>
public static class ChannelOpening
{
    private const int KeyVersionOffset = 10;
    private const int ProtocolOffset = 11;

    /// <summary>Judges the answer and makes the session keys.</summary>
    /// <param name="keys">The static keys.</param>
    /// <param name="level">What is to be protected.</param>
    /// <param name="hostChallenge">The challenge that went to the card in <see cref="InitializeUpdateCommand"/>.</param>
    /// <param name="answer">The answer as it came.</param>
    /// <param name="options">How the card differs from the standard.</param>
    /// <param name="channel">The channel, which the caller disposes.</param>
    /// <param name="refusal">Why there is none, with what to do.</param>
    public static bool TryOpen(
        ChannelKeys keys,
        SecurityLevel level,
        Octets hostChallenge,
        ResponseApdu answer,
        ChannelOptions options,
        [NotNullWhen(true)] out SecureChannel? channel,
        [NotNullWhen(false)] out ChannelRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(options);
        channel = null;
        refusal = Reason(keys, answer, options);
        if (refusal is not null)
        {
            return false;
        }

        PacketError error;
        if (answer.Data[ProtocolOffset] == Scp03InitializeUpdateResponse.Protocol
            && Scp03InitializeUpdateResponse.TryParse(answer.Data.Span, out Scp03InitializeUpdateResponse scp03, out error))
        {
            bool opened = Scp03Channel.TryOpen(keys, level, hostChallenge, scp03, options.CountsEmptyCommands, out Scp03Channel? found, out refusal);
            channel = found;
            return opened;
        }

        if (Scp02InitializeUpdateResponse.TryParse(answer.Data.Span, out Scp02InitializeUpdateResponse scp02, out error))
        {
            bool opened = Scp02Channel.TryOpen(keys, level, hostChallenge, scp02, options.Scp02, out Scp02Channel? found, out refusal);
            channel = found;
            return opened;
        }

        refusal = new(
            ChannelFault.OtherProtocol,
            $"The answer to INITIALIZE UPDATE is of protocol {answer.Data[ProtocolOffset]:X2} with {answer.Data.Length} octets: neither SCP02 nor SCP03 ({error}).");
        return false;
    }

    private static ChannelRefusal? Reason(ChannelKeys keys, ResponseApdu answer, ChannelOptions options) => answer.Status.Value switch
    {
        0x6A88 => new(ChannelFault.OtherKeyVersion, $"The card has no keys of version {keys.Version} (6A88)."),
        0x6982 or 0x6983 => new(ChannelFault.Blocked, $"The card does not begin an authentication ({answer.Status}): it may have counted too many failures."),
        0x6700 => new(ChannelFault.OtherProtocol, "The card refuses the length of the challenge (6700): S8 takes 8 octets, S16 takes 16."),
        not 0x9000 => new(ChannelFault.UnexpectedAnswer, $"The card answers INITIALIZE UPDATE with {answer.Status}, {answer.Status.Name}."),
        _ when answer.Data.Length <= ProtocolOffset => new(
            ChannelFault.UnexpectedAnswer, $"The answer to INITIALIZE UPDATE has {answer.Data.Length} octets only."),
        _ when answer.Data[KeyVersionOffset] != keys.Version && !options.AnyKeyVersion => new(
            ChannelFault.OtherKeyVersion,
            $"The card answers with keys of version {answer.Data[KeyVersionOffset]}, not {keys.Version}. Nothing was tried with them."),
        _ => null,
    };
}

/// <summary>How a card's secure channel differs from what is usual.</summary>
/// <param name="Scp02">i of SCP02, which a card tells in its card data (GET DATA 0066) and not when the channel is opened.</param>
/// <param name="AnyKeyVersion">Whether the keys are tried although the card names another version than theirs.</param>
/// <param name="CountsEmptyCommands">SCP03: false for a few old cards, whose encryption counter ignores commands without data.</param>
public sealed record ChannelOptions(Scp02Parameter Scp02 = Scp02Parameter.Usual, bool AnyKeyVersion = false, bool CountsEmptyCommands = true)
{
    /// <summary>As the standards have it.</summary>
    public static ChannelOptions Standard { get; } = new();
}
