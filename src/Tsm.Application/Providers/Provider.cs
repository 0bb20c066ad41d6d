using Tsm.Application.Ports;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Providers;

/// <summary>An application provider: whose applications go into a security domain of their own on each card.</summary>
public sealed record Provider : IBook
{
    /// <inheritdoc/>
    public static string Kind => "provider";

    /// <summary>The name by which everything else refers to it: lower-case letters, digits and hyphens, 2 to 32 characters.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string Owner => Id;

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>The AID of its security domain, the same on every card.</summary>
    public required Aid DomainAid { get; init; }

    /// <summary>The TAR at which its security domain takes SCP80 packets, unique in the tenant.</summary>
    public required Tar DomainTar { get; init; }

    /// <summary>When it was taken on.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it may ask for nothing more; null for an active provider.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
