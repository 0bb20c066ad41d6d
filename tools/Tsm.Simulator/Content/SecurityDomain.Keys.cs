using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Content;

/// <summary>PUT KEY and DELETE of keys (GPCS 2.3.1 §11.8, §11.2; TS 102 226 §8.2.1.5).</summary>
/// <remarks>This card keeps the keys of SCP80 (versions 01 to 0F) in whole sets: KIc and KID at least, all of one algorithm.</remarks>
public sealed partial class SecurityDomain
{
    private const int HighestVersion = 0x7F;

    // What is not of SCP80: keys for tokens, receipts and the like.
    private ImmutableArray<CardKey> _keys = [];

    /// <summary>Its keys that are not of SCP80.</summary>
    public IReadOnlyList<CardKey> OtherKeys => _keys;

    private CardKey? FindKey(byte version, byte id) => _keys.FirstOrDefault(k => k.Version == version && k.Id == id);

    private CardKeySet? FindKeySet(int version) => KeySets.FirstOrDefault(k => k.Version == version);

    private ResponseApdu PutKey(ChainedCommand command, PacketKeys? by)
    {
        if (!PutKeyCommand.TryParse(command, out PutKeyRequest request, out _))
        {
            return new(StatusWord.IncorrectData);
        }

        // Keys travel under the KIK of the set that protects the packet; without one they cannot come.
        Effect effect = PutEffect(request.Data.NewVersion, [.. request.Data.Keys.Select(k => k.CheckValue)]);
        if (by?.Keys.Dek is not { } dek)
        {
            return Judge(effect, new(StatusWord.ConditionsNotSatisfied));
        }

        var keys = new List<CardKey>();
        int id = request.FirstKeyId;
        foreach (KeyData data in request.Data.Keys)
        {
            StatusWord opened = Open(data, request.Data.NewVersion, (byte)id++, dek, out CardKey? key);
            if (opened != StatusWord.Success)
            {
                return Judge(effect, new(opened));
            }

            keys.Add(key!);
        }

        StatusWord stored = Store(request.ReplacedVersion, request.Data.NewVersion, keys);
        return Judge(effect, stored == StatusWord.Success ? new(request.Data.ExpectedAnswer, stored) : new(stored));
    }

    private Effect PutEffect(int version, ImmutableArray<Octets> checkValues) =>
        new(EffectKind.PutKey, Aid.ToString(), version, string.Concat(checkValues));

    // One key out of PUT KEY: a public one in the clear, a secret one under the DEK and with a check value that holds.
    private static StatusWord Open(KeyData data, byte version, byte id, KeyMaterial dek, out CardKey? key)
    {
        if (data.Components is [{ } first, ..] && first.Type.Value >= 0xA0)
        {
            key = data.CheckValue.IsEmpty ? CardKey.Public(version, id, data.Components) : null;
            return key is null ? StatusWord.IncorrectData : StatusWord.Success;
        }

        // A check value is mandatory for DES and AES (§11.8.2.3.1).
        key = null;
        KeyTransportOptions options = dek.Algorithm == KeyAlgorithm.Aes ? KeyTransportOptions.ForAes : KeyTransportOptions.ForTripleDes;
        if (data.CheckValue.Length != PutKeyResponse.CheckValueLength
            || !KeyTransport.TryOpen(KeyData.Of(data.Components, default), dek, options, out KeyMaterial? material, out int? cmacLength))
        {
            return StatusWord.IncorrectData;
        }

        using (material)
        {
            // A wrong check value is a matter of security (§11.8.3.2).
            if (material.CheckValue != data.CheckValue)
            {
                return StatusWord.SecurityNotSatisfied;
            }

            Octets value = material.Expose(0, static (secret, _) => Octets.Copy(secret));
            key = new(version, id, data.Components[0].Type, value, cmacLength: cmacLength);
            return StatusWord.Success;
        }
    }

    // Stores all keys or none.
    private StatusWord Store(int replaced, int version, List<CardKey> keys)
    {
        if (version is < 1 or > HighestVersion)
        {
            return StatusWord.IncorrectData;
        }

        return version <= KeySet.HighestVersion ? StoreSet(replaced, version, keys) : StoreOthers(replaced, version, keys);
    }

    private StatusWord StoreSet(int replaced, int version, List<CardKey> keys)
    {
        CardKeySet? before = replaced == 0 ? null : FindKeySet(replaced);
        if (replaced != 0 && before is null)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        // A version that is there is not added again, nor taken away from another set.
        if ((replaced != version && FindKeySet(version) is not null) || CardKeySet.With(before, version, keys) is not { } set)
        {
            return StatusWord.IncorrectData;
        }

        bool first = KeySets.IsEmpty;
        set.Number = _environment.NumberKeySet();
        KeySets = before is null ? KeySets.Add(set) : KeySets.Replace(before, set);

        // The first keys make a domain PERSONALIZED, unless it was told to wait until it is told so (§5.3.2.3).
        if (first && !IsIssuer && State == LifeCycle.Selectable && Parameters is not { PersonalizedExplicitly: true })
        {
            Personalise();
        }

        return StatusWord.Success;
    }

    private StatusWord StoreOthers(int replaced, int version, List<CardKey> keys)
    {
        ImmutableArray<CardKey> left = _keys;
        foreach (CardKey key in keys)
        {
            CardKey? there = FindKey((byte)version, key.Id);
            CardKey? before = replaced == 0 ? null : left.FirstOrDefault(k => k.Version == replaced && k.Id == key.Id);
            if (replaced != 0 && before is null)
            {
                return StatusWord.ReferencedDataNotFound;
            }

            if ((there is not null && there != before) || (before is not null && !before.IsLike(key)))
            {
                return StatusWord.IncorrectData;
            }

            left = before is null ? left.Add(key) : left.Replace(before, key);
        }

        _keys = left;
        return StatusWord.Success;
    }

    private ResponseApdu DeleteKeys(DeleteKeysRequest request, PacketKeys? by)
    {
        // Which keys of all versions go with an identifier alone is a matter of the issuer's policy (§11.2.2.3.2): none.
        if (request.KeyVersion is not { } version)
        {
            return new(StatusWord.ConditionsNotSatisfied);
        }

        var effect = new Effect(EffectKind.DeleteKeys, Aid.ToString(), version, request.KeyId is { } one ? $"/{one:X2}" : "");
        StatusWord status = TryFindSet(version, out CardKeySet? set) ? DeleteSet(request, set, by) : DeleteOthers(request, version);
        return Judge(effect, status == StatusWord.Success ? Confirm() : new(status));
    }

    private bool TryFindSet(int version, [NotNullWhen(true)] out CardKeySet? set) => (set = FindKeySet(version)) is not null;

    // The last set and the one in use stay, and a set stays whole.
    private StatusWord DeleteSet(DeleteKeysRequest request, CardKeySet set, PacketKeys? by)
    {
        if (request.KeyId is not null || KeySets.Length == 1 || by?.Set == set)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        KeySets = KeySets.Remove(set);
        return StatusWord.Success;
    }

    private StatusWord DeleteOthers(DeleteKeysRequest request, int version)
    {
        ImmutableArray<CardKey> left = _keys.RemoveAll(k => k.Version == version && (request.KeyId ?? k.Id) == k.Id);
        if (left.Length == _keys.Length)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        _keys = left;
        return StatusWord.Success;
    }
}
