using Tsm.Application.Hosting;
using Tsm.Card.Encoding;

namespace Tsm.Application.ApplicationServers;

/// <summary>What an application server has allocated for a request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Server">The server's name.</param>
/// <param name="Service">The service.</param>
/// <param name="Card">The card.</param>
/// <param name="Operation">For what it was asked.</param>
/// <param name="Msisdn">The number that was told.</param>
/// <param name="Names">The names of the values that were asked for, parted by commas.</param>
/// <param name="State">What became of it.</param>
/// <param name="AllocationId">The server's name of it; null while its answer is not known.</param>
/// <param name="Serial">The serial number, where it has one.</param>
/// <param name="Values">The values, sealed for the card; empty once they are not needed any more.</param>
/// <param name="Attempts">How often telling the server was put off.</param>
/// <param name="Due">When the server is to be told; null when there is nothing to tell.</param>
public sealed record Allocation(
    string Tenant,
    string Request,
    string Server,
    string Service,
    GrainKey Card,
    string Iccid,
    string Operation,
    string Msisdn,
    string Names,
    AllocationState State,
    string? AllocationId,
    string? Serial,
    Octets Values,
    DateTimeOffset CreatedAt,
    int Attempts = 0,
    DateTimeOffset? Due = null);

/// <summary>What became of an allocation.</summary>
public enum AllocationState
{
    /// <summary>The server was asked, or is about to be; it may have allocated.</summary>
    Asked,

    /// <summary>It has.</summary>
    Allocated,

    /// <summary>The card has it; the server is to be told.</summary>
    Confirming,

    /// <summary>The card has it, and the server knows.</summary>
    Used,

    /// <summary>The card has not, or has no more; the server is to be told.</summary>
    Releasing,

    /// <summary>The server knows that it is free.</summary>
    Released,
}
