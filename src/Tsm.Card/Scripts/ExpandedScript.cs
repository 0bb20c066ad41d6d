using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>The expanded remote command string, a command scripting template: every command gets its own answer.</summary>
/// <remarks>
/// TS 102 226 §5.2.1. Kept as it is on the wire, so that lengths in a longer form than needed survive; two are equal when their
/// octets are. The definite form is for SMS, the indefinite one is recommended for HTTPS.
/// </remarks>
public readonly record struct ExpandedScript : IPacket<ExpandedScript>
{
    /// <summary>The tag of the template with a definite length.</summary>
    public const byte DefiniteTag = 0xAA;

    /// <summary>The tag of the template with an indefinite length.</summary>
    public const byte IndefiniteTag = 0xAE;

    /// <summary>The most objects of a script; a limit that is ours.</summary>
    public const int MaxElements = 1024;

    private readonly Octets _wire;

    private ExpandedScript(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>Whether the template has an indefinite length.</summary>
    public bool IsIndefinite => _wire.Span is [IndefiniteTag, ..];

    /// <summary>The place in a chain of scripts; null if the script stands alone.</summary>
    public ScriptLink? Link => Elements is [{ Link: { } link }, ..] ? link : null;

    /// <summary>The objects in their order.</summary>
    public ImmutableArray<ScriptElement> Elements
    {
        get
        {
            var elements = ImmutableArray.CreateBuilder<ScriptElement>();
            if (!_wire.IsEmpty)
            {
                var reader = new OctetReader(_wire.Span);
                _ = Read(ref reader, elements);
            }

            return elements.ToImmutable();
        }
    }

    /// <summary>The commands in their order, without the other objects.</summary>
    public ImmutableArray<CommandApdu> Commands =>
        [.. Elements.SelectMany(e => e.TryGetCommand(out CommandApdu command) ? [command] : Array.Empty<CommandApdu>())];

    /// <summary>The octets of a script of these objects.</summary>
    public static int SizeOf(IEnumerable<ScriptElement> elements, bool indefinite = false) =>
        ScriptTemplate.Size(elements.Sum(e => e.Length), indefinite);

    /// <summary>A script of commands alone.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{ScriptElement}, bool)" path="/exception"/>
    public static ExpandedScript Of(params IEnumerable<CommandApdu> commands) => Of([.. commands.Select(ScriptElement.Command)]);

    /// <summary>A script of these objects.</summary>
    /// <param name="elements">The objects in their order; script chaining only as the first.</param>
    /// <param name="indefinite">Whether the template has an indefinite length.</param>
    /// <exception cref="ArgumentException">There are too many, one is unknown, or they are out of order.</exception>
    public static ExpandedScript Of(IReadOnlyList<ScriptElement> elements, bool indefinite = false)
    {
        ArgumentNullException.ThrowIfNull(elements);
        byte[] content = new byte[elements.Sum(e => e.Length)];
        var writer = new OctetWriter(content);
        foreach (ScriptElement element in elements)
        {
            BerTlv.Write(ref writer, element.Tag, element.Value.Span);
        }

        Octets wire = ScriptTemplate.Wrap(indefinite ? IndefiniteTag : DefiniteTag, content, indefinite);
        return TryParse(wire.Span, out ExpandedScript script, out PacketError error)
            ? script
            : throw new ArgumentException($"These objects are no script: {error}.", nameof(elements));
    }

    /// <summary>What a card answers to octets that are no script.</summary>
    /// <remarks>TS 102 226 §5.2.2.3.</remarks>
    public static ScriptFault BadFormat(PacketError error) => error.Fault switch
    {
        PacketFault.Truncated => ScriptFault.LengthMissing,
        PacketFault.UnexpectedValue => ScriptFault.UnknownTag,
        _ => ScriptFault.WrongLength,
    };

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
    public static bool TryParse(ReadOnlySpan<byte> source, out ExpandedScript packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        bool parsed = Read(ref reader, elements: null);
        error = reader.Error;
        packet = parsed ? new(Octets.Copy(source)) : default;
        return parsed;
    }

    private static bool Read(ref OctetReader reader, ImmutableArray<ScriptElement>.Builder? elements)
    {
        //  AA L { tag 1 | length | value } ...   or   AE 80 { tag 1 | length | value } ... 00 00
        OctetReader inner = ScriptTemplate.Open(ref reader, DefiniteTag, IndefiniteTag, out bool indefinite);
        bool ended = false;
        int count = 0;
        int start = inner.Offset;
        while (!ended && ScriptTemplate.TryRead(ref inner, out byte tag, out ReadOnlySpan<byte> value, out int valueOffset))
        {
            ended = indefinite && tag == 0 && value.IsEmpty;
            if (!ended)
            {
                Check(ref inner, tag, value, start, valueOffset, ++count);
                elements?.Add(new(tag, Octets.Copy(value)));
            }

            start = inner.Offset;
        }

        if (indefinite && !ended && !inner.Failed)
        {
            inner.Fail(PacketFault.Truncated);
        }

        _ = inner.TryEnd(out PacketError error);
        reader.Adopt(error);
        return reader.TryEnd(out _);
    }

    private static void Check(
        ref OctetReader reader, byte tag, scoped ReadOnlySpan<byte> value, int start, int valueOffset, int count)
    {
        if (count > MaxElements)
        {
            reader.Fail(PacketFault.LimitExceeded, start);
        }

        switch (tag)
        {
            case ScriptElement.CommandTag:
                if (!CommandApdu.TryParse(value, out _, out _))
                {
                    reader.Fail(PacketFault.LengthMismatch, valueOffset - 1);
                }

                break;
            case ScriptElement.ImmediateActionTag when !value.IsEmpty:
            case ScriptElement.ErrorActionTag:
                break;

            // TS 102 226 §5.2.1.4: at most once, before everything else.
            case ScriptElement.ChainingTag when count == 1 && value.Length == 1:
                break;
            case ScriptElement.ImmediateActionTag:
            case ScriptElement.ChainingTag when count == 1:
                reader.Fail(PacketFault.LengthMismatch, valueOffset - 1);
                break;
            default:
                reader.Fail(PacketFault.UnexpectedValue, start);
                break;
        }
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();
}
