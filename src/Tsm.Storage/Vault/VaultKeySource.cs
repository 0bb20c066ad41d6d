using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tsm.Security.Keys;

namespace Tsm.Storage.Vault;

/// <summary>Finds the vault key in the environment or in a file, and makes the file when told to.</summary>
public static class VaultKeySource
{
    private const int LongestFile = 1024;

    /// <summary>Loads the vault key; dispose it after use.</summary>
    /// <param name="options">Where to look.</param>
    /// <param name="isNew">Whether nothing has been wrapped yet: only then a new key makes sense.</param>
    /// <param name="environment">Reads an environment variable; null for one that is not set.</param>
    /// <exception cref="VaultException">There is no key, or what is there is none.</exception>
    public static VaultKey Load(VaultOptions options, bool isNew, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        if (environment(options.Variable) is { Length: > 0 } text)
        {
            return Read(Encoding.UTF8.GetBytes(text), $"The environment variable {options.Variable}");
        }

        if (options.KeyFile is not { Length: > 0 } file)
        {
            throw new VaultException(
                $"There is no vault key: set the environment variable {options.Variable}, or name a file in Vault:KeyFile.");
        }

        if (File.Exists(file))
        {
            if (new FileInfo(file).Length > LongestFile)
            {
                throw new VaultException($"The file {file} is too long for a vault key.");
            }

            return Read(File.ReadAllBytes(file), $"The file {file}");
        }

        return (options.CreateKeyFile, isNew) switch
        {
            (false, _) => throw new VaultException($"The vault key file {file} does not exist. Put it there, or allow Vault:CreateKeyFile."),
            (_, false) => throw new VaultException(
                $"The vault key file {file} does not exist, but the database holds keys that were wrapped with it. Restore the file."),
            _ => Create(file),
        };
    }

    private static VaultKey Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        byte[] octets = GC.AllocateUninitializedArray<byte>(VaultKey.Size, pinned: true);
        byte[] text = GC.AllocateUninitializedArray<byte>(2 * VaultKey.Size + 1, pinned: true);
        try
        {
            RandomNumberGenerator.Fill(octets);
            Convert.TryToHexString(octets, text.AsSpan(), out int written);
            text[written] = (byte)'\n';
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var stream = new FileStream(file, options);
            stream.Write(text);
            stream.Flush(flushToDisk: true);
            return VaultKey.From(octets);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static VaultKey Read(byte[] content, string place)
    {
        byte[] octets = GC.AllocateUninitializedArray<byte>(VaultKey.Size, pinned: true);
        try
        {
            return TryRead(content, octets)
                ? VaultKey.From(octets)
                : throw new VaultException($"{place} holds no vault key: 32 octets, 64 hexadecimal digits or their base64 are expected.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static bool TryRead(byte[] content, Span<byte> octets)
    {
        if (content.Length == VaultKey.Size)
        {
            content.CopyTo(octets);
            return true;
        }

        ReadOnlySpan<byte> text = content.AsSpan().Trim(" \t\r\n"u8);
        return text.Length == 2 * VaultKey.Size
            ? Convert.FromHexString(text, octets, out _, out _) == System.Buffers.OperationStatus.Done
            : text.Length == Base64.GetMaxEncodedToUtf8Length(VaultKey.Size)
                && Base64.DecodeFromUtf8(text, octets, out _, out int written) == System.Buffers.OperationStatus.Done
                && written == VaultKey.Size;
    }
}
