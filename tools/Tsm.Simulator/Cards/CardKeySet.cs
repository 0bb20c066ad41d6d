using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Simulator.Cards;

/// <summary>The keys of one version in a card, with the counter that belongs to them (TS 102 225 §5.1.4).</summary>
/// <remarks>
/// A card keeps its keys as octets and makes a <see cref="KeySet"/> for the moment of use: ciphers kept ready for every
/// key of hundreds of thousands of cards would take gigabytes. No member gives the octets away; they print as check
/// values.
/// </remarks>
public sealed class CardKeySet
{
    private readonly KeyAlgorithm _algorithm;
    private readonly byte[] _kic;
    private readonly byte[] _kid;
    private readonly byte[]? _dek;

    /// <summary>Takes copies of the keys of one version.</summary>
    /// <param name="version">The key version number, 1 to 15.</param>
    /// <param name="algorithm">The algorithm of all keys.</param>
    /// <param name="kic">The key that ciphers.</param>
    /// <param name="kid">The key that signs.</param>
    /// <param name="dek">The key under which keys travel, or nothing.</param>
    /// <param name="ccLength">The length of an AES-CMAC, 4 or 8 octets.</param>
    /// <param name="counter">The card's counter.</param>
    /// <exception cref="ArgumentException">A length does not fit the algorithm, or the version is none.</exception>
    public CardKeySet(
        int version, KeyAlgorithm algorithm, Octets kic, Octets kid, Octets dek = default, int ccLength = 8,
        Counter counter = default)
    {
        if (ccLength is not (4 or 8))
        {
            throw new ArgumentException($"A CMAC has 4 or 8 octets, not {ccLength}.", nameof(ccLength));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, KeySet.HighestVersion);
        if (!Fits(algorithm, kic) || !Fits(algorithm, kid) || !(dek.IsEmpty || Fits(algorithm, dek)))
        {
            throw new ArgumentException(
                $"A key of version {version} has not the length of a key for {algorithm}: {Lengths(algorithm)} octets.",
                nameof(algorithm));
        }

        Version = version;
        _algorithm = algorithm;
        _kic = kic.ToArray();
        _kid = kid.ToArray();
        _dek = dek.IsEmpty ? null : dek.ToArray();
        CcLength = ccLength;
        Counter = counter;
    }

    /// <summary>The key version number, 1 to 15.</summary>
    public int Version { get; }

    /// <summary>The length of an AES-CMAC, in octets.</summary>
    public int CcLength { get; }

    /// <summary>Whether keys travel under it: it has a DEK.</summary>
    public bool CarriesKeys => _dek is not null;

    /// <summary>Which of all key sets that the card has ever had it is: counters belong to it.</summary>
    internal uint Number { get; set; }

    /// <summary>The highest counter the card has taken with these keys.</summary>
    public Counter Counter { get; internal set; }

    /// <summary>The check value of KIc.</summary>
    public string KicCheckValue
    {
        get
        {
            using KeySet keys = Open();
            return keys.Kic.ToString();
        }
    }

    /// <summary>The check value of KID.</summary>
    public string KidCheckValue
    {
        get
        {
            using KeySet keys = Open();
            return keys.Kid.ToString();
        }
    }

    /// <summary>The check value of the DEK; null where there is none.</summary>
    public string? DekCheckValue
    {
        get
        {
            using KeySet keys = Open();
            return keys.Dek?.ToString();
        }
    }

    /// <summary>The version and the check values.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"version {Version}: KIc {KicCheckValue}, KID {KidCheckValue}");

    // Looked at without making keys: those are pinned, and there may be a million.
    private static bool Fits(KeyAlgorithm algorithm, Octets key) => KeyMaterial.LengthsOf(algorithm).Contains(key.Length);

    private static string Lengths(KeyAlgorithm algorithm) => string.Join(" or ", KeyMaterial.LengthsOf(algorithm));

    /// <summary>Makes the keys usable; the caller disposes them.</summary>
    internal KeySet Open() => new(
        Version,
        KeyMaterial.From(_kic, _algorithm),
        KeyMaterial.From(_kid, _algorithm),
        _dek is null ? null : KeyMaterial.From(_dek, _algorithm));

    /// <summary>What the card tells about the keys (GPCS 2.3.1 §11.3.3.1).</summary>
    internal IEnumerable<KeyInformation> Information()
    {
        yield return Information(1, _kic);
        yield return Information(2, _kid);
        if (_dek is not null)
        {
            yield return Information(3, _dek);
        }
    }

    /// <summary>A set of new keys, or this one with some keys replaced; its counter begins at zero (TS 102 226 §8.2.1.5).</summary>
    /// <param name="before">The set that is replaced; null for none.</param>
    /// <param name="version">The version of the new set.</param>
    /// <param name="keys">The new keys, identifiers 1 to 3 (KIc, KID, KIK).</param>
    /// <returns>Null when they make no set, or do not have the type and length of those they replace.</returns>
    internal static CardKeySet? With(CardKeySet? before, int version, IReadOnlyList<CardKey> keys)
    {
        byte[]?[] octets = [before?._kic, before?._kid, before?._dek];
        KeyAlgorithm? algorithm = before?._algorithm;
        int ccLength = before?.CcLength ?? 8;
        foreach (CardKey key in keys)
        {
            int at = key.Id - 1;
            if (at is < 0 or > 2 || key.Algorithm is not { } its || its != (algorithm ??= its)
                || (before is not null && octets[at]?.Length != key.Value.Length))
            {
                return null;
            }

            octets[at] = key.Value.ToArray();
            ccLength = at == 1 ? key.CmacLength ?? 8 : ccLength;
        }

        return octets is [{ } kic, { } kid, _]
            ? new(version, algorithm!.Value, Octets.Own(kic), Octets.Own(kid), octets[2] is { } dek ? Octets.Own(dek) : default, ccLength)
            : null;
    }

    private KeyInformation Information(byte id, byte[] key) => new(id, (byte)Version)
    {
        Components = [new(_algorithm == KeyAlgorithm.Aes ? KeyType.Aes : KeyType.Des, (ushort)key.Length)],
    };
}
