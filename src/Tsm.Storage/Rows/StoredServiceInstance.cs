using Tsm.Application.Services;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of services on cards.</summary>
internal sealed class StoredServiceInstance
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        seq AS Seq, card AS Card, iccid AS Iccid, msisdn AS Msisdn, service AS Service, provider AS Provider, version AS Version,
        contract AS Contract, generation AS Generation, state AS State, wanted AS Wanted, pending AS Pending, job AS Job,
        proven_at AS ProvenAt, updated_at AS UpdatedAt
        """;

    public long Seq { get; init; }

    public string Card { get; init; } = "";

    public string Iccid { get; init; } = "";

    public string Msisdn { get; init; } = "";

    public string Service { get; init; } = "";

    public string Provider { get; init; } = "";

    public string Version { get; init; } = "";

    public string? Contract { get; init; }

    public long Generation { get; init; }

    public string State { get; init; } = "";

    public string Wanted { get; init; } = "";

    public long Pending { get; init; }

    public string? Job { get; init; }

    public long? ProvenAt { get; init; }

    public long UpdatedAt { get; init; }

    public ServiceInstanceRow ToRow(string tenant) => new(
        StoredValues.Key(tenant, Card), Iccid, Msisdn, Service, Provider, Version, Contract, (int)Generation,
        Enum.Parse<InstanceState>(State), Enum.Parse<InstanceState>(Wanted), Pending != 0, Job, StoredValues.Time(ProvenAt), StoredValues.Time(UpdatedAt));
}
