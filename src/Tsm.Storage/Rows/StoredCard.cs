using Tsm.Application.Ports;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of cards.</summary>
internal sealed class StoredCard
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        grain AS Grain, iccid AS Iccid, msisdn AS Msisdn, model AS Model, contents AS Contents, active_job AS ActiveJob,
        queued AS Queued, last_proof_at AS LastProofAt, uncertain AS Uncertain
        """;

    public string Grain { get; init; } = "";

    public string Iccid { get; init; } = "";

    public string Msisdn { get; init; } = "";

    public string Model { get; init; } = "";

    public int Contents { get; init; }

    public string? ActiveJob { get; init; }

    public int Queued { get; init; }

    public long? LastProofAt { get; init; }

    public bool Uncertain { get; init; }

    public CardRow ToCard(string tenant) => new(
        StoredValues.Key(tenant, Grain), Iccid, Msisdn, Model, Contents, ActiveJob, Queued, StoredValues.Time(LastProofAt), Uncertain);

    /// <summary>The card after which a page of the list begins.</summary>
    /// <exception cref="FormatException">The cursor is not one of ours.</exception>
    public static (string Iccid, string Grain) After(string? cursor) =>
        cursor is null ? ("", "")
        : cursor.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (cursor[..colon], cursor[(colon + 1)..])
        : throw new FormatException($"'{cursor}' is not a cursor of this list.");
}
