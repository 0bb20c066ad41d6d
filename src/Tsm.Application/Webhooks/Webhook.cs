using System.Collections.Immutable;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;

namespace Tsm.Application.Webhooks;

/// <summary>An address to which events are sent as they happen.</summary>
public sealed record Webhook : IBook
{
    /// <inheritdoc/>
    public static string Kind => "webhook";

    /// <summary>Unique in the tenant; made by the server.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string? Owner => Provider;

    /// <summary>The provider whose events it gets; null for the carrier, who gets all.</summary>
    public string? Provider { get; init; }

    /// <summary>Where to: https, or http on this machine.</summary>
    public required Uri Url { get; init; }

    /// <summary>The kinds of events that it gets; empty for all.</summary>
    public ImmutableArray<string> Kinds { get; init; } = [];

    /// <summary>The services whose events it gets; empty for all, those included that are of no service.</summary>
    public ImmutableArray<string> Services { get; init; } = [];

    /// <summary>The secret that signs, sealed for <see cref="Place"/>.</summary>
    public required Octets Secret { get; init; }

    /// <summary>Whether deliveries wait.</summary>
    public bool Paused { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last event that was there before it.</summary>
    public long After { get; init; }

    /// <summary>Where its secret is sealed for.</summary>
    public static GrainKey Place(string tenant, string id) => new(tenant, Kind, id);

    /// <summary>Whether it gets an event.</summary>
    public bool Wants(ServiceEvent raised)
    {
        ArgumentNullException.ThrowIfNull(raised);
        return (Provider is null || string.Equals(Provider, raised.Provider, StringComparison.Ordinal))
            && (Kinds.IsDefaultOrEmpty || Kinds.Contains(raised.Kind, StringComparer.Ordinal))
            && (Services.IsDefaultOrEmpty || (raised.Service is { } service && Services.Contains(service, StringComparer.Ordinal)));
    }
}
