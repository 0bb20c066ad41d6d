using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Explain.Layers;

/// <summary>What the command may have asked for that a response answers.</summary>
internal static class ResponseGuess
{
    private const byte Cc = 0x08, Rc = 0x04, Ciphered = 0x10;

    /// <summary>The command that is known; else every protection that the length of RC or CC and the kinds of keys allow.</summary>
    public static IEnumerable<CommandHeader> For(Octets response, ExplainContext context)
    {
        int checkLength = PacketInspection.CheckLengthOfResponse(response.Span);
        if (context.Asked is { } asked)
        {
            yield return asked with { CcLength = checkLength == 4 ? 4 : 8 };
            yield break;
        }

        yield return Header(0x01, 0, 0, checkLength);
        byte[] kinds = [.. context.Keys.SelectMany(k => Kinds(k.Keys)).Distinct()];
        foreach (byte ciphering in new byte[] { 0, Ciphered })
        {
            foreach (byte kind in kinds)
            {
                yield return Header((byte)(0x01 | Cc | ciphering), kind, kind, checkLength);
            }
        }

        foreach (byte kind in kinds)
        {
            yield return Header(0x01 | Ciphered, kind, kind, checkLength);
            yield return Header(0x01 | Rc | Ciphered, kind, 0x05, checkLength);
        }

        yield return Header(0x01 | Rc, 0, checkLength == 2 ? (byte)0x01 : (byte)0x05, checkLength);
    }

    private static IEnumerable<byte> Kinds(KeySet keys) => (keys.Kid.Algorithm, keys.Kid.Length) switch
    {
        (KeyAlgorithm.Aes, _) => [0x02],
        (KeyAlgorithm.TripleDes, 24) => [0x09],
        (KeyAlgorithm.TripleDes, _) => [0x05],
        _ => [0x01],
    };

    private static CommandHeader Header(byte spi2, byte kic, byte kid, int checkLength)
    {
        _ = Spi.TryParse([0, spi2], out Spi spi, out _);
        _ = Kic.TryParse([kic], out Kic cipher, out _);
        _ = Kid.TryParse([kid], out Kid check, out _);
        return new(spi, cipher, check, default, Counter.Zero, checkLength == 4 ? 4 : 8);
    }
}
