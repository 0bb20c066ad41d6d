using Tsm.Application.Services;

namespace Tsm.Server.Contracts;

/// <summary>A service on a card, as the card has proven it.</summary>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Msisdn">The card's number; absent when it has none.</param>
/// <param name="Service">The service.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Version">Its version on the card.</param>
/// <param name="Contract">The contract under which it is there.</param>
/// <param name="Generation">1 for the first time it is on this card, then 2, 3, ... after each termination.</param>
/// <param name="State">What the card last proved: absent, installed, personalised, active or suspended.</param>
/// <param name="Wanted">What it will be when all jobs that wait have succeeded.</param>
/// <param name="Pending">Whether the card has to be audited before its state is sure again.</param>
/// <param name="Job">The job that last concerned it.</param>
/// <param name="ProvenAt">When its state was proven.</param>
/// <param name="UpdatedAt">When anything of it last changed.</param>
public sealed record ServiceInstanceView(
    string Card,
    string? Msisdn,
    string Service,
    string Provider,
    string Version,
    string? Contract,
    int Generation,
    InstanceState State,
    InstanceState Wanted,
    bool Pending,
    string? Job,
    DateTimeOffset? ProvenAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>The service on a card as the API shows it.</summary>
    public static ServiceInstanceView From(ServiceInstanceRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(
            row.Iccid,
            row.Msisdn.Length > 0 ? row.Msisdn : null,
            row.Service,
            row.Provider,
            row.Version,
            row.Contract,
            row.Generation,
            row.State,
            row.Wanted,
            row.IsPending,
            row.Job,
            row.ProvenAt,
            row.UpdatedAt);
    }
}
