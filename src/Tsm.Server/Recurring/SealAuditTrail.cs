using Quartz;
using Tsm.Application.Ports;

namespace Tsm.Server.Recurring;

/// <summary>Chains and signs what has gone into the audit trail since the last time.</summary>
[DisallowConcurrentExecution]
internal sealed class SealAuditTrail(IAuditTrail trail, Troubles troubles, ILogger<SealAuditTrail> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await trail.SealAsync(cancellationToken);
            if (count > 0)
            {
                logger.Sealed(count);
            }

            if (troubles.End(nameof(SealAuditTrail)))
            {
                logger.SealedAgain();
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (troubles.Begin(nameof(SealAuditTrail)))
            {
                logger.NotSealed(exception);
            }
        }
    }
}
