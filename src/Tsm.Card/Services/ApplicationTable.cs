using System.Collections.Immutable;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.Services;

/// <summary>The private application table: which code stands for which application, on a card and in the server alike.</summary>
/// <remarks>
/// Ours, in BER-TLV as STORE DATA carries it: DF70 with a template E0 for each application, in it the code (80) and the AID (4F).
/// Kept as it is on the wire, so that lengths in a longer form and objects that we do not know survive; two are equal when their
/// octets are.
/// </remarks>
public readonly record struct ApplicationTable : IPacket<ApplicationTable>
{
    /// <summary>The most applications: every code once.</summary>
    public const int MaxEntries = 256;

    /// <summary>The tag of the table, by which GET DATA asks for it.</summary>
    public const ushort Tag = 0xDF70;

    private const uint EntryTag = 0xE0;
    private const uint CodeTag = 0x80;
    private const uint AidTag = 0x4F;

    private readonly Octets _wire;

    private ApplicationTable(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>The applications in the order in which they stand.</summary>
    public ImmutableArray<ApplicationTableEntry> Entries =>
        !_wire.IsEmpty && TryRead(_wire.Span, out ImmutableArray<ApplicationTableEntry> entries, out _) ? entries : [];

    /// <summary>A table of these applications, in the order of their codes.</summary>
    /// <exception cref="ArgumentException">A code stands twice.</exception>
    public static ApplicationTable Of(params IEnumerable<ApplicationTableEntry> entries)
    {
        ApplicationTableEntry[] sorted = [.. entries.OrderBy(e => e.Code)];
        if (sorted.Zip(sorted.Skip(1)).Any(pair => pair.First.Code == pair.Second.Code))
        {
            throw new ArgumentException("A code stands for one application only.", nameof(entries));
        }

        return new(BerTlv.Encode(Tag, Octets.Concat([.. sorted.Select(Encode)]).Span));
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ApplicationTable packet, out PacketError error)
    {
        bool complete = TryRead(source, out _, out error);
        packet = complete ? new(Octets.Copy(source)) : default;
        return complete;
    }

    /// <summary>Every disagreement between the table of a card and ours, in the order of the codes; none when they agree.</summary>
    public static ImmutableArray<ApplicationTableDisagreement> Compare(ApplicationTable card, ApplicationTable server)
    {
        Dictionary<byte, Aid> ours = server.Entries.ToDictionary(e => e.Code, e => e.Aid);
        Dictionary<byte, Aid> theirs = card.Entries.ToDictionary(e => e.Code, e => e.Aid);
        return
        [
            .. ours.Keys.Union(theirs.Keys).Order()
                .Select(code => new ApplicationTableDisagreement(code, Find(theirs, code), Find(ours, code)))
                .Where(d => d.Card != d.Server),
        ];
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();

    private static Aid? Find(Dictionary<byte, Aid> table, byte code) => table.TryGetValue(code, out Aid aid) ? aid : null;

    private static Octets Encode(ApplicationTableEntry entry) => BerTlv.Encode(
        EntryTag, Octets.Concat(BerTlv.Encode(CodeTag, [entry.Code]), BerTlv.Encode(AidTag, entry.Aid.Span)).Span);

    private static bool TryRead(ReadOnlySpan<byte> source, out ImmutableArray<ApplicationTableEntry> entries, out PacketError error)
    {
        //  DF70 L ( E0 L ( 80 01 code | 4F L AID ) )*
        entries = [];
        var outer = new BerTlvReader(source);
        if (!outer.TryRead(out uint tag, out ReadOnlySpan<byte> table))
        {
            error = outer.Error.Fault == PacketFault.None ? new(PacketFault.Truncated, source.Length) : outer.Error;
            return false;
        }

        if (tag != Tag || outer.Offset != source.Length)
        {
            error = tag != Tag ? new(PacketFault.UnexpectedValue, 0) : new(PacketFault.TrailingOctets, outer.Offset);
            return false;
        }

        var found = ImmutableArray.CreateBuilder<ApplicationTableEntry>();
        Span<bool> seen = stackalloc bool[MaxEntries];
        var reader = new BerTlvReader(table, outer.ValueOffset);
        while (reader.TryRead(out tag, out ReadOnlySpan<byte> content))
        {
            if (tag != EntryTag)
            {
                continue;
            }

            if (!TryReadEntry(content, reader.ValueOffset, out ApplicationTableEntry entry, out error))
            {
                return false;
            }

            if (seen[entry.Code])
            {
                error = new(PacketFault.UnexpectedValue, reader.ValueOffset);
                return false;
            }

            seen[entry.Code] = true;
            found.Add(entry);
        }

        error = reader.Error;
        entries = error.Fault == PacketFault.None ? found.ToImmutable() : [];
        return error.Fault == PacketFault.None;
    }

    private static bool TryReadEntry(ReadOnlySpan<byte> content, int origin, out ApplicationTableEntry entry, out PacketError error)
    {
        entry = default;
        byte? code = null;
        Aid? aid = null;
        var reader = new BerTlvReader(content, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag == CodeTag && value is [byte one] && code is null)
            {
                code = one;
            }
            else if (tag == AidTag && Aid.TryFrom(value, out Aid name) && aid is null)
            {
                aid = name;
            }
            else if (tag is CodeTag or AidTag)
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }
        }

        error = reader.Error;
        if (error.Fault == PacketFault.None && (code is null || aid is null))
        {
            error = new(PacketFault.Truncated, origin + content.Length);
        }

        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        entry = new(code!.Value, aid!.Value);
        return true;
    }
}
