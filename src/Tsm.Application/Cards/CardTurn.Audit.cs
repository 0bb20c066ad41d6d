using System.Globalization;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Security.Scp80;

namespace Tsm.Application.Cards;

/// <summary>The audit trail: who asked for what, and what was decided about security. Not every turn.</summary>
internal sealed partial class CardTurn
{
    private void RecordAsked(CardJob job, Actor by) => Record(
        by,
        AuditAction.JobAsked,
        job.Id,
        $"{job.Operation} was asked for.",
        ("application", job.Application),
        ("instance", job.Instance?.ToString()),
        ("contract", job.Order?.Contract),
        ("domain", job.Order?.Domain?.Aid.ToString()),
        ("makeSelectable", job.MakeSelectable ? "true" : null),
        ("operation", job.Operation.ToString()),
        ("privileges", job.Privileges.IsEmpty ? null : job.Privileges.ToString()),
        ("provider", job.Order?.Provider),
        ("request", job.Order?.Request),
        ("service", job.Order?.Service));

    private void RecordCancelled(CardJob job, Actor by) => Record(
        by,
        AuditAction.JobCancelled,
        job.Id,
        $"{job.Operation} was called off {(job.StartedAt is null ? "before it began" : "while it ran")}.",
        ("operation", job.Operation.ToString()));

    private void RecordAdvance(CounterDomain before, CounterDomain after, OutstandingPacket packet) => Record(
        Actor.CardRules,
        AuditAction.CounterAdvanced,
        packet.JobId,
        string.Create(CultureInfo.InvariantCulture, $"The card may be ahead of us: the counter was moved from {before.Counter} to {after.Counter}."),
        ("from", before.Counter.ToString(CultureInfo.InvariantCulture)),
        ("grade", packet.Pending?.Grade.ToString()),
        ("keyVersion", AuditEntries.Number(before.KeyVersion)),
        ("status", packet.Pending is { } pending ? new ResponseStatus(pending.Status).ToString() : null),
        ("tar", before.Tar.ToString()),
        ("to", after.Counter.ToString(CultureInfo.InvariantCulture)));

    private void RecordReturn(CounterDomain before, CounterDomain after) => Record(
        Actor.CardRules,
        AuditAction.CounterAdvanced,
        job: null,
        string.Create(CultureInfo.InvariantCulture, $"The database has gone back in time: the counter was moved from {before.Counter} to {after.Counter}."),
        ("from", before.Counter.ToString(CultureInfo.InvariantCulture)),
        ("keyVersion", AuditEntries.Number(before.KeyVersion)),
        ("tar", before.Tar.ToString()),
        ("to", after.Counter.ToString(CultureInfo.InvariantCulture)));

    private void RecordWriteOff(OutstandingPacket packet) => Record(
        Actor.CardRules,
        AuditAction.PacketWrittenOff,
        packet.JobId,
        $"{Describe(packet.Parts)} was given up without knowing whether the card has executed it: an audit comes before anything else.",
        ("counter", Header(packet).Counter.Value.ToString(CultureInfo.InvariantCulture)),
        ("packet", packet.Id),
        ("sends", AuditEntries.Number(packet.Sends)),
        ("tar", Header(packet).Tar.ToString()));

    private void RecordReceipt(StepPart part, string why) => Record(
        Actor.CardRules,
        AuditAction.ReceiptWrong,
        Active.Id,
        $"The receipt of {Name(part.Purpose)} {why}.",
        ("aid", part.Aid?.ToString()),
        ("domain", Active.Order?.Domain?.Aid.ToString()),
        ("provider", Active.Order?.Provider));

    /// <summary>A job that ends because the card's security refused: a wrong key, a counter, a security level.</summary>
    private void RecordRefusal(CardJob job, Problem? problem, Grade grade)
    {
        if (problem is not null && Problems.IsSecurityRefusal(problem))
        {
            Record(
                Actor.CardRules,
                AuditAction.JobRefusedBySecurity,
                job.Id,
                $"{job.Operation} ended: {problem.Name}.",
                ("code", problem.Code),
                ("grade", grade.ToString()),
                ("operation", job.Operation.ToString()));
        }
    }

    private void Record(Actor by, string action, string? job, string text, params ReadOnlySpan<(string Name, string? Value)> details) =>
        _effects.Add(new RecordAudit(new(Now, by, action, AuditSubject.Card, _card.Iccid, job, text, AuditEntries.Details(details))));
}
