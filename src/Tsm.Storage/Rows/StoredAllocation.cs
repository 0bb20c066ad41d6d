using Tsm.Application.ApplicationServers;
using Tsm.Card.Encoding;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of allocations.</summary>
internal sealed class StoredAllocation
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        tenant AS Tenant, request AS Request, server AS Server, service AS Service, card AS Card, iccid AS Iccid, operation AS Operation,
        msisdn AS Msisdn, names AS Names, state AS State, allocation AS AllocationId, serial AS Serial, sealed AS Sealed,
        created_at AS CreatedAt, attempts AS Attempts, due AS Due
        """;

    public string Tenant { get; init; } = "";

    public string Request { get; init; } = "";

    public string Server { get; init; } = "";

    public string Service { get; init; } = "";

    public string Card { get; init; } = "";

    public string Iccid { get; init; } = "";

    public string Operation { get; init; } = "";

    public string Msisdn { get; init; } = "";

    public string Names { get; init; } = "";

    public string State { get; init; } = "";

    public string? AllocationId { get; init; }

    public string? Serial { get; init; }

    public byte[] Sealed { get; init; } = [];

    public long CreatedAt { get; init; }

    public long Attempts { get; init; }

    public long? Due { get; init; }

    public Allocation ToAllocation() => new(
        Tenant, Request, Server, Service, StoredValues.Key(Tenant, Card), Iccid, Operation, Msisdn, Names,
        Enum.Parse<AllocationState>(State), AllocationId, Serial, Octets.Own(Sealed), StoredValues.Time(CreatedAt), (int)Attempts, StoredValues.Time(Due));
}
