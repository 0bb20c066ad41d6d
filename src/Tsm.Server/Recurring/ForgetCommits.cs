using Microsoft.Extensions.Options;
using Quartz;
using Tsm.Storage.Postgres;

namespace Tsm.Server.Recurring;

/// <summary>Takes away the commit tokens that dead nodes have left on PostgreSQL, long after anybody could ask for one.</summary>
[DisallowConcurrentExecution]
internal sealed class ForgetCommits(PostgresDatabase database, IOptions<RecurringOptions> options, ILogger<ForgetCommits> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await PostgresGrainStore.ForgetCommitsAsync(database, options.Value.CommitsAreKept, cancellationToken);
            if (count > 0)
            {
                logger.CommitsForgotten(count);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.CommitsNotForgotten(exception);
        }
    }
}
