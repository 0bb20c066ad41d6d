using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp03;

/// <summary>The host's side of an SCP03 channel, in S8 and S16 mode.</summary>
/// <remarks>Amd D §6.2. The host's challenge decides the mode: 8 octets for S8, 16 for S16.</remarks>
public sealed class Scp03Channel : SecureChannel
{
    private const int BlockSize = 16;

    private readonly Scp03Session _session;

    private Scp03Channel(Scp03Session session, SecurityLevel level, KeyMaterial? dek) : base(level)
    {
        _session = session;
        Dek = dek;
        var command = new ChainedCommand(
            0x80, Instruction.ExternalAuthenticate, (byte)level, 0, session.Cryptogram(Scp03KeyDerivation.HostCryptogram));
        ExternalAuthenticate = session.Sign(command).ToApdu();
    }

    /// <inheritdoc/>
    /// <remarks>It is the static one and belongs to the key set.</remarks>
    public override KeyMaterial? Dek { get; }

    /// <inheritdoc/>
    public override int MaxDataLength => MostData(_session.MacLength, BlockSize);

    /// <summary>Judges a card's answer to INITIALIZE UPDATE and makes the session keys.</summary>
    /// <param name="keys">The static keys of the version that the card names.</param>
    /// <param name="level">What is to be protected.</param>
    /// <param name="hostChallenge">The challenge that went to the card.</param>
    /// <param name="answer">The card's answer.</param>
    /// <param name="countsEmptyCommands">False for a few old cards, whose encryption counter ignores commands without data.</param>
    /// <param name="channel">The channel, which the caller disposes.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryOpen(
        ChannelKeys keys,
        SecurityLevel level,
        Octets hostChallenge,
        Scp03InitializeUpdateResponse answer,
        bool countsEmptyCommands,
        [NotNullWhen(true)] out Scp03Channel? channel,
        [NotNullWhen(false)] out ChannelRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(keys);
        channel = null;
        refusal = Reason(keys, level, hostChallenge, answer);
        if (refusal is not null)
        {
            return false;
        }

        var session = new Scp03Session(keys, hostChallenge, answer.CardChallenge, countsEmptyCommands);
        Octets expected = session.Cryptogram(Scp03KeyDerivation.CardCryptogram);
        if (!CryptographicOperations.FixedTimeEquals(expected.Span, answer.CardCryptogram.Span))
        {
            session.Dispose();
            refusal = ChannelRefusal.WrongKeys;
            return false;
        }

        channel = new(session, level, keys.Dek);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _session.Dispose();
    }

    private protected override ChainedCommand Protect(ChainedCommand command)
    {
        if (!Level.SignsCommands)
        {
            return command;
        }

        return _session.Sign(Level.CiphersCommands ? command with { Data = _session.Encipher(command.Data) } : command);
    }

    private protected override bool TryOpen(ResponseApdu received, out ChannelResponse response)
    {
        // Amd D §6.2.5: only 9000 and warnings are signed; errors come bare, and prove nothing.
        bool signed = received.Status == StatusWord.Success || received.Status.IsWarning;
        response = new(received, IsProven: false);
        if (!signed)
        {
            return received.Data.IsEmpty;
        }

        bool opened = _session.TryOpenResponse(received, Level.CiphersResponses, out ResponseApdu clear);
        response = new(clear, IsProven: true);
        return opened;
    }

    private static ChannelRefusal? Reason(ChannelKeys keys, SecurityLevel level, Octets hostChallenge, Scp03InitializeUpdateResponse answer)
    {
        if (Scp03Session.Misfit(keys) is { } misfit)
        {
            return new(ChannelFault.UnfitKeys, misfit);
        }

        if (level == SecurityLevel.ResponseMac || !Enum.IsDefined(level))
        {
            return new(ChannelFault.UnsupportedLevel, "SCP03 signs responses only together with commands.");
        }

        if ((level.SignsResponses && !answer.Parameter.SignsResponses) || (level.CiphersResponses && !answer.Parameter.CiphersResponses))
        {
            return new(ChannelFault.UnsupportedLevel, $"The card (i = {answer.Parameter}) does not protect responses as level {(int)level:X2} asks.");
        }

        return hostChallenge.Length == answer.CardChallenge.Length
            ? null
            : new(
                ChannelFault.OtherProtocol,
                $"The card answers a challenge of {hostChallenge.Length} octets with one of {answer.CardChallenge.Length}: S8 and S16 do not meet.");
    }
}
