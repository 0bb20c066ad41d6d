using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Providers;

/// <summary>Which AID and TAR the security domain of a provider gets when nobody has chosen them.</summary>
public static class DomainNames
{
    // F0 is a proprietary category of ISO 7816-5: nobody registers it, and so nobody else's registered AID can be the same.
    private static ReadOnlySpan<byte> Prefix => [0xF0, (byte)'T', (byte)'s', (byte)'m', (byte)'S', (byte)'D'];

    private const int DigestLength = 6;

    /// <summary>The first TAR that is tried lies from here on; the range belongs to the issuer (TS 101 220 annex D).</summary>
    private const uint FirstTar = 0x50_0000;

    /// <summary>
    /// The AID for a provider: <c>F0</c>, <c>"TsmSD"</c>, six octets of SHA-256 over the provider's id, the TAR in octets 13 to 15
    /// as TS 101 220 has it, and <c>00</c>.
    /// </summary>
    public static Aid AidFor(string provider, Tar tar)
    {
        Span<byte> aid = stackalloc byte[Aid.MaxLength];
        aid.Clear();
        Prefix.CopyTo(aid);
        Digest(provider).AsSpan(0, DigestLength).CopyTo(aid[Prefix.Length..]);
        tar.Write(aid.Slice(Prefix.Length + DigestLength, Tar.Size));
        return Aid.From(Octets.Copy(aid));
    }

    /// <summary>A TAR that an issuer may give and that is not taken: the same provider is offered the same one first.</summary>
    public static Tar TarFor(string provider, IReadOnlySet<Tar> taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        uint start = FirstTar + BinaryPrimitives.ReadUInt16BigEndian(Digest(provider));
        for (uint step = 0; step <= 0xFF_FFFF; step++)
        {
            var tar = new Tar((start + step) & 0xFF_FFFF);
            if (KnownTars.MayBeAllocated(tar) && !taken.Contains(tar))
            {
                return tar;
            }
        }

        throw new InvalidOperationException("Every TAR is taken.");
    }

    private static byte[] Digest(string provider) => SHA256.HashData(Encoding.UTF8.GetBytes(provider));
}

/// <summary>An AID or a TAR that is a provider's for good: cards keep its domain longer than its contracts last.</summary>
/// <remarks>The id is the name itself, so that of two providers who want it at once one gets it.</remarks>
public sealed record DomainName : IBook
{
    /// <inheritdoc/>
    public static string Kind => "domain-name";

    /// <inheritdoc/>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string Owner => Provider;

    /// <summary>The provider's id.</summary>
    public required string Provider { get; init; }

    /// <summary>The name of an AID.</summary>
    public static string Of(Aid aid) => $"aid-{aid}";

    /// <summary>The name of a TAR.</summary>
    public static string Of(Tar tar) => $"tar-{tar}";
}
