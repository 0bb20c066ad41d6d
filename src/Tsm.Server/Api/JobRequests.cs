using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Asks cards for jobs: one command for each card, each of which takes or refuses its own.</summary>
internal static class JobRequests
{
    private const int MaxCards = 1000;
    private const int MaxKeyLength = 200;

    // Ours: what is left for C9 in one INSTALL command beside AIDs and privileges.
    private const int MaxParameters = 200;

    public static async Task<IResult> RequestAsync(
        JobRequest body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        Lookup lookup,
        IGrainHost host,
        IJobReads jobs,
        JobView view,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (Fault(body, idempotencyKey) is { } fault)
        {
            return ApiProblems.Result(fault);
        }

        CatalogueApplication? application = null;
        if (body.Application is not null)
        {
            (application, Problem? problem) = await lookup.ApplicationAsync(caller.Tenant, body.Application, cancellationToken);
            if (problem is not null)
            {
                return ApiProblems.Result(problem);
            }
        }

        EnqueueJob command = Command(body, application);
        (string Card, JobRow? Job, Problem? Problem)[] outcomes =
            await Task.WhenAll(body.Cards!.Distinct(StringComparer.Ordinal).Select(AskAsync));
        IReadOnlyList<CatalogueApplication> applications = await view.ApplicationsAsync(caller.Tenant, cancellationToken);
        JobDetails[] taken = [.. outcomes.Where(o => o.Job is not null).Select(o => JobView.Shown(o.Job!, applications))];
        (string Card, Problem Problem)[] refused = [.. outcomes.Where(o => o.Problem is not null).Select(o => (o.Card, o.Problem!))];
        return taken.Length > 0
            ? Results.Accepted("/api/v1/jobs", new JobsAccepted(taken, [.. refused.Select(r => new JobRefusal(r.Card, ProblemSummary.From(r.Problem)))]))
            : AllRefused(refused);

        async Task<(string Card, JobRow? Job, Problem? Problem)> AskAsync(string card)
        {
            if (await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key)
            {
                return (card, null, ApiProblems.CardUnknown(card));
            }

            string id = idempotencyKey is null ? NewId(time) : DerivedId(caller.Tenant, idempotencyKey, key);
            try
            {
                IReply reply = await host.SendAsync(key, command with { JobId = id }, cancellationToken);
                (JobRow? row, Problem? problem) = reply switch
                {
                    JobAccepted accepted => (accepted.Job, null),
                    JobForgotten => (await jobs.FindAsync(caller.Tenant, id, cancellationToken), (Problem?)null),
                    JobRejected rejected => (null, rejected.Problem),
                    _ => (null, Unexpected(reply, card)),
                };
                return row is not null && !Asked(row, command)
                    ? (card, null, ApiProblems.IdempotencyKeyReused(id))
                    : (card, row, problem ?? (row is null ? ApiProblems.JobUnknown(id) : null));
            }
            catch (HostBusyException)
            {
                return (card, null, ApiProblems.HostBusy);
            }
            catch (StoreUnavailableException)
            {
                return (card, null, ApiProblems.StoreUnavailable);
            }
        }
    }

    /// <summary>What to say when a job has ended already.</summary>
    public static Problem Ended(JobRow row) => new(
        "lifecycle",
        "JOB_ENDED",
        "Job ended",
        $"The job has ended as {row.Status.ToString().ToLowerInvariant()}.",
        "It was over before it was called off.",
        "Look at its outcome with GET /api/v1/jobs/" + row.Id + ".",
        []);

    /// <summary>What to say to a reply that should not have come.</summary>
    public static Problem Unexpected(IReply reply, string card) => reply switch
    {
        UnknownGrain => ApiProblems.CardUnknown(card),
        TurnFailed failed => ApiProblems.TurnFailed(failed.Problem),
        _ => ApiProblems.Defect,
    };

    private static IResult AllRefused((string Card, Problem Problem)[] refused) => ApiProblems.Result(
        refused[0].Problem,
        refused.Length == 1
            ? null
            : [.. refused.Select(r => new ApiFault(null, null, r.Problem.Code, $"{r.Card}: {r.Problem.Meaning}", r.Problem.Next))]);

    private static Problem? Fault(JobRequest body, string? key)
    {
        string? meaning =
            body.Operation is null ? "operation is missing: write install, activate, suspend, resume, terminate or audit."
            : body.Cards is not { Count: >= 1 and <= MaxCards } ? $"cards takes 1 to {MaxCards} ICCIDs or MSISDNs."
            : body.Cards.Any(string.IsNullOrWhiteSpace) ? "cards holds an empty entry."
            : body.Operation == Operation.Audit && body.Application is not null ? "An audit is of the whole card: it takes no application."
            : body.Operation != Operation.Audit && string.IsNullOrWhiteSpace(body.Application) ? "application is missing: write its id, package AID or name."
            : body.Operation != Operation.Install && (body.Applet ?? body.Privileges ?? body.Parameters) is not null
                ? "applet, privileges and parameters belong to an installation only."
            : body.Operation != Operation.Install && body.Activate == true ? "activate belongs to an installation only."
            : AidFault("applet", body.Applet) ?? AidFault("instance", body.Instance) ?? OctetsFault(body)
                ?? (key is { Length: 0 or > MaxKeyLength } ? $"Idempotency-Key takes 1 to {MaxKeyLength} characters." : null);
        return meaning is null ? null : ApiProblems.RequestInvalid(meaning, "Correct the request; nothing was done.");
    }

    private static string? AidFault(string field, string? text) =>
        text is not null && !Aid.TryParse(text, out _, out string problem) ? $"{field}: {problem}" : null;

    private static string? OctetsFault(JobRequest body) =>
        body.Privileges is not null && !(Octets.TryParse(body.Privileges, out Octets privileges) && privileges.Length is 1 or 3)
            ? "privileges takes one or three octets, hexadecimal."
        : body.Parameters is not null && !(Octets.TryParse(body.Parameters, out Octets parameters) && parameters.Length <= MaxParameters)
            ? $"parameters takes up to {MaxParameters} octets, hexadecimal."
        : null;

    private static EnqueueJob Command(JobRequest body, CatalogueApplication? application) => new(
        "",
        body.Operation!.Value,
        application?.Id,
        body.Applet is null ? null : Aid.Parse(body.Applet),
        body.Instance is null ? null : Aid.Parse(body.Instance),
        body.Activate ?? false,
        body.Privileges is null ? default : Octets.Parse(body.Privileges),
        body.Parameters is null ? default : Octets.Parse(body.Parameters));

    // A repeated request is answered with its job; another request under the same key is told so.
    private static bool Asked(JobRow row, EnqueueJob command) =>
        row.Operation == command.Operation && string.Equals(row.Application, command.Application, StringComparison.Ordinal);

    private static string NewId(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    private static string DerivedId(string tenant, string key, GrainKey card) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}|{key}|{card}")).AsSpan(0, 16));
}
