using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;

namespace Tsm.Security.Scp03;

/// <summary>A card's side of an SCP03 channel, for simulated cards.</summary>
public sealed class Scp03Card : CardChannel
{
    private readonly Scp03Session _session;
    private readonly Scp03Parameter _offered;

    private Scp03Card(Scp03Session session, Scp03InitializeUpdateResponse answer)
    {
        _session = session;
        _offered = answer.Parameter;
        byte[] data = new byte[answer.Length];
        answer.Write(data);
        Initialization = new(Octets.Own(data), StatusWord.Success);
    }

    /// <summary>Answers INITIALIZE UPDATE.</summary>
    /// <param name="keys">The card's keys of the version asked for.</param>
    /// <param name="parameter">What the card offers (i).</param>
    /// <param name="diversificationData">10 octets.</param>
    /// <param name="hostChallenge">The host's challenge.</param>
    /// <param name="cardChallenge">The card's, as long: random, or from <see cref="Scp03KeyDerivation.CardChallenge"/>.</param>
    /// <param name="sequenceCounter">The counter behind a pseudo-random challenge; null for a random one.</param>
    /// <exception cref="ArgumentException">The keys are not for AES, or a length does not fit.</exception>
    public static Scp03Card Begin(
        ChannelKeys keys,
        Scp03Parameter parameter,
        Octets diversificationData,
        Octets hostChallenge,
        Octets cardChallenge,
        uint? sequenceCounter)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (Scp03Session.Misfit(keys) is { } misfit)
        {
            throw new ArgumentException(misfit, nameof(keys));
        }

        if (hostChallenge.Length is not (8 or 16) || cardChallenge.Length != hostChallenge.Length || diversificationData.Length != 10)
        {
            throw new ArgumentException("Both challenges have 8 or both 16 octets, diversification data 10.", nameof(cardChallenge));
        }

        var session = new Scp03Session(keys, hostChallenge, cardChallenge, countsEmptyCommands: true);
        Octets cryptogram = session.Cryptogram(Scp03KeyDerivation.CardCryptogram);
        return new(session, new(diversificationData, (byte)keys.Version, parameter, cardChallenge, cryptogram, sequenceCounter));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _session.Dispose();
    }

    private protected override bool Offers(SecurityLevel level) => level != SecurityLevel.ResponseMac
        && Enum.IsDefined(level)
        && (!level.SignsResponses || _offered.SignsResponses)
        && (!level.CiphersResponses || _offered.CiphersResponses);

    private protected override StatusWord Judge(CommandApdu externalAuthenticate, SecurityLevel level)
    {
        if (externalAuthenticate.Data.Length != 2 * _session.MacLength)
        {
            return StatusWord.WrongLength;
        }

        Octets expected = _session.Cryptogram(Scp03KeyDerivation.HostCryptogram);
        if (!CryptographicOperations.FixedTimeEquals(expected.Span, externalAuthenticate.Data.Span[.._session.MacLength]))
        {
            return new(0x6300);
        }

        return _session.TryVerify(externalAuthenticate, out _) ? StatusWord.Success : StatusWord.SecurityNotSatisfied;
    }

    private protected override bool TryOpen(ChainedCommand received, out ChainedCommand command)
    {
        if (!_session.TryVerify(received, out command))
        {
            return false;
        }

        if (!Level.CiphersCommands)
        {
            return true;
        }

        bool deciphered = _session.TryDecipher(command.Data, out Octets clear);
        command = deciphered ? command with { Data = clear } : default;
        return deciphered;
    }

    private protected override ResponseApdu Protect(ResponseApdu response) =>
        response.Status == StatusWord.Success || response.Status.IsWarning
            ? _session.SignResponse(response, Level.CiphersResponses)
            : response with { Data = default };
}
