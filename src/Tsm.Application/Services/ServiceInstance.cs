using Tsm.Application.Hosting;

namespace Tsm.Application.Services;

/// <summary>A service on a card as it is listed: written by the card's own turns, from what the card has proven.</summary>
/// <param name="Card">The card's grain.</param>
/// <param name="Service">The service.</param>
/// <param name="Generation">1 for the first time it is on this card, then 2, 3, ... after each termination.</param>
/// <param name="State">What the card last proved.</param>
/// <param name="Wanted">What it will be when all jobs that wait have succeeded.</param>
/// <param name="IsPending">Whether a packet that may have changed it was given up: pending confirmation, until the card is audited.</param>
/// <param name="Job">The job that last concerned it.</param>
/// <param name="ProvenAt">When <paramref name="State"/> was proven.</param>
/// <param name="UpdatedAt">When the row last changed.</param>
public sealed record ServiceInstanceRow(
    GrainKey Card,
    string Iccid,
    string Msisdn,
    string Service,
    string Provider,
    string Version,
    string? Contract,
    int Generation,
    InstanceState State,
    InstanceState Wanted,
    bool IsPending,
    string? Job,
    DateTimeOffset? ProvenAt,
    DateTimeOffset UpdatedAt);

/// <summary>The ladder of a service on a card.</summary>
public enum InstanceState
{
    /// <summary>Not on the card, or not there any more.</summary>
    Absent,

    /// <summary>INSTALLED.</summary>
    Installed,

    /// <summary>INSTALLED, with its data.</summary>
    Personalised,

    /// <summary>SELECTABLE.</summary>
    Active,

    /// <summary>LOCKED.</summary>
    Suspended,
}

/// <summary>Writes the row of a service on a card.</summary>
public sealed record SaveServiceInstance(ServiceInstanceRow Row) : Effect;
