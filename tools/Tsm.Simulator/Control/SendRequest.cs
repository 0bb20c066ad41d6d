using System.Diagnostics.CodeAnalysis;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Control;

/// <summary>The body of <c>POST /cards/{card}/send</c>: a short message that the card sends.</summary>
public sealed record SendRequest
{
    private const int MaxDigits = 20;
    private const int MaxUserData = 140;

    /// <summary>The digits of the receiver's number: the short code of a service.</summary>
    public required string Destination { get; init; }

    /// <summary>TP-UD in hexadecimal, with its header if there is one, at most 140 octets.</summary>
    public required string UserData { get; init; }

    /// <summary>TP-PID. Default: 0.</summary>
    public byte ProtocolId { get; init; }

    /// <summary>TP-DCS. Default: 4, octets.</summary>
    public byte DataCoding { get; init; } = 0x04;

    /// <summary>TP-UDHI: whether the user data begin with a header. Default: false.</summary>
    public bool HasHeader { get; init; }

    /// <summary>The message as it leaves the phone; false when a value does not fit.</summary>
    public bool TryMake(Msisdn source, [NotNullWhen(true)] out ShortMessage? message)
    {
        string digits = Destination.StartsWith('+') ? Destination[1..] : Destination;
        bool fits = Octets.TryParse(UserData, out Octets octets) && octets.Length <= MaxUserData
            && digits.Length is > 0 and <= MaxDigits && digits.All(char.IsAsciiDigit);
        message = fits ? new(source.Digits, digits, ProtocolId, DataCoding, HasHeader, octets) : null;
        return fits;
    }
}
