using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Keys;
using Tsm.Security.Scp02;
using Tsm.Security.Scp03;

namespace Tsm.Tests.Security.Channels;

/// <summary>Keys, commands and both ends of channels from hexadecimal digits.</summary>
internal static class Sessions
{
    private static readonly Octets Diversification = Octets.Parse("00010203040506070809");

    public static CommandApdu Command(string hex) =>
        CommandApdu.TryParse(Octets.Parse(hex).Span, out CommandApdu command, out PacketError error) ? command : throw new FormatException($"{hex}: {error}");

    public static ResponseApdu Response(string hex) =>
        ResponseApdu.TryParse(Octets.Parse(hex).Span, out ResponseApdu response, out PacketError error) ? response : throw new FormatException($"{hex}: {error}");

    public static ChannelKeys Keys(int version, KeyAlgorithm algorithm, string encryption, string mac, string? dek = null) => new(
        version,
        KeyMaterial.From(Octets.Parse(encryption).Span, algorithm),
        KeyMaterial.From(Octets.Parse(mac).Span, algorithm),
        dek is null ? null : KeyMaterial.From(Octets.Parse(dek).Span, algorithm));

    public static ChannelKeys Aes(byte fill = 0x40) => Keys(0x30, KeyAlgorithm.Aes, Filled(fill, 16), Filled((byte)(fill + 1), 16), Filled((byte)(fill + 2), 16));

    public static ChannelKeys TripleDes(byte fill = 0x40) =>
        Keys(0x20, KeyAlgorithm.TripleDes, Filled(fill, 16), Filled((byte)(fill + 1), 16), Filled((byte)(fill + 2), 16));

    public static Octets Challenge(int length, byte first) => Octets.Own([.. Enumerable.Range(first, length).Select(i => (byte)(i & 0xFF))]);

    /// <summary>A channel that both sides have opened.</summary>
    public static (SecureChannel Host, CardChannel Card) Open(string protocol, SecurityLevel level)
    {
        bool scp02 = protocol == "SCP02";
        int length = protocol == "S16" ? 16 : 8;
        ChannelKeys keys = scp02 ? TripleDes() : Aes();
        Octets challenge = Challenge(length, 1);
        CardChannel card = scp02
            ? Scp02Card.Begin(keys, Scp02Parameter.PseudoRandomResponseMac, Diversification, challenge, Challenge(6, 0x81), 7)
            : Scp03Card.Begin(keys, new(0x61), Diversification, challenge, Challenge(length, 0x81), sequenceCounter: null);
        var options = new ChannelOptions(Scp02Parameter.PseudoRandomResponseMac);
        Assert.True(
            ChannelOpening.TryOpen(keys, level, challenge, card.Initialization, options, out SecureChannel? host, out ChannelRefusal? refusal), refusal?.Message);
        StatusWord status = card.Authenticate(host.ExternalAuthenticate);
        Assert.True(host.TryStart(new(status), out refusal), refusal?.Message);
        return (host, card);
    }

    /// <summary>Sends a command through both sides and back; the command and the response come out as they went in.</summary>
    public static bool Carries(SecureChannel host, CardChannel card, ChainedCommand command, ResponseApdu answer)
    {
        var assembler = new ChainAssembler();
        ChainedCommand whole = default;
        foreach (CommandApdu part in host.Wrap(command).Cut())
        {
            assembler.TryTake(part, out whole, out _);
        }

        return card.TryUnwrap(whole, out ChainedCommand received, out _)
            && received == command
            && host.TryUnwrap(card.Wrap(answer), out ChannelResponse response)
            && response.Response == answer
            && response.IsProven == (host.Level is not (SecurityLevel.Authenticated or SecurityLevel.CommandMac or SecurityLevel.CommandEncryption));
    }

    private static string Filled(byte fill, int length) => Convert.ToHexString([.. Enumerable.Range(0, length).Select(i => (byte)(fill ^ i * 17 & 0xFF))]);
}
