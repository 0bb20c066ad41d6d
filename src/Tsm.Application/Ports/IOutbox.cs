using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Card.Encoding;

namespace Tsm.Application.Ports;

/// <summary>Packets that are ready to leave, one per grain at most. Sending is pull: who holds a bind claims what its window can take.</summary>
public interface IOutbox
{
    /// <summary>
    /// Claims up to <paramref name="limit"/> packets of a road, the longest waiting first. The claim is durable before this
    /// returns; a claim that is not settled within <paramref name="lease"/> counts as possibly sent.
    /// </summary>
    Task<IReadOnlyList<OutboxPacket>> ClaimAsync(string road, int limit, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Gives claimed packets back that certainly have not left.</summary>
    Task ReleaseAsync(IReadOnlyCollection<OutboxPacket> packets, CancellationToken cancellationToken);

    /// <summary>
    /// Packets whose claim ran out without being settled. The caller tells their grains (<c>PacketSubmitted</c>, outcome unknown),
    /// which settles them.
    /// </summary>
    Task<IReadOnlyList<OutboxPacket>> AbandonedAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Marks every claim of a process that is gone as run out; called once at start by the only process of an embedded store.</summary>
    Task ExpireClaimsAsync(CancellationToken cancellationToken);

    /// <summary>Completes when packets may have become ready on a road, or after a while.</summary>
    Task WaitAsync(string road, CancellationToken cancellationToken);
}

/// <summary>A packet ready to leave.</summary>
public sealed record OutboxPacket(
    GrainKey Grain, string Road, string PacketId, int Attempt, string Destination, ImmutableArray<Octets> Segments);

/// <summary>What came in and fits nobody: kept, not dropped.</summary>
public interface IQuarantine
{
    /// <summary>Keeps a message durably.</summary>
    Task KeepAsync(string tenant, string road, string source, string destination, Octets userData, string reason, CancellationToken cancellationToken);

    /// <summary>The number of messages kept for a tenant.</summary>
    Task<int> CountAsync(string tenant, CancellationToken cancellationToken);
}

/// <summary>Finds grains by what people and networks call them.</summary>
public interface IAliasIndex
{
    /// <summary>The grain that held the alias at a time: kind is <c>iccid</c> or <c>msisdn</c>.</summary>
    Task<GrainKey?> FindAsync(string tenant, string kind, string value, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The grains that held the alias since a time and have lost it, the last first.</summary>
    Task<IReadOnlyList<GrainKey>> FormerAsync(
        string tenant, string kind, string value, DateTimeOffset since, int limit, CancellationToken cancellationToken);
}
