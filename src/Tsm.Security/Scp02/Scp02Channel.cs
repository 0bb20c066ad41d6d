using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp02;

/// <summary>The host's side of an SCP02 channel.</summary>
/// <remarks>GPCS 2.3.1 annex E; deprecated there, and what most UICCs of the field have.</remarks>
public sealed class Scp02Channel : SecureChannel
{
    private const int BlockSize = 8;

    private readonly Scp02Session _session;

    private Scp02Channel(Scp02Session session, SecurityLevel level, Octets hostCryptogram) : base(level)
    {
        _session = session;
        var command = new ChainedCommand(0x80, Instruction.ExternalAuthenticate, (byte)level, 0, hostCryptogram);
        ExternalAuthenticate = session.Sign(command, ciphered: false).ToApdu();
    }

    /// <inheritdoc/>
    /// <remarks>It belongs to the session and dies with it.</remarks>
    public override KeyMaterial? Dek => _session.Dek;

    /// <inheritdoc/>
    public override int MaxDataLength => MostData(Scp02Session.MacLength, BlockSize);

    /// <summary>Judges a card's answer to INITIALIZE UPDATE and makes the session keys.</summary>
    /// <param name="keys">The static keys of the version that the card names.</param>
    /// <param name="level">What is to be protected.</param>
    /// <param name="hostChallenge">The challenge that went to the card, 8 octets.</param>
    /// <param name="answer">The card's answer.</param>
    /// <param name="parameter">i, which the answer does not tell.</param>
    /// <param name="channel">The channel, which the caller disposes.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryOpen(
        ChannelKeys keys,
        SecurityLevel level,
        Octets hostChallenge,
        Scp02InitializeUpdateResponse answer,
        Scp02Parameter parameter,
        [NotNullWhen(true)] out Scp02Channel? channel,
        [NotNullWhen(false)] out ChannelRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(keys);
        channel = null;
        refusal = Reason(keys, level, hostChallenge, parameter);
        if (refusal is not null)
        {
            return false;
        }

        var session = new Scp02Session(keys, answer.SequenceCounter);
        Octets expected = session.CardCryptogram(hostChallenge, answer.CardChallenge);
        if (!CryptographicOperations.FixedTimeEquals(expected.Span, answer.CardCryptogram.Span))
        {
            session.Dispose();
            refusal = ChannelRefusal.WrongKeys;
            return false;
        }

        channel = new(session, level, session.HostCryptogram(hostChallenge, answer.CardChallenge));
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
            _session.Remember(command);
            return command;
        }

        return _session.Sign(command, Level.CiphersCommands);
    }

    private protected override bool TryOpen(ResponseApdu received, out ChannelResponse response)
    {
        // An error answers without data; its R-MAC counts in the chain, whether a card sends it or not.
        int length = received.Data.Length - Scp02Session.MacLength;
        bool bare = received.Status.IsError && received.Data.IsEmpty;
        response = new(received, IsProven: false);
        if (bare || length < 0)
        {
            _session.NextResponseMac([], received.Status);
            return bare;
        }

        Octets data = received.Data.Slice(0, length);
        byte[] expected = _session.NextResponseMac(data.Span, received.Status);
        response = new(received with { Data = data }, IsProven: true);
        return CryptographicOperations.FixedTimeEquals(expected, received.Data.Span[length..]);
    }

    private static ChannelRefusal? Reason(ChannelKeys keys, SecurityLevel level, Octets hostChallenge, Scp02Parameter parameter)
    {
        if (Scp02Session.Misfit(keys) is { } misfit)
        {
            return new(ChannelFault.UnfitKeys, misfit);
        }

        if (level.CiphersResponses || !Enum.IsDefined(level))
        {
            return new(ChannelFault.UnsupportedLevel, "SCP02 does not cipher responses.");
        }

        if (level.SignsResponses && parameter is not (Scp02Parameter.ResponseMac or Scp02Parameter.PseudoRandomResponseMac))
        {
            return new(ChannelFault.UnsupportedLevel, $"The card (i = {(int)parameter:X2}) does not sign responses.");
        }

        return hostChallenge.Length == InitializeUpdateCommand.ShortChallenge
            ? null
            : new(ChannelFault.OtherProtocol, "The card speaks SCP02, whose challenges have 8 octets.");
    }
}
