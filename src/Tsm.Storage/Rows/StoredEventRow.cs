using System.Collections.Immutable;
using System.Text.Json;
using Tsm.Application.Events;
using Tsm.Application.Ports;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of events.</summary>
internal sealed class StoredEventRow
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        seq AS Seq, at AS At, kind AS Kind, provider AS Provider, service AS Service, iccid AS Iccid, msisdn AS Msisdn, job AS Job,
        request AS Request, text AS Text, details AS Details
        """;

    /// <summary>Adds one.</summary>
    public const string AddSql =
        """
        INSERT INTO events (tenant, at, kind, provider, service, iccid, msisdn, job, request, text, details)
        VALUES (@tenant, @at, @kind, @provider, @service, @iccid, @msisdn, @job, @request, @text, @details)
        """;

    public long Seq { get; init; }

    public long At { get; init; }

    public string Kind { get; init; } = "";

    public string? Provider { get; init; }

    public string? Service { get; init; }

    public string? Iccid { get; init; }

    public string? Msisdn { get; init; }

    public string? Job { get; init; }

    public string? Request { get; init; }

    public string Text { get; init; } = "";

    public string Details { get; init; } = "{}";

    public static object Values(string tenant, ServiceEvent raised) => new
    {
        tenant,
        at = StoredValues.Milliseconds(raised.At),
        kind = raised.Kind,
        provider = raised.Provider,
        service = raised.Service,
        iccid = raised.Iccid,
        msisdn = raised.Msisdn,
        job = raised.Job,
        request = raised.Request,
        text = raised.Text,
        details = DetailsOf(raised),
    };

    public static string DetailsOf(ServiceEvent raised) => JsonSerializer.Serialize(raised.Details, StorageJson.Default.ImmutableSortedDictionaryStringString);

    public StoredEvent ToEvent() => new(Seq, new(
        StoredValues.Time(At), Kind, Provider, Service, Iccid, Msisdn, Job, Request, Text,
        JsonSerializer.Deserialize(Details, StorageJson.Default.ImmutableSortedDictionaryStringString)
            ?? ImmutableSortedDictionary<string, string>.Empty));
}
