using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Content;

/// <summary>INSTALL [for personalization] and STORE DATA (GPCS 2.3.1 §11.5.2.3.7, §11.11).</summary>
public sealed partial class SecurityDomain
{
    // Ours: what a domain keeps of stored objects, in octets.
    private const int MaxObjects = 4096;
    private const ushort Unstructured = 0x0000;

    // ISO/IEC 7812: the issuer is named by the first digits.
    private const int IssuerDigits = 8;

    // What the card itself answers for is not stored: keys, counters, resources, applications; nor is the AID changed.
    private static readonly uint[] Computed =
        [0x4F, CardObject.KeyInformation, CardObject.SequenceCounter, CardObject.ConfirmationCounter, CardObject.ExtendedResources, CardObject.Applications];

    private ImmutableSortedDictionary<uint, Octets>? _objects;

    /// <summary>The objects that were stored in the domain, by their tags.</summary>
    public IEnumerable<KeyValuePair<uint, Octets>> Objects => _objects ?? Enumerable.Empty<KeyValuePair<uint, Octets>>();

    // 42 and 45 name the issuer and the card by the digits of the ICCID, until something else is stored.
    private Octets? FindObject(ushort tag)
    {
        if (_objects is not null && _objects.TryGetValue(tag, out Octets stored))
        {
            return stored;
        }

        string digits = _environment.Iccid.ToString();
        return tag switch
        {
            CardObject.IssuerIdentification when IsIssuer => Digits(digits[..IssuerDigits]),
            CardObject.CardImageNumber when IsIssuer => Digits(digits[IssuerDigits..]),
            _ => null,
        };
    }

    private static Octets Digits(string digits) => Octets.Parse(digits.Length % 2 == 0 ? digits : digits + "F");

    private ResponseApdu OpenPersonalisation(Aid aid)
    {
        if (Content.FindInstance(aid) is not { } instance)
        {
            return new(StatusWord.ReferencedDataNotFound);
        }

        // Only the domain it is associated with personalises it (§9.3.7), and a locked application is not reached.
        if (instance.SecurityDomain != Aid || instance.State.IsLocked)
        {
            return new(StatusWord.ConditionsNotSatisfied);
        }

        _environment.Store = new(Aid, aid);
        return Confirm();
    }

    private ResponseApdu StoreData(CommandApdu command, PacketKeys? by)
    {
        // Without INSTALL [for personalization] the data are for the domain itself; so are those after a last block.
        StoreSession session = _environment.Store is { } open && open.Receiver == Aid ? open : new(Aid, null);
        _environment.Store = null;
        if (!StoreDataCommand.TryParse(command, out StoreDataRequest block, out _) || !session.TryTake(block))
        {
            return new(StatusWord.IncorrectParameters);
        }

        if (!block.Last)
        {
            _environment.Store = session;
            return new(StatusWord.Success);
        }

        Octets data = session.Data;
        return new(session.Target is not { } target ? StoreOwn(block.Structure, data, by)
            : _environment.FindDomain(target) is { } domain ? domain.StoreOwn(block.Structure, data, by)
            : Personalise(Content.FindInstance(target)!, block.Structure, data));
    }

    // What an application is sent: it keeps it and asks no questions.
    private StatusWord Personalise(Instance instance, StoreDataStructure structure, Octets data)
    {
        ImmutableArray<DataGroup> groups =
            [new(structure == StoreDataStructure.BerTlv ? DataGroup.BerTlvObjects : Unstructured, data)];
        if (structure == StoreDataStructure.DataGroups && !DataGroup.TryParseAll(data.Span, out groups, out _))
        {
            return StatusWord.IncorrectData;
        }

        Account.Add(Tally.Personalisations);
        Content.Replace(instance, instance with { Personalisation = Personalisation.After(instance.Personalisation, groups) });
        return StatusWord.Success;
    }

    // What a domain is sent: objects for GET DATA, and keys in the groups 00B9 and 8113. All is stored or nothing.
    private StatusWord StoreOwn(StoreDataStructure structure, Octets data, PacketKeys? by)
    {
        ImmutableSortedDictionary<uint, Octets>? objects = _objects;
        if (structure == StoreDataStructure.BerTlv)
        {
            StatusWord status = AddObjects(ref objects, data);
            _objects = status == StatusWord.Success ? objects : _objects;
            return status;
        }

        if (structure != StoreDataStructure.DataGroups || !DataGroup.TryParseAll(data.Span, out ImmutableArray<DataGroup> groups, out _))
        {
            return StatusWord.IncorrectData;
        }

        var keys = new List<KeyDataGroups>();
        for (int i = 0; i < groups.Length; i++)
        {
            StatusWord status = StatusWord.IncorrectData;
            if (groups[i].Identifier == DataGroup.BerTlvObjects)
            {
                status = AddObjects(ref objects, groups[i].Data);
            }
            else if (i + 1 < groups.Length && KeyDataGroups.TryParse(groups[i], groups[i + 1], out KeyDataGroups key, out _))
            {
                keys.Add(key);
                i++;
                status = StatusWord.Success;
            }

            if (status != StatusWord.Success)
            {
                return status;
            }
        }

        StatusWord stored = keys.Count == 0 ? StatusWord.Success : StoreKeys(keys, by?.Keys.Dek);
        _objects = stored == StatusWord.Success ? objects : _objects;
        return stored;
    }

    private static StatusWord AddObjects(ref ImmutableSortedDictionary<uint, Octets>? objects, Octets source)
    {
        var changed = (objects ?? ImmutableSortedDictionary<uint, Octets>.Empty).ToBuilder();
        var reader = new BerTlvReader(source.Span);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            // GET DATA has two octets for the tag.
            if (tag > ushort.MaxValue || Computed.Contains(tag))
            {
                return StatusWord.IncorrectData;
            }

            changed[tag] = Octets.Copy(value);
        }

        if (reader.Error.Fault != PacketFault.None || source.IsEmpty)
        {
            return StatusWord.IncorrectData;
        }

        if (changed.Sum(o => 4 + o.Value.Length) > MaxObjects)
        {
            return StatusWord.NotEnoughMemory;
        }

        objects = changed.ToImmutable();
        return StatusWord.Success;
    }

    // Keys by STORE DATA: version by version, those that are there are replaced, and all or nothing is stored.
    private StatusWord StoreKeys(List<KeyDataGroups> groups, KeyMaterial? dek)
    {
        if (dek is null)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        (ImmutableArray<CardKeySet> sets, ImmutableArray<CardKey> others, Instance? entry) = (KeySets, _keys, IsIssuer ? null : Entry);
        var effects = new List<Effect>();
        StatusWord status = StatusWord.Success;
        foreach (IGrouping<byte, KeyDataGroups> version in groups.GroupBy(g => g.KeyVersion))
        {
            effects.Add(PutEffect(version.Key, [.. version.Select(g => g.CheckValue)]));
            status = Store(version.Key, [.. version], dek);
            if (status != StatusWord.Success)
            {
                break;
            }
        }

        if (status != StatusWord.Success)
        {
            (KeySets, _keys) = (sets, others);
            if (entry is not null && Entry != entry)
            {
                Content.Replace(Entry, entry);
            }
        }

        foreach (Effect effect in effects)
        {
            Judge(effect, new(status));
        }

        return status;
    }

    private StatusWord Store(byte version, IReadOnlyList<KeyDataGroups> groups, KeyMaterial dek)
    {
        var keys = new List<CardKey>();
        foreach (KeyDataGroups group in groups)
        {
            StatusWord opened = Open(group.ToKeyData(), version, group.KeyId, dek, out CardKey? key);
            if (opened != StatusWord.Success)
            {
                return opened;
            }

            keys.Add(key!);
        }

        bool there = FindKeySet(version) is not null || _keys.Any(k => k.Version == version);
        return Store(there ? version : 0, version, keys);
    }
}
