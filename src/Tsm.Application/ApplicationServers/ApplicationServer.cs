using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;

namespace Tsm.Application.ApplicationServers;

/// <summary>A server that allocates keys and serial numbers for services, and tells of their use.</summary>
public sealed record ApplicationServer : IBook
{
    /// <summary>The longest time-out, in seconds.</summary>
    public const int MaxTimeoutSeconds = 60;

    /// <summary>The shortest shared secret, in octets.</summary>
    public const int MinSecret = 16;

    /// <summary>The longest shared secret, in octets.</summary>
    public const int MaxSecret = 64;

    /// <inheritdoc/>
    public static string Kind => "application-server";

    /// <summary>Unique in the tenant: lower-case letters, digits and hyphens, 2 to 32 characters.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string? Owner => null;

    /// <summary>Where it is: https, or http on this machine.</summary>
    public required string Url { get; init; }

    /// <summary>The services it serves; empty for all that name it.</summary>
    public ImmutableArray<string> Services { get; init; } = [];

    /// <summary>The secret that both sides know, sealed for <see cref="Place"/>.</summary>
    public required Octets Secret { get; init; }

    /// <summary>How long an answer may take, in seconds, 1 to 60. Default: 5.</summary>
    public int TimeoutSeconds { get; init; } = 5;

    /// <summary>What anybody may know of it, such as whom to call.</summary>
    public string Description { get; init; } = "";

    /// <summary>When it was declared first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it serves a service.</summary>
    public bool Serves(string service) => Services.IsDefaultOrEmpty || Services.Contains(service, StringComparer.Ordinal);

    /// <summary>Where its secret opens.</summary>
    public static GrainKey Place(string tenant, string id) => new(tenant, Kind, id);

    /// <summary>Whether a URL may be used: https, or http to this machine alone.</summary>
    public static bool IsUrl(string? text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}

/// <summary>The key pair of a tenant for which application servers encrypt: one for all of them.</summary>
public sealed record RecipientKey : IBook
{
    /// <summary>There is one.</summary>
    public const string TheOne = "application-servers";

    /// <inheritdoc/>
    public static string Kind => "recipient-key";

    /// <inheritdoc/>
    public string Id { get; init; } = TheOne;

    /// <inheritdoc/>
    public string? Owner => null;

    /// <summary>The public key, an uncompressed point of P-256.</summary>
    public required Octets PublicKey { get; init; }

    /// <summary>The private key in PKCS #8, sealed for <see cref="Place"/>.</summary>
    public required Octets PrivateKey { get; init; }

    /// <summary>Where it opens.</summary>
    public static GrainKey Place(string tenant) => new(tenant, Kind, TheOne);
}
