using System.ComponentModel.DataAnnotations;
using Tsm.Storage.Vault;

namespace Tsm.Storage;

/// <summary>Where things are remembered.</summary>
public sealed class StorageOptions
{
    /// <summary>The SQLite file; its folder is created when it is missing. Default: <c>data/tsm.db</c>.</summary>
    [Required]
    public string Path { get; set; } = "data/tsm.db";

    /// <summary>The most connections that read at once. Default: 4.</summary>
    [Range(1, 64)]
    public int Readers { get; set; } = 4;

    /// <summary>Where the vault key comes from.</summary>
    public VaultOptions Vault { get; set; } = new();
}
