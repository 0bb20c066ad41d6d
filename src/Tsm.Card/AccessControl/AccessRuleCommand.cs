using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Card.AccessControl;

/// <summary>What the access rule application master (ARA-M) is told and asked.</summary>
/// <remarks>
/// GlobalPlatform Secure Element Access Control 1.1. Rules are changed by STORE DATA after INSTALL [for personalization],
/// or on a channel of its own; phones read them again when the refresh tag has changed.
/// </remarks>
public static class AccessRuleCommand
{
    private const uint StoreTag = 0xF0;
    private const uint DeleteTag = 0xF1;
    private const uint RefreshTag = 0xF2;
    private const ushort AllTag = 0xFF40;
    private const ushort NextTag = 0xFF60;
    private const int MaxRules = 1024;

    /// <summary>The AID of ARA-M.</summary>
    public static Aid Application { get; } = Aid.Parse("A00000015141434C00");

    /// <summary>Stores a rule.</summary>
    public static IReadOnlyList<CommandApdu> Store(AccessRule rule) => Blocks(StoreTag, rule.ToOctets());

    /// <summary>Deletes exactly this rule.</summary>
    public static IReadOnlyList<CommandApdu> Delete(AccessRule rule) => Blocks(DeleteTag, rule.ToOctets());

    /// <summary>Deletes all rules.</summary>
    public static IReadOnlyList<CommandApdu> DeleteAll() => Blocks(DeleteTag, default);

    /// <summary>Changes the refresh tag, so that phones read the rules again.</summary>
    public static IReadOnlyList<CommandApdu> Refresh() => Blocks(RefreshTag, default);

    /// <summary>Asks for all rules; what does not fit into the answer is asked for with <see cref="GetNext"/>.</summary>
    public static CommandApdu GetAll() => GetDataCommand.For(AllTag);

    /// <summary>Asks for what follows of the rules.</summary>
    public static CommandApdu GetNext() => GetDataCommand.For(NextTag);

    /// <summary>Reads the answer to <see cref="GetAll"/>, with what followed appended to it.</summary>
    public static bool TryParseAll(ReadOnlySpan<byte> answer, out ImmutableArray<AccessRule> rules, out PacketError error)
    {
        rules = [];
        if (!CardObject.TryOpen(answer, AllTag, out ReadOnlySpan<byte> value, out int origin, out error))
        {
            return false;
        }

        var found = ImmutableArray.CreateBuilder<AccessRule>();
        var reader = new BerTlvReader(value, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> inner))
        {
            if (tag != AccessRule.Tag)
            {
                continue;
            }

            if (found.Count == MaxRules)
            {
                error = new(PacketFault.LimitExceeded, reader.ValueOffset);
                return false;
            }

            if (!AccessRule.TryParse(inner, reader.ValueOffset, out AccessRule rule, out error))
            {
                return false;
            }

            found.Add(rule);
        }

        error = reader.Error;
        rules = error.Fault == PacketFault.None ? found.ToImmutable() : [];
        return error.Fault == PacketFault.None;
    }

    /// <summary>The answer of a card that has some rules.</summary>
    public static Octets ToAnswer(IEnumerable<AccessRule> rules) =>
        BerTlv.Encode(AllTag, Octets.Concat([.. rules.Select(r => r.ToOctets())]).Span);

    private static IReadOnlyList<CommandApdu> Blocks(uint tag, Octets value) =>
        StoreDataCommand.Blocks(BerTlv.Encode(tag, value.Span), StoreDataStructure.BerTlv, StoreDataEncryption.None);
}
