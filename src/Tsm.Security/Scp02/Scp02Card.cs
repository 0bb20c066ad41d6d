using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;

namespace Tsm.Security.Scp02;

/// <summary>A card's side of an SCP02 channel, for simulated cards.</summary>
public sealed class Scp02Card : CardChannel
{
    private readonly Scp02Session _session;
    private readonly Scp02Parameter _parameter;
    private readonly Octets _hostCryptogram;

    private Scp02Card(Scp02Session session, Scp02Parameter parameter, Octets hostCryptogram, Scp02InitializeUpdateResponse answer)
    {
        _session = session;
        _parameter = parameter;
        _hostCryptogram = hostCryptogram;
        byte[] data = new byte[answer.Length];
        answer.Write(data);
        Initialization = new(Octets.Own(data), StatusWord.Success);
    }

    /// <summary>Answers INITIALIZE UPDATE.</summary>
    /// <param name="keys">The card's keys of the version asked for.</param>
    /// <param name="parameter">The variant that the card speaks.</param>
    /// <param name="diversificationData">10 octets.</param>
    /// <param name="hostChallenge">The host's challenge, 8 octets.</param>
    /// <param name="cardChallenge">The card's, 6 octets.</param>
    /// <param name="sequenceCounter">How many sessions the key version has seen; the card counts on once a C-MAC has held.</param>
    /// <exception cref="ArgumentException">The keys are not for triple DES, or a length does not fit.</exception>
    public static Scp02Card Begin(
        ChannelKeys keys,
        Scp02Parameter parameter,
        Octets diversificationData,
        Octets hostChallenge,
        Octets cardChallenge,
        ushort sequenceCounter)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (Scp02Session.Misfit(keys) is { } misfit)
        {
            throw new ArgumentException(misfit, nameof(keys));
        }

        if (hostChallenge.Length != 8 || cardChallenge.Length != 6 || diversificationData.Length != 10)
        {
            throw new ArgumentException("The host's challenge has 8 octets, the card's 6, diversification data 10.", nameof(cardChallenge));
        }

        var session = new Scp02Session(keys, sequenceCounter);
        Octets cryptogram = session.CardCryptogram(hostChallenge, cardChallenge);
        return new(
            session,
            parameter,
            session.HostCryptogram(hostChallenge, cardChallenge),
            new(diversificationData, (byte)keys.Version, sequenceCounter, cardChallenge, cryptogram));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _session.Dispose();
    }

    private protected override bool Offers(SecurityLevel level) => !level.CiphersResponses
        && Enum.IsDefined(level)
        && (!level.SignsResponses || _parameter is Scp02Parameter.ResponseMac or Scp02Parameter.PseudoRandomResponseMac);

    private protected override StatusWord Judge(CommandApdu externalAuthenticate, SecurityLevel level)
    {
        if (externalAuthenticate.Data.Length != 2 * Scp02Session.MacLength)
        {
            return StatusWord.WrongLength;
        }

        if (!CryptographicOperations.FixedTimeEquals(_hostCryptogram.Span, externalAuthenticate.Data.Span[..Scp02Session.MacLength]))
        {
            return new(0x6300);
        }

        return _session.TryVerify(externalAuthenticate, ciphered: false, out _) ? StatusWord.Success : StatusWord.SecurityNotSatisfied;
    }

    private protected override bool TryOpen(ChainedCommand received, out ChainedCommand command) =>
        _session.TryVerify(received, Level.CiphersCommands, out command);

    private protected override bool TryOpenPlain(ChainedCommand received, out ChainedCommand command)
    {
        _session.Remember(received);
        return base.TryOpenPlain(received, out command);
    }

    private protected override ResponseApdu Protect(ResponseApdu response)
    {
        Octets data = response.Status.IsError ? default : response.Data;
        byte[] mac = _session.NextResponseMac(data.Span, response.Status);
        return response with { Data = response.Status.IsError ? default : Octets.Concat(data, Octets.Own(mac)) };
    }
}
