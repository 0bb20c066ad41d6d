using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>What the objects of an expanded response say.</summary>
internal sealed record ResponseContents(
    int? Executed, ImmutableArray<ResponseApdu> Responses, ScriptFault? Fault, Octets Unknown, bool IsCut)
{
    public const byte CountTag = 0x80;
    public const byte ResponseTag = 0x23;

    public static ResponseContents None { get; } = new(null, [], null, Octets.Empty, IsCut: false);

    public static bool TryRead(ReadOnlySpan<byte> source, out ResponseContents contents, out PacketError error)
    {
        //  AB L [80 1 count] { 23 length R-APDU } ... [90, 81 or 83 code]   or   AF 80 { ... } ... 00 00
        var reader = new OctetReader(source);
        OctetReader inner = ScriptTemplate.Open(
            ref reader, ExpandedResponse.DefiniteTag, ExpandedResponse.IndefiniteTag, out bool indefinite);
        var objects = new Collector();
        int start = inner.Offset;
        bool ended = false;
        bool wellFormed = true;
        while (!ended && ScriptTemplate.TryRead(ref inner, out byte tag, out ReadOnlySpan<byte> value, out int valueOffset))
        {
            ended = indefinite && tag == 0 && value.IsEmpty;
            PacketFault fault = ended ? PacketFault.None : objects.Take(tag, value, source[start..inner.Offset]);
            if (fault != PacketFault.None)
            {
                wellFormed = false;
                inner.Fail(fault, valueOffset - 1);
            }

            start = inner.Offset;
        }

        // A length that goes beyond the octets is a cut too, unless the object itself was malformed.
        bool isCut = indefinite && !ended && wellFormed
            && inner.Error.Fault is PacketFault.None or PacketFault.Truncated or PacketFault.LengthMismatch;
        _ = inner.TryEnd(out PacketError within);
        if (!isCut)
        {
            reader.Adopt(within);
        }

        bool parsed = reader.TryEnd(out error);
        contents = parsed ? objects.ToContents(isCut) : None;
        return parsed;
    }

    private sealed class Collector
    {
        private readonly ImmutableArray<ResponseApdu>.Builder _responses = ImmutableArray.CreateBuilder<ResponseApdu>();
        private readonly List<Octets> _unknown = [];
        private int? _executed;
        private ScriptFault? _fault;
        private int _count;

        public PacketFault Take(byte tag, ReadOnlySpan<byte> value, ReadOnlySpan<byte> wire)
        {
            if (++_count > ExpandedResponse.MaxObjects)
            {
                return PacketFault.LimitExceeded;
            }

            if (tag == ResponseTag)
            {
                if (!ResponseApdu.TryParse(value, out ResponseApdu response, out _))
                {
                    return PacketFault.LengthMismatch;
                }

                _responses.Add(response);
            }
            else if (tag == CountTag && _executed is null && value.Length is 1 or 2)
            {
                _executed = value.Length == 1 ? value[0] : value[0] << 8 | value[1];
            }
            else if (_fault is null && ScriptFault.IsFault(tag))
            {
                _fault = new(tag, Octets.Copy(value));
            }
            else
            {
                _unknown.Add(Octets.Copy(wire));
            }

            return PacketFault.None;
        }

        public ResponseContents ToContents(bool isCut) =>
            new(_executed, _responses.ToImmutable(), _fault, Octets.Concat([.. _unknown]), isCut);
    }
}
