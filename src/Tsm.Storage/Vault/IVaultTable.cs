using Tsm.Card.Encoding;

namespace Tsm.Storage.Vault;

/// <summary>Where wrapped tenant keys are kept. The empty tenant's row is the check value of the vault key.</summary>
/// <remarks>Synchronous, because a key set is opened inside a turn; a tenant's row is read once in the life of a process.</remarks>
public interface IVaultTable
{
    /// <summary>The wrapped key of a tenant; null when it has none, or when there are no tables yet.</summary>
    Octets? Find(string tenant);

    /// <summary>Adds the wrapped key of a tenant; false when it has one already.</summary>
    bool TryAdd(string tenant, Octets wrapped);
}
