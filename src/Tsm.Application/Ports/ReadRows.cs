using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;

namespace Tsm.Application.Ports;

/// <summary>The listed columns of a card; written when one of them has changed.</summary>
/// <param name="Grain">The card's grain.</param>
/// <param name="Contents">The number of items known to be on the card.</param>
/// <param name="ActiveJob">The job that runs now.</param>
/// <param name="Queued">The jobs that wait, the running one not counted.</param>
/// <param name="LastProofAt">When the card last proved something.</param>
/// <param name="Uncertain">Whether something on the card is unknown until it is audited.</param>
public sealed record CardRow(
    GrainKey Grain, string Iccid, string Msisdn, string Model, int Contents, string? ActiveJob, int Queued, DateTimeOffset? LastProofAt, bool Uncertain);

/// <summary>A job as it is listed and shown. After its end this row is all that is left of it.</summary>
/// <param name="Grade">How well the outcome is proven; null while it runs.</param>
/// <param name="Now">What is happening, one sentence.</param>
/// <param name="SmsSent">Short messages handed to the SMSC, repetitions included.</param>
/// <param name="SmsRepeated">Short messages of packets that were sent more than once, without the first time.</param>
/// <param name="SmsReceived">Short messages that came back.</param>
/// <param name="OctetsSent">Octets of the packets sent.</param>
/// <param name="Proofs">Answers with a valid cryptographic checksum.</param>
/// <param name="Problem">Why it did not succeed.</param>
public sealed record JobRow(
    string Id,
    string Tenant,
    GrainKey Card,
    string Iccid,
    Operation Operation,
    string? Application,
    string? Instance,
    JobStatus Status,
    Grade? Grade,
    string Now,
    int StepsDone,
    int StepsTotal,
    int SmsSent,
    int SmsRepeated,
    int SmsReceived,
    int OctetsSent,
    int Proofs,
    Problem? Problem,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt);

/// <summary>One line of a card's history. It is never changed.</summary>
/// <param name="Kind">What it is about: <c>job</c>, <c>sent</c>, <c>submitted</c>, <c>answer</c>, <c>receipt</c>, <c>counter</c>.</param>
/// <param name="Grade">For answers: how much it proves.</param>
/// <param name="Text">One sentence for people.</param>
/// <param name="Raw">The octets it is about, as they travelled; never keys.</param>
public sealed record HistoryEntry(DateTimeOffset At, string? Job, string Kind, Grade? Grade, string Text, Octets Raw);

/// <summary>Writes the card's row.</summary>
public sealed record SaveCard(CardRow Row) : Effect;

/// <summary>Writes a job's row.</summary>
public sealed record SaveJob(JobRow Row) : Effect;

/// <summary>Appends to the card's history.</summary>
public sealed record AppendHistory(ImmutableArray<HistoryEntry> Entries) : Effect;

/// <summary>Makes a packet ready to leave on a road; it replaces what the grain had ready before.</summary>
/// <param name="Road">The road's name.</param>
/// <param name="PacketId">Names the packet within its card.</param>
/// <param name="Attempt">1 for the first time these octets leave, then 2, 3, ...</param>
/// <param name="Destination">The MSISDN, digits without plus.</param>
/// <param name="Segments">TP-UD of each short message, in order.</param>
public sealed record QueuePacket(
    string Road, string PacketId, int Attempt, string Destination, ImmutableArray<Octets> Segments) : Effect;

/// <summary>Takes back what the grain had ready to leave, if it has not left.</summary>
public sealed record WithdrawPacket : Effect;
