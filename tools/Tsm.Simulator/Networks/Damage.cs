using Tsm.Card.Encoding;

namespace Tsm.Simulator.Networks;

/// <summary>Breaks user data as a bad relay does.</summary>
public static class Damage
{
    /// <summary>A copy whose user data header claims more octets than there are.</summary>
    public static ShortMessage ToHeader(ShortMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] octets = message.UserData.ToArray();
        if (octets.Length > 0)
        {
            octets[0] = 0xFF;
        }

        return message with { UserData = Octets.Own(octets), HasHeader = true };
    }

    /// <summary>A copy with one octet of its last half altered: no checksum over it holds any more.</summary>
    /// <param name="message">What a card sends.</param>
    /// <param name="where">A number in 0..1 that selects the octet.</param>
    public static ShortMessage ToPacket(ShortMessage message, double where)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] octets = message.UserData.ToArray();
        int half = octets.Length / 2;
        if (octets.Length > 0)
        {
            octets[Math.Min(half + (int)(where * (octets.Length - half)), octets.Length - 1)] ^= 0x5A;
        }

        return message with { UserData = Octets.Own(octets) };
    }
}
