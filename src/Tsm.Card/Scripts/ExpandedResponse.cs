using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>The answer to an expanded script, a response scripting template: what every command returned.</summary>
/// <remarks>
/// TS 102 226 §5.2.2. Kept as it is on the wire, so that objects which are not known survive; two are equal when their octets
/// are. What a card that ran out of room has cut off is tolerated in the indefinite form, and told by <see cref="IsCut"/>.
/// </remarks>
public readonly record struct ExpandedResponse : IPacket<ExpandedResponse>
{
    /// <summary>The tag of the template with a definite length.</summary>
    public const byte DefiniteTag = 0xAB;

    /// <summary>The tag of the template with an indefinite length.</summary>
    public const byte IndefiniteTag = 0xAF;

    /// <summary>The most objects of an answer; a limit that is ours.</summary>
    public const int MaxObjects = 4096;

    private readonly Octets _wire;

    private ExpandedResponse(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>Whether the template has an indefinite length.</summary>
    public bool IsIndefinite => _wire.Span is [IndefiniteTag, ..];

    /// <summary>The number of objects of the script that were executed; null where the card does not say it.</summary>
    /// <remarks>Cards of early releases count commands only, later ones also actions and chaining: no job may fail by it.</remarks>
    public int? Executed => Contents().Executed;

    /// <summary>The answers in the order of their commands.</summary>
    /// <remarks>
    /// Whether a card may leave out the answer of a command that returns no data is unsure: the last answer is that of the last
    /// command executed.
    /// </remarks>
    public ImmutableArray<ResponseApdu> Responses => Contents().Responses;

    /// <summary>Why the card stopped before the end of the script, if the script was at fault.</summary>
    public ScriptFault? Fault => Contents().Fault;

    /// <summary>Objects with unknown tags, as they are on the wire.</summary>
    public Octets Unknown => Contents().Unknown;

    /// <summary>Whether the octets end before the indefinite form does; what was cut within an object is not given out.</summary>
    public bool IsCut => Contents().IsCut;

    /// <summary>The status word of the last command executed; null if there is no answer to any.</summary>
    public StatusWord? LastStatus => Responses is [.., { } last] ? last.Status : null;

    /// <summary>An answer as a card writes it.</summary>
    /// <param name="executed">The number of objects executed; 0 to 65535.</param>
    /// <param name="responses">The answers in the order of their commands.</param>
    /// <param name="fault">Why the card stopped, if the script was at fault.</param>
    /// <param name="indefinite">Whether the template has an indefinite length; then there is no count (table 5.10a).</param>
    public static ExpandedResponse Of(
        int executed, IReadOnlyList<ResponseApdu> responses, ScriptFault? fault = null, bool indefinite = false)
    {
        ArgumentNullException.ThrowIfNull(responses);
        Octets count = executed > byte.MaxValue
            ? Octets.Copy([checked((byte)(executed >> 8)), (byte)(executed & 0xFF)])
            : Octets.Copy([checked((byte)executed)]);
        List<Octets> objects = [.. responses.Select(r => BerTlv.Encode(ResponseContents.ResponseTag, r.ToOctets().Span))];
        if (!indefinite)
        {
            objects.Insert(0, BerTlv.Encode(ResponseContents.CountTag, count.Span));
        }

        if (fault is { } end)
        {
            objects.Add(BerTlv.Encode(end.Tag, end.Code.Span));
        }

        Octets content = Octets.Concat([.. objects]);
        return new(ScriptTemplate.Wrap(indefinite ? IndefiniteTag : DefiniteTag, content.Span, indefinite));
    }

    /// <summary>Whether the script was carried out: all commands answered, the last one with success, and no fault.</summary>
    /// <param name="commands">The number of commands that were sent.</param>
    public bool Completes(int commands)
    {
        ResponseContents contents = Contents();
        return contents.Fault is null && contents.Responses.Length == commands
            && (commands == 0 || contents.Responses[^1].Status.IsSuccess);
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ExpandedResponse packet, out PacketError error)
    {
        bool parsed = ResponseContents.TryRead(source, out _, out error);
        packet = parsed ? new(Octets.Copy(source)) : default;
        return parsed;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();

    private ResponseContents Contents() =>
        ResponseContents.TryRead(_wire.Span, out ResponseContents contents, out _) ? contents : ResponseContents.None;
}
