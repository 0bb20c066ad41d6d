using Tsm.Application.Usage;

namespace Tsm.Server.Contracts;

/// <summary>A batch of usage records: all of them are taken, or none.</summary>
/// <param name="Server">For operators: the application server on whose behalf they send; absent for their own word.</param>
/// <param name="Records">1 to 1000 records.</param>
public sealed record UsageBatch(string? Server, IReadOnlyList<UsageRecordBody?>? Records);

/// <summary>A usage record as an application server sends it.</summary>
/// <param name="Id">The server's own name for it; the same id again is the same record.</param>
/// <param name="Service">The service that was used.</param>
/// <param name="Iccid">The card, by ICCID.</param>
/// <param name="At">When it was used.</param>
/// <param name="Kind">What happened: lower-case letters, digits and hyphens, 1 to 32 characters.</param>
/// <param name="Amount">How much, from 0; absent for 1.</param>
public sealed record UsageRecordBody(string? Id, string? Service, string? Iccid, DateTimeOffset? At, string? Kind, decimal? Amount);

/// <summary>What became of a batch.</summary>
/// <param name="Added">Records that are new.</param>
/// <param name="Known">Records that were there already and count once.</param>
public sealed record UsageTaken(int Added, int Known);

/// <summary>A usage record as it is kept.</summary>
/// <param name="Server">The application server that sent it.</param>
/// <param name="Id">Its name for it.</param>
/// <param name="Service">The service that was used.</param>
/// <param name="Card">The card's ICCID.</param>
/// <param name="Msisdn">Its number when the record came in.</param>
/// <param name="At">When it was used.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Amount">How much.</param>
/// <param name="ReceivedAt">When it came in.</param>
public sealed record UsageRecordView(
    string Server, string Id, string Service, string Card, string Msisdn, DateTimeOffset At, string Kind, decimal Amount, DateTimeOffset ReceivedAt)
{
    /// <summary>The record as the API shows it.</summary>
    public static UsageRecordView From(UsageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new(record.Server, record.Id, record.Service, record.Iccid, record.Msisdn, record.At, record.Kind, record.Amount, record.ReceivedAt);
    }
}
