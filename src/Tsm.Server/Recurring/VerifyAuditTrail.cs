using Quartz;
using Tsm.Application.Ports;
using Tsm.Server.Access;

namespace Tsm.Server.Recurring;

/// <summary>Verifies the whole audit trail and notes the result for the health of all nodes.</summary>
[DisallowConcurrentExecution]
internal sealed class VerifyAuditTrail(IAuditTrail trail, TimeProvider time, ILogger<VerifyAuditTrail> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        const string Tenant = Caller.LocalTenant;
        try
        {
            AuditVerdict verdict = await trail.VerifyAsync(Tenant, null, cancellationToken);
            await trail.NoteAsync(Tenant, new(time.GetUtcNow(), verdict.Entries, verdict.Break), cancellationToken);
            if (verdict.Break is { } broken)
            {
                logger.Broken(Tenant, broken.Position, broken.What, broken.Code);
            }
            else
            {
                // The head in the log is one that was kept outside of the database.
                logger.Intact(Tenant, verdict.Entries, verdict.Head?.Anchor);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotVerified(exception);
        }
    }
}
