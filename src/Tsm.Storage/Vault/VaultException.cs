namespace Tsm.Storage.Vault;

/// <summary>The vault cannot be opened with what was given; nothing was written.</summary>
public sealed class VaultException(string message) : InvalidOperationException(message);
