using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.AuditTrail;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Storage.Vault;

/// <summary>
/// Card keys at rest: each wrapped under the key of its tenant, which is wrapped under the vault key. Wrapped keys open only
/// for the tenant, card, key version, algorithm and role they were wrapped for, so a row moved elsewhere is of no use.
/// </summary>
public sealed class KeyVault : IKeyVault, IDisposable
{
    /// <summary>The row of the vault key's own check value.</summary>
    private const string CheckTenant = "";

    private readonly VaultKey _vaultKey;
    private readonly IVaultTable _table;
    private readonly ConcurrentDictionary<string, VaultKey> _tenants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Octets> _tokenKeys = new(StringComparer.Ordinal);
    private readonly Lock _creating = new();

    /// <summary>Opens the vault and notes the check value of the vault key when the vault is new.</summary>
    /// <param name="vaultKey">The vault key; the vault disposes it.</param>
    /// <param name="table">Where wrapped tenant keys are kept.</param>
    /// <exception cref="VaultException">Another vault key was in use before.</exception>
    public KeyVault(VaultKey vaultKey, IVaultTable table)
    {
        _vaultKey = vaultKey;
        _table = table;
        if (!Verify(vaultKey, table))
        {
            using VaultKey check = NewKey();
            table.TryAdd(CheckTenant, Wrap(check, CheckTenant));
            Verify(vaultKey, table);
        }
    }

    /// <summary>Whether something has been wrapped already, and if so, makes sure that it was with this vault key. Writes nothing.</summary>
    /// <exception cref="VaultException">It was another.</exception>
    public static bool Verify(VaultKey vaultKey, IVaultTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Find(CheckTenant) is not { } wrapped)
        {
            return false;
        }

        if (!KeyWrapping.TryUnwrap(wrapped, vaultKey, TenantData(CheckTenant), out VaultKey? check))
        {
            throw new VaultException(
                $"The vault key (check value {vaultKey}) is not the one this database was written with. Nothing was changed.");
        }

        check.Dispose();
        return true;
    }

    /// <summary>Whether nothing has been wrapped yet.</summary>
    public static bool IsNew(IVaultTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Find(CheckTenant) is null;
    }

    /// <inheritdoc/>
    public KeySet Open(GrainKey card, WrappedKeySet keys) => Open(card, "", keys);

    /// <inheritdoc/>
    public KeySet Open(GrainKey card, Aid domain, WrappedKeySet keys) => Open(card, Suffix(domain), keys);

    /// <inheritdoc/>
    public WrappedKeySet Wrap(GrainKey card, KeySet keys) => Wrap(card, "", keys);

    /// <inheritdoc/>
    public WrappedKeySet Create(GrainKey card, Aid domain, int version, KeyAlgorithm algorithm, int length)
    {
        using var keys = new KeySet(version, NewKey(algorithm, length), NewKey(algorithm, length), NewKey(algorithm, length));
        return Wrap(card, Suffix(domain), keys);
    }

    /// <inheritdoc/>
    public Octets Seal(GrainKey place, ReadOnlySpan<byte> data) =>
        KeyWrapping.Seal(data, Tenant(place.Tenant, create: true), Nonce(), SealData(place));

    /// <inheritdoc/>
    public byte[] Unseal(GrainKey place, Octets secret) =>
        KeyWrapping.TryUnseal(secret, Tenant(place.Tenant, create: false), SealData(place), out byte[]? data)
            ? data
            : throw new VaultException($"What is sealed for {place} does not open: its row was changed or moved.");

    /// <inheritdoc/>
    public ContentKey TokenKey(string tenant)
    {
        var place = new GrainKey(tenant, "key", "token");
        Octets wrapped = _tokenKeys.GetOrAdd(tenant, FindOrMakeTokenKey, place);
        byte[] secret = Unseal(place, wrapped);
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(secret, out _);
            return ContentKey.From(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private Octets FindOrMakeTokenKey(string tenant, GrainKey place)
    {
        if (_table.Find(TokenRow(tenant)) is { } known)
        {
            return known;
        }

        using ECDsa created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] octets = created.ExportPkcs8PrivateKey();
        _table.TryAdd(TokenRow(tenant), Seal(place, octets));
        CryptographicOperations.ZeroMemory(octets);
        return _table.Find(TokenRow(tenant)) ?? throw new VaultException($"The token key of tenant '{tenant}' could not be stored.");
    }

    private KeySet Open(GrainKey card, string suffix, WrappedKeySet keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        VaultKey tenant = Tenant(card.Tenant, create: false);
        KeyMaterial? kic = null, kid = null, dek = null;
        try
        {
            kic = Unwrap(card, keys, tenant, $"KIc{suffix}", keys.Kic, keys.KicCheckValue);
            kid = Unwrap(card, keys, tenant, $"KID{suffix}", keys.Kid, keys.KidCheckValue);
            dek = keys.Dek.IsEmpty ? null : Unwrap(card, keys, tenant, $"DEK{suffix}", keys.Dek, keys.DekCheckValue);
            return new(keys.Version, kic, kid, dek);
        }
        catch
        {
            kic?.Dispose();
            kid?.Dispose();
            dek?.Dispose();
            throw;
        }
    }

    private WrappedKeySet Wrap(GrainKey card, string suffix, KeySet keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        VaultKey tenant = Tenant(card.Tenant, create: true);
        KeyAlgorithm algorithm = keys.Kic.Algorithm;
        Octets Wrapped(KeyMaterial key, string role) => key.Algorithm == algorithm
            ? KeyWrapping.Wrap(key, tenant, Nonce(), CardData(card, keys.Version, algorithm, role + suffix))
            : throw new ArgumentException($"The {role} is for {key.Algorithm}, the KIc for {algorithm}.", nameof(keys));

        return new(
            keys.Version,
            algorithm,
            Wrapped(keys.Kic, "KIc"),
            Wrapped(keys.Kid, "KID"),
            keys.Dek is null ? Octets.Empty : Wrapped(keys.Dek, "DEK"),
            keys.Kic.CheckValue,
            keys.Kid.CheckValue,
            keys.Dek?.CheckValue ?? Octets.Empty);
    }

    /// <summary>Makes a key that signs the audit trail of a tenant; dispose it after use.</summary>
    public static AuditSigningKey NewSigningKey()
    {
        Span<byte> scalar = stackalloc byte[AuditSigningKey.Size];
        try
        {
            while (true)
            {
                RandomNumberGenerator.Fill(scalar);
                if (AuditSigningKey.IsScalar(scalar))
                {
                    return AuditSigningKey.From(scalar);
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
        }
    }

    /// <summary>Wraps the key that signs the audit trail of a tenant; the result opens for that tenant only.</summary>
    public Octets Wrap(string tenant, AuditSigningKey key) =>
        KeyWrapping.Wrap(key, Tenant(tenant, create: true), Nonce(), Data("audit-trail", tenant));

    /// <summary>Unwraps the key that signs the audit trail of a tenant; dispose it after use.</summary>
    /// <exception cref="VaultException">It was changed or moved.</exception>
    public AuditSigningKey OpenSigningKey(string tenant, Octets wrapped) =>
        KeyWrapping.TryUnwrap(wrapped, Tenant(tenant, create: false), Data("audit-trail", tenant), out AuditSigningKey? key)
            ? key
            : throw new VaultException($"The key that signs the audit trail of tenant '{tenant}' does not open: its row was changed or moved.");

    /// <summary>Overwrites the keys that were in use.</summary>
    public void Dispose()
    {
        _vaultKey.Dispose();
        foreach (VaultKey tenant in _tenants.Values)
        {
            tenant.Dispose();
        }
    }

    private static KeyMaterial Unwrap(
        GrainKey card, WrappedKeySet keys, VaultKey tenant, string role, Octets wrapped, Octets checkValue)
    {
        if (KeyWrapping.TryUnwrap(wrapped, tenant, CardData(card, keys.Version, keys.Algorithm, role), out KeyMaterial? key))
        {
            if (key.CheckValue == checkValue)
            {
                return key;
            }

            key.Dispose();
        }

        throw new VaultException($"The {role} of {card}, key version {keys.Version}, does not open: its row was changed or moved.");
    }

    private VaultKey Tenant(string tenant, bool create)
    {
        if (_tenants.TryGetValue(tenant, out VaultKey? known))
        {
            return known;
        }

        lock (_creating)
        {
            if (_tenants.TryGetValue(tenant, out known))
            {
                return known;
            }

            if (_table.Find(tenant) is not { } wrapped)
            {
                if (!create)
                {
                    throw new VaultException($"Tenant '{tenant}' has no key in this vault.");
                }

                using VaultKey created = NewKey();
                _table.TryAdd(tenant, Wrap(created, tenant));
                wrapped = _table.Find(tenant) ?? throw new VaultException($"The key of tenant '{tenant}' could not be stored.");
            }

            return KeyWrapping.TryUnwrap(wrapped, _vaultKey, TenantData(tenant), out VaultKey? key)
                ? _tenants[tenant] = key
                : throw new VaultException($"The key of tenant '{tenant}' does not open: its row was changed or moved.");
        }
    }

    private Octets Wrap(VaultKey key, string tenant) => KeyWrapping.Wrap(key, _vaultKey, Nonce(), TenantData(tenant));

    /// <summary>What is added to the role of a key of a security domain below the issuer's.</summary>
    private static string Suffix(Aid domain) => $"@{domain}";

    /// <summary>Tenants have no slash in their names.</summary>
    private static string TokenRow(string tenant) => $"{tenant}/token";

    private static byte[] SealData(GrainKey place) => Data("sealed", place.Tenant, place.Kind, place.Id);

    private static KeyMaterial NewKey(KeyAlgorithm algorithm, int length)
    {
        Span<byte> octets = stackalloc byte[length];
        RandomNumberGenerator.Fill(octets);
        KeyMaterial key = KeyMaterial.From(octets, algorithm);
        CryptographicOperations.ZeroMemory(octets);
        return key;
    }

    private static VaultKey NewKey()
    {
        Span<byte> octets = stackalloc byte[VaultKey.Size];
        RandomNumberGenerator.Fill(octets);
        VaultKey key = VaultKey.From(octets);
        CryptographicOperations.ZeroMemory(octets);
        return key;
    }

    /// <summary>96 random bits: safe for 2^32 wraps under one tenant's key (NIST SP 800-38D §8.3).</summary>
    private static byte[] Nonce() => RandomNumberGenerator.GetBytes(KeyWrapping.NonceLength);

    private static byte[] TenantData(string tenant) => Data("tenant", tenant);

    private static byte[] CardData(GrainKey card, int version, KeyAlgorithm algorithm, string role) => Data(
        "card", card.Tenant, $"{card.Kind}/{card.Id}", version.ToString(CultureInfo.InvariantCulture), algorithm.ToString(), role);

    /// <summary>Each part after its length, so that no two lists of parts read the same.</summary>
    private static byte[] Data(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (string part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}|");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
