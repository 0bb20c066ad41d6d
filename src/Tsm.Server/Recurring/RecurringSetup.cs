using System.Data.Common;
using Quartz;
using Tsm.Storage.Postgres;

namespace Tsm.Server.Recurring;

/// <summary>
/// Recurring work, in Quartz: on PostgreSQL in its clustered store, so that each piece is done by one node at a time and by
/// another when that one dies; on SQLite in memory. Never one schedule for each card: those are due rows.
/// </summary>
internal static class RecurringSetup
{
    private const string Scheduler = "tsm";
    private const string Section = "Recurring";
    private const string Pool = "recurring";

    /// <summary>The few connections that Quartz has of its own: its locks are never in the way of the API or of turns.</summary>
    private const int Connections = 4;

    public static void AddRecurringWork(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<RecurringOptions>()
            .BindConfiguration(Section)
            .Validate(o => o.IsRight, $"The times of section {Section} must be at least 10 ms.")
            .ValidateOnStart();
        services.AddSingleton<Troubles>();
        RecurringOptions options = builder.Configuration.GetSection(Section).Get<RecurringOptions>() ?? new();
        bool isPostgres = StorageServiceCollectionExtensions.IsPostgres(builder.Configuration);
        if (isPostgres)
        {
            services.AddKeyedSingleton<DbDataSource>(Pool, (s, _) => s.GetRequiredService<PostgresDatabase>().OpenPool(Connections));
        }

        services.AddQuartz(Scheduler, quartz =>
        {
            quartz.UseDefaultThreadPool(Connections - 1);
            if (isPostgres)
            {
                UsePostgres(quartz, options);
                quartz.Recur<ForgetCommits>(options.ForgetCommitsEvery, options.ForgetCommitsEvery);
            }
            else
            {
                quartz.UseInMemoryStore();
            }

            quartz.Recur<SealAuditTrail>(TimeSpan.Zero, options.SealEvery);
            quartz.Recur<VerifyAuditTrail>(options.FirstVerificationAfter, options.VerifyEvery);
        });
        services.AddQuartzHostedService(Scheduler, hosted => hosted.WaitForJobsToComplete = true);
    }

    private static void UsePostgres(IQuartzBuilder quartz, RecurringOptions options)
    {
        quartz.ConfigureScheduler(scheduler =>
        {
            scheduler.GenerateInstanceId = true;
            scheduler.IdleWaitTime = options.CheckIn > LeastIdleWait ? options.CheckIn : LeastIdleWait;
        });
        quartz.UsePersistentStore(store =>
        {
            // The pool and not the connection string: what Quartz does not have it cannot write into a log.
            store.UsePostgres(source => source.DataSourceServiceKey = Pool);
            store.ConfigureStore(s => s.TablePrefix = "qrtz_");
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = options.CheckIn;
                cluster.CheckinMisfireThreshold = options.CheckInGrace;
            });
        });
    }

    /// <summary>What Quartz waits at least before it looks at a schedule that another node may have changed.</summary>
    private static readonly TimeSpan LeastIdleWait = TimeSpan.FromSeconds(1);

    /// <summary>Schedules work under the name of its class: every start replaces the schedule of the one before.</summary>
    /// <remarks>The interval begins when the work has ended: what comes late is done once, not once for each time it was missed.</remarks>
    private static void Recur<TJob>(this IQuartzBuilder quartz, TimeSpan first, TimeSpan every) where TJob : IJob =>
        quartz.ScheduleJob<TJob>(
            trigger => trigger
                .WithIdentity(typeof(TJob).Name)
                .StartAt(TimeProvider.System.GetUtcNow() + first)
                .WithSimpleSchedule(schedule => schedule
                    .WithInterval(every)
                    .RepeatForever()
                    .MeasureIntervalFromCompletion(true)
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount)),
            job => job.WithIdentity(typeof(TJob).Name).RequestRecovery());
}
