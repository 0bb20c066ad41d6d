using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Delivery;

namespace Tsm.Application.Cards;

/// <summary>How long is waited: silence counts only while it could have been broken, and a million cards do not wake at once.</summary>
internal sealed partial class CardTurn
{
    /// <summary>How much of a time is added at most, different for each packet, so that what left together does not come back together.</summary>
    private const double Spread = 0.1;

    private TimeSpan AnswerTimeout => Road?.AnswerTimeout ?? TimeSpan.FromHours(1);

    private TimeSpan Grace => Road?.IndicatedGrace ?? TimeSpan.FromSeconds(30);

    /// <summary>Waits for an answer from now on.</summary>
    private OutstandingPacket Await(OutstandingPacket packet) =>
        packet with { Deadline = Now + AnswerTimeout + (AnswerTimeout * Spread * Fraction(packet)), Since = Now, Shifted = null };

    /// <summary>Waits for no longer than the grace from now on.</summary>
    private OutstandingPacket AwaitGrace(OutstandingPacket packet) =>
        packet.Deadline < Now + Grace ? packet : packet with { Deadline = Now + Grace, Since = Now, Shifted = null };

    /// <summary>
    /// The packet with a later deadline, because for some of the time no answer could come in: the SMSC was not bound, the server
    /// or the database was down, or the clock has jumped. Null when it was waited for long enough.
    /// </summary>
    private OutstandingPacket? Postponed(OutstandingPacket packet)
    {
        if (packet.Since is not { } since || Road?.Life is not { } life)
        {
            return null;
        }

        if (!life.IsKnown)
        {
            return packet with { Deadline = Now + TimeSpan.FromSeconds(1) };
        }

        TimeSpan down = life.Down(since, Now);
        TimeSpan before = packet.Shifted ?? TimeSpan.Zero;
        DateTimeOffset deadline = packet.Deadline!.Value + (down > before ? down - before : TimeSpan.Zero);
        if (life.IsDown(Now) && deadline < Now + RoadLife.Recheck)
        {
            deadline = Now + RoadLife.Recheck + (RoadLife.Recheck * Fraction(packet));
        }

        return deadline > Now ? packet with { Deadline = deadline, Shifted = down } : null;
    }

    /// <summary>A fraction of one that is the same for the same packet and another for others.</summary>
    private double Fraction(OutstandingPacket packet) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{_context.Key.Id}/{packet.Id}/{packet.Sends}")))
        / (double)uint.MaxValue;
}
