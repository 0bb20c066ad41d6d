using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;

namespace Tsm.Application.Delivery;

/// <summary>An SMPP account as a road.</summary>
/// <param name="name">The name that operators gave it.</param>
/// <param name="options">How messages are filled in.</param>
/// <param name="client">The client, which somebody else starts and stops.</param>
public sealed class SmppRoad(string name, SmppClientOptions options, SmppClient client) : ISmsRoad
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int Window => options.WindowSize;

    /// <inheritdoc/>
    public int FreeWindow => client.FreeWindow;

    /// <inheritdoc/>
    public Task<bool> WaitForRoomAsync(CancellationToken cancellationToken) => client.WaitForSlotAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<SegmentOutcome> SubmitAsync(string destination, Octets userData, CancellationToken cancellationToken) =>
        await client.SubmitAsync(options.Compose(destination, userData), cancellationToken) switch
        {
            SubmitResult.Accepted => new(SegmentResult.Accepted, CommandStatus.Ok),
            SubmitResult.Refused refused => new(SegmentResult.Refused, refused.Status),
            SubmitResult.NotSent => new(SegmentResult.NotSent, CommandStatus.Ok),
            _ => new(SegmentResult.Unknown, CommandStatus.Ok),
        };
}
