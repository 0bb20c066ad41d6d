using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tsm.Security.Crypto;

/// <summary>The few functions of libcrypto 3 that block ciphers with kept contexts need.</summary>
/// <remarks>
/// The BCL refuses weak DES keys and makes a context per call; cards hold weak keys, and a context per call is most of
/// the time a packet takes.
/// </remarks>
internal static partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint CipherFetch(nint libraryContext, string name, string? properties);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial CipherContext ContextNew();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void ContextFree(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_set_padding")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SetPadding(CipherContext context, int padding);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static unsafe partial int CipherInit(CipherContext context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static unsafe partial int CipherUpdate(CipherContext context, byte* output, out int written, byte* input, int length);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void ClearErrors();

    /// <summary>Throws unless a function reported success, and leaves no error behind for others on this thread.</summary>
    internal static void Check(bool succeeded)
    {
        if (!succeeded)
        {
            ClearErrors();
            throw new CryptographicException("libcrypto refused an operation of a block cipher.");
        }
    }
}

/// <summary>An EVP_CIPHER_CTX: one key schedule in one mode and direction. Freeing it cleanses it.</summary>
internal sealed class CipherContext() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    private const int LongestIv = 16;

    /// <summary>A context of its own, with padding off and an initial value of zeros.</summary>
    internal static unsafe CipherContext Create(nint cipher, ReadOnlySpan<byte> key, bool encrypt)
    {
        CipherContext context = LibCrypto.ContextNew();
        byte* zeros = stackalloc byte[LongestIv];
        new Span<byte>(zeros, LongestIv).Clear();
        fixed (byte* keyOctets = key)
        {
            LibCrypto.Check(!context.IsInvalid);
            LibCrypto.Check(LibCrypto.CipherInit(context, cipher, 0, keyOctets, zeros, encrypt ? 1 : 0) == 1);
            LibCrypto.Check(LibCrypto.SetPadding(context, 0) == 1);
        }

        return context;
    }

    /// <summary>Starts again with an initial value of zeros (TS 102 225 §5.1.2: it is zero for every packet).</summary>
    internal unsafe void Restart()
    {
        byte* zeros = stackalloc byte[LongestIv];
        new Span<byte>(zeros, LongestIv).Clear();
        LibCrypto.Check(LibCrypto.CipherInit(this, 0, 0, null, zeros, -1) == 1);
    }

    /// <summary>Transforms whole blocks; <paramref name="output"/> may be <paramref name="input"/>.</summary>
    internal unsafe void Update(ReadOnlySpan<byte> input, Span<byte> output)
    {
        fixed (byte* from = input, to = output)
        {
            LibCrypto.Check(LibCrypto.CipherUpdate(this, to, out int written, from, input.Length) == 1 && written == input.Length);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.ContextFree(handle);
        return true;
    }
}
