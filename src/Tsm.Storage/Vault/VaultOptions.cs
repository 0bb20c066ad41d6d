namespace Tsm.Storage.Vault;

/// <summary>Where the vault key comes from. The environment wins over the file.</summary>
public sealed class VaultOptions
{
    /// <summary>The environment variable with the vault key: 64 hexadecimal digits or base64 of 32 octets. Default: <c>TSM_VAULT_KEY</c>.</summary>
    public string Variable { get; set; } = "TSM_VAULT_KEY";

    /// <summary>The file with the vault key: 32 octets, or hexadecimal or base64 text. Default: none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// Whether a missing file is created with a new random key, readable by its owner only, when the database is new as well.
    /// Without that file everything wrapped is lost, so keep a copy elsewhere. Default: false.
    /// </summary>
    public bool CreateKeyFile { get; set; }
}
