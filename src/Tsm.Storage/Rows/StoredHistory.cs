using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;

namespace Tsm.Storage.Rows;

/// <summary>A row of the history of cards.</summary>
internal sealed class StoredHistory
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns = "seq AS Seq, at AS At, job AS Job, kind AS Kind, grade AS Grade, text AS Text, raw AS Raw";

    public long Seq { get; init; }

    public long At { get; init; }

    public string? Job { get; init; }

    public string Kind { get; init; } = "";

    public string? Grade { get; init; }

    public string Text { get; init; } = "";

    public byte[] Raw { get; init; } = [];

    public StoredHistoryEntry ToEntry() => new(Seq, new(
        StoredValues.Time(At), Job, Kind, Grade is null ? null : Enum.Parse<Grade>(Grade), Text, Octets.Own(Raw)));
}
