using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm audit</c>: asks cards what is on them and shows what they answered.</summary>
internal static class AuditCommand
{
    public static Verb Build(Terminal terminal) =>
        new Verb("audit", "Ask cards over the air what is on them, and show it (who did what on the server: tsm audit-trail)",
            "tsm audit --card 8988211000000000017")
            .Takes(CommonOptions.Cards, CommonOptions.NoWait, CommonOptions.Timeout).TalksToServer()
            .Does(terminal, run => JobRun.OrderAsync(
                run, new() { Operation = "audit", Cards = run.Get(CommonOptions.Cards)! }, jobs => ShowAsync(run, jobs)));

    private static async Task ShowAsync(Invocation run, IReadOnlyList<Job> jobs)
    {
        foreach (Job job in jobs.Where(j => j.Status is JobStatus.Done))
        {
            CardRecord card = (await run.Api.CardAsync(job.Card, run.Cancellation)).Value;
            Print.Heading(run.Terminal.Screen, $"{card.Iccid}  {card.Model}  audited {Print.Time(card.AuditedAt)}");
            CardText.Contents(run.Terminal.Screen, card.ContentList);
        }
    }
}
