using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Tests.Security.Scp80;

/// <summary>Headers and keys from the hexadecimal digits of vectors.</summary>
internal static class Known
{
    public static CommandHeader Header(string spi, string kic, string kid, string tar, string counter, int ccLength = 8) =>
        new(Parse<Spi>(spi), Parse<Kic>(kic), Parse<Kid>(kid), Parse<Tar>(tar), Parse<Counter>(counter), ccLength);

    /// <summary>The keys of a vector; where it gives only one, the other is not used and may be anything.</summary>
    public static KeySet? Keys(CommandHeader header, string? kicKey, KeyAlgorithm? kicAlgorithm, string? kidKey, KeyAlgorithm? kidAlgorithm)
    {
        if (kicKey is null && kidKey is null)
        {
            return null;
        }

        int version = Math.Max(header.Kic.KeyVersion, Math.Max(header.Kid.KeyVersion, 1));
        return new(version, Key(kicKey, kicAlgorithm), Key(kidKey, kidAlgorithm), dek: null);
    }

    private static KeyMaterial Key(string? hex, KeyAlgorithm? algorithm) => hex is null
        ? KeyMaterial.From(new byte[16], KeyAlgorithm.Aes)
        : KeyMaterial.From(Octets.Parse(hex).Span, algorithm!.Value);

    private static TPacket Parse<TPacket>(string hex) where TPacket : struct, IPacket<TPacket>
    {
        Assert.True(TPacket.TryParse(Octets.Parse(hex).Span, out TPacket packet, out PacketError error), error.ToString());
        return packet;
    }
}
