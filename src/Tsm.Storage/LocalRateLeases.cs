using Tsm.Application.Ports;

namespace Tsm.Storage;

/// <summary>Rates where one process serves the database: it keeps them itself, nothing is leased.</summary>
public sealed class LocalRateLeases : IRateLeases
{
    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public Task DeclareAsync(string road, int? perSecond, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<RateLease> LeaseAsync(string road, CancellationToken cancellationToken) => Task.FromResult(RateLease.Unlimited);

    /// <inheritdoc/>
    public Task ReturnAsync(string road, int credits, CancellationToken cancellationToken) => Task.CompletedTask;
}
