using Tsm.Application.Ports;
using Tsm.Security.Keys;

namespace Tsm.Application.Hosting;

/// <summary>Opens the key sets of a card during one turn and sees that they are closed after it.</summary>
internal sealed class TurnKeys(IKeyVault vault, StoredGrain grain) : ICardKeys, IDisposable
{
    private List<KeySet>? _opened;
    private bool _disposed;

    public KeySet? Open(int version)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (WrappedKeySet wrapped in grain.Keys)
        {
            if (wrapped.Version == version)
            {
                KeySet keys = vault.Open(grain.Key, wrapped);
                (_opened ??= []).Add(keys);
                return keys;
            }
        }

        return null;
    }

    public bool Has(int version) => grain.Keys.Any(k => k.Version == version);

    public void Dispose()
    {
        _disposed = true;
        _opened?.ForEach(k => k.Dispose());
    }
}
