using System.Security.Cryptography;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Application.Hosting;

/// <summary>Opens the key sets of a card during one turn and sees that they are closed after it.</summary>
internal sealed class TurnKeys(IKeyVault vault, StoredGrain grain) : ICardKeys, IDisposable
{
    private List<IDisposable>? _opened;
    private bool _disposed;

    public KeySet? Open(int version)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (WrappedKeySet wrapped in grain.Keys)
        {
            if (wrapped.Version == version)
            {
                return Kept(vault.Open(grain.Key, wrapped));
            }
        }

        return null;
    }

    public bool Has(int version) => grain.Keys.Any(k => k.Version == version);

    public WrappedKeySet Create(Aid domain, int version, KeyAlgorithm algorithm, int length) =>
        vault.Create(grain.Key, domain, version, algorithm, length);

    public KeySet Open(Aid domain, WrappedKeySet keys) => Kept(vault.Open(grain.Key, domain, keys));

    public Octets CreateSecret(int length)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(length);
        Octets wrapped = vault.Seal(grain.Key, secret);
        CryptographicOperations.ZeroMemory(secret);
        return wrapped;
    }

    public byte[] Unseal(Octets secret) => vault.Unseal(grain.Key, secret);

    public ContentKey TokenKey() => Kept(vault.TokenKey(grain.Key.Tenant));

    public void Dispose()
    {
        _disposed = true;
        _opened?.ForEach(k => k.Dispose());
    }

    private T Kept<T>(T opened) where T : IDisposable
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        (_opened ??= []).Add(opened);
        return opened;
    }
}
