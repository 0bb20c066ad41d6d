using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;
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

    public static async Task<IResult> RequestAsync(
        JobRequest body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        Lookup lookup,
        CardAsker asker,
        JobView view,
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

        CardOutcome[] outcomes = await asker.AskAsync(
            caller.Tenant, body.Cards!, Command(body, application, caller.Actor), idempotencyKey, cancellationToken);
        IReadOnlyList<CatalogueApplication> applications = await view.ApplicationsAsync(
            caller.Tenant, outcomes.Select(o => o.Job).OfType<JobRow>(), cancellationToken);
        JobDetails[] taken = [.. outcomes.Where(o => o.Job is not null).Select(o => JobView.Shown(o.Job!, applications))];
        CardOutcome[] refused = [.. outcomes.Where(o => o.Problem is not null)];
        return taken.Length == 0
            ? AllRefused(refused)
            : Results.Accepted("/api/v1/jobs", new JobsAccepted(
                taken, [.. refused.Select(r => new JobRefusal(r.Card, ProblemSummary.From(r.Problem!)))]));
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

    private static IResult AllRefused(CardOutcome[] refused) => ApiProblems.Result(
        refused[0].Problem!,
        refused.Length == 1
            ? null
            : [.. refused.Select(r => new ApiFault(null, null, r.Problem!.Code, $"{r.Card}: {r.Problem.Meaning}", r.Problem.Next))]);

    private static Problem? Fault(JobRequest body, string? key)
    {
        string? meaning =
            body.Operation is null ? "operation is missing: write install, activate, suspend, resume, terminate or audit."
            : Elsewhere(body.Operation.Value) is { } place ? $"operation {JsonNamingPolicy.CamelCase.ConvertName(body.Operation.Value.ToString())} is asked for with POST {place}."
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

    /// <summary>Where operations are asked for that need a provider, its domain or its data.</summary>
    private static string? Elsewhere(Operation operation) => operation switch
    {
        Operation.Personalise => "/api/v1/requests",
        Operation.RotateKeys => "/api/v1/cards/{card}/domains/{provider}/rotate-keys",
        Operation.Extradite => "/api/v1/cards/{card}/domains/{provider}/extradite",
        _ => null,
    };

    private static string? AidFault(string field, string? text) =>
        text is not null && !Aid.TryParse(text, out _, out string problem) ? $"{field}: {problem}" : null;

    private static string? OctetsFault(JobRequest body) =>
        body.Privileges is not null && !(Octets.TryParse(body.Privileges, out Octets privileges) && privileges.Length is 1 or 3)
            ? "privileges takes one or three octets, hexadecimal."
        : body.Parameters is not null && !(Octets.TryParse(body.Parameters, out Octets parameters) && parameters.Length <= PersonalisationRenderer.MaxParameters)
            ? $"parameters takes up to {PersonalisationRenderer.MaxParameters} octets, hexadecimal."
        : null;

    private static EnqueueJob Command(JobRequest body, CatalogueApplication? application, Actor by) => new(
        "",
        body.Operation!.Value,
        application?.Id,
        body.Applet is null ? null : Aid.Parse(body.Applet),
        body.Instance is null ? null : Aid.Parse(body.Instance),
        body.Activate ?? false,
        body.Privileges is null ? default : Octets.Parse(body.Privileges),
        body.Parameters is null ? default : Octets.Parse(body.Parameters),
        by);
}
