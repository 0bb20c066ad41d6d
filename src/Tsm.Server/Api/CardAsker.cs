using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;

namespace Tsm.Server.Api;

/// <summary>What a card said to a job: it took it, or there is a problem.</summary>
/// <param name="Card">The card as it was named in the request.</param>
/// <param name="Job">The job that was taken, or was there already.</param>
/// <param name="Problem">Why it was not taken.</param>
internal sealed record CardOutcome(string Card, JobRow? Job, Problem? Problem);

/// <summary>Asks each card of a request for its job.</summary>
internal sealed class CardAsker(Lookup lookup, IGrainHost host, IJobReads jobs, TimeProvider time)
{
    /// <summary>Asks all cards at once; a card that is named by ICCID and by number is asked once.</summary>
    public async Task<CardOutcome[]> AskAsync(
        string tenant, IReadOnlyList<string> cards, EnqueueJob command, string? idempotencyKey, CancellationToken cancellationToken)
    {
        (string Card, GrainKey? Key)[] found = await Task.WhenAll(cards
            .Distinct(StringComparer.Ordinal)
            .Select(async card => (card, await lookup.CardAsync(tenant, card, cancellationToken))));
        return await Task.WhenAll(found
            .DistinctBy(c => c.Key?.ToString() ?? c.Card, StringComparer.Ordinal)
            .Select(c => c.Key is GrainKey key
                ? AskAsync(c.Card, key, command with { JobId = JobId(tenant, idempotencyKey, key) }, cancellationToken)
                : Task.FromResult(new CardOutcome(c.Card, null, ApiProblems.CardUnknown(c.Card)))));
    }

    private async Task<CardOutcome> AskAsync(string card, GrainKey key, EnqueueJob command, CancellationToken cancellationToken)
    {
        try
        {
            IReply reply = await host.SendAsync(key, command, cancellationToken);
            JobRow? row = reply switch
            {
                JobAccepted accepted => accepted.Job,
                JobForgotten => await jobs.FindAsync(key.Tenant, command.JobId, cancellationToken),
                _ => null,
            };
            Problem? problem = reply switch
            {
                JobRejected rejected => rejected.Problem,
                JobForgotten when row is null => ApiProblems.JobUnknown(command.JobId),
                JobAccepted or JobForgotten when !IsOf(row!, command) => ApiProblems.IdempotencyKeyReused($"job {command.JobId}"),
                JobAccepted or JobForgotten => null,
                _ => JobRequests.Unexpected(reply, card),
            };
            return new(card, problem is null ? row : null, problem);
        }
        catch (HostBusyException)
        {
            return new(card, null, ApiProblems.HostBusy);
        }
        catch (StoreUnavailableException)
        {
            return new(card, null, ApiProblems.StoreUnavailable);
        }
    }

    // A repeated request is answered with its job; another request under the same key is told so.
    private static bool IsOf(JobRow row, EnqueueJob command) =>
        row.Operation == command.Operation
        && string.Equals(row.Application, command.Application, StringComparison.Ordinal)
        && (command.Instance is not { } instance || string.Equals(row.Instance, instance.ToString(), StringComparison.Ordinal));

    // Ordered by time when it is free, named by the key when the same request shall be the same job.
    private string JobId(string tenant, string? idempotencyKey, GrainKey card) => idempotencyKey is null
        ? Guid.CreateVersion7(time.GetUtcNow()).ToString("N")
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}|{idempotencyKey}|{card}")).AsSpan(0, 16));
}
