using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Tsm.Card.Identifiers;

/// <summary>The TARs that standards give a meaning, and whether new ones clash.</summary>
/// <remarks>
/// TS 101 220 annex D, TS 102 226 §7 and §8, TS 31.116. Operators remap them: the card model decides, this is what is usual.
/// The ranges behind B00001, B00120 and B00140 are by analogy with that of the SIM file system.
/// </remarks>
public static class KnownTars
{
    /// <summary>All of them, in the order of their values; the first that holds a TAR says what it is.</summary>
    public static ImmutableArray<KnownTar> All { get; } =
    [
        new(new(0x000000), new(0x000000), "issuer security domain", TarFormat.Compact, IsRemoteManagement: true),
        new(new(0x000001), new(0xAFFFFF), "allocated by the issuer", TarFormat.Application, IsRemoteManagement: false),
        new(new(0xB00000), new(0xB00000), "files of the UICC", TarFormat.Compact, IsRemoteManagement: true),
        new(new(0xB00001), new(0xB0000F), "files of an application", TarFormat.Compact, IsRemoteManagement: true),
        new(new(0xB00010), new(0xB0001F), "files of the SIM", TarFormat.Compact, IsRemoteManagement: true),
        new(new(0xB00120), new(0xB0012F), "files of the UICC", TarFormat.Expanded, IsRemoteManagement: true),
        new(new(0xB00130), new(0xB0013F), "files of the SIM", TarFormat.Expanded, IsRemoteManagement: true),
        new(new(0xB00140), new(0xB0014F), "files of an application", TarFormat.Expanded, IsRemoteManagement: true),
        new(new(0xB20000), new(0xB20000), "USAT interpreter", TarFormat.Application, IsRemoteManagement: false),
        new(new(0xB20100), new(0xB20100), "issuer security domain", TarFormat.Expanded, IsRemoteManagement: true),
        new(new(0xB20101), new(0xB20101), "smart card web server", TarFormat.Application, IsRemoteManagement: false),
        new(new(0xB20200), new(0xB20202), "multiplexing, CASD and OMA", TarFormat.Application, IsRemoteManagement: false),
        new(new(0xB20203), new(0xB20203), "LwM2M", TarFormat.BerTlv, IsRemoteManagement: false),
        new(new(0xBFFF00), new(0xBFFFFF), "proprietary toolkit application", TarFormat.Application, IsRemoteManagement: false),
        new(new(0xC00000), new(0xFFFFFF), "allocated by the issuer", TarFormat.Application, IsRemoteManagement: false),
    ];

    /// <summary>What a TAR usually is; null for a value that is reserved.</summary>
    public static KnownTar? Find(Tar tar)
    {
        foreach (KnownTar known in All)
        {
            if (known.First.Value <= tar.Value && tar.Value <= known.Last.Value)
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Whether an issuer may give the TAR to an applet or a security domain of its own.</summary>
    public static bool MayBeAllocated(Tar tar) => Find(tar) is { Format: TarFormat.Application } && tar.Value is not (>= 0xB00000 and < 0xBFFF00);

    /// <summary>Says which of the TARs that an application wants it cannot have.</summary>
    /// <param name="wanted">The TARs it wants.</param>
    /// <param name="taken">Those that the card has given out, remapped ones included.</param>
    /// <returns>The clashes in the order of what is wanted; none if all can be had.</returns>
    public static ImmutableArray<TarClash> Clashes(IEnumerable<Tar> wanted, IEnumerable<Tar> taken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(taken);
        HashSet<Tar> gone = [.. taken];
        HashSet<Tar> seen = [];
        var clashes = ImmutableArray.CreateBuilder<TarClash>();
        foreach (Tar tar in wanted)
        {
            string? reason = (seen.Add(tar), gone.Contains(tar), MayBeAllocated(tar), Find(tar)) switch
            {
                (false, _, _, _) => "is wanted twice",
                (_, true, _, _) => "is taken on this card",
                (_, _, true, _) => null,
                (_, _, _, { } known) => $"is reserved for: {known.Name}",
                _ => "is reserved by TS 101 220",
            };
            if (reason is not null)
            {
                clashes.Add(new(tar, $"TAR {tar} {reason}."));
            }
        }

        return clashes.ToImmutable();
    }
}

/// <summary>A TAR, or a range of them, with a usual meaning.</summary>
/// <param name="First">The first TAR of the range.</param>
/// <param name="Last">The last TAR of the range, possibly the same.</param>
/// <param name="Name">What is behind it, in a few words.</param>
/// <param name="Format">How the data for it is laid out.</param>
/// <param name="IsRemoteManagement">Whether it takes remote command strings, so that its answers may be read as such.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KnownTar(Tar First, Tar Last, string Name, TarFormat Format, bool IsRemoteManagement);

/// <summary>How the data for a TAR is laid out.</summary>
public enum TarFormat
{
    /// <summary>Whatever the application behind it takes.</summary>
    Application,

    /// <summary>Compact remote commands (TS 102 226 §5.1).</summary>
    Compact,

    /// <summary>Expanded remote commands (TS 102 226 §5.2).</summary>
    Expanded,

    /// <summary>BER-TLV objects of the application.</summary>
    BerTlv,
}

/// <summary>A TAR that an application cannot have.</summary>
/// <param name="Tar">The TAR.</param>
/// <param name="Problem">One sentence on why.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TarClash(Tar Tar, string Problem);
