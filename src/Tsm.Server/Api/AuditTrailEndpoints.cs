using System.Globalization;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Security.AuditTrail;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>The audit trail: who did what, and the proof that nobody has changed it since. Not what cards say of themselves.</summary>
internal static class AuditTrailEndpoints
{
    private const string Lines = "application/x-ndjson";

    private static readonly byte[] LineEnd = [(byte)'\n'];

    public static void MapAuditTrail(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder trail = routes.MapGroup("/audit-trail").WithTags("Audit trail");
        trail.MapGet("", ListAsync)
            .WithName("ListAuditTrail")
            .WithSummary("Lists what operators, providers and policies did, the newest first; from and to are times as of ISO 8601, UTC when they name no zone")
            .Produces<PageOf<AuditTrailEntry>>()
            .Refuses(StatusCodes.Status400BadRequest);
        trail.MapGet("/verify", VerifyAsync)
            .WithName("VerifyAuditTrail")
            .WithSummary("Reads the whole trail and says whether it is what was sealed; head is a position:hash that was kept from an earlier verification")
            .Produces<AuditTrailVerification>()
            .Refuses(StatusCodes.Status400BadRequest);
        trail.MapGet("/export", ExportAsync)
            .WithName("ExportAuditTrail")
            .WithSummary("Writes what is sealed as JSON lines (key, entries, signed heads) that can be verified without the server")
            .Produces<string>(StatusCodes.Status200OK, Lines)
            .Refuses(StatusCodes.Status500InternalServerError);
        trail.MapGet("/key", KeyAsync)
            .WithName("ShowAuditTrailKey")
            .WithSummary("Shows the public key that signed heads are verified with; keep a copy elsewhere")
            .Produces<AuditTrailKey>()
            .Refuses(StatusCodes.Status500InternalServerError);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        IAuditTrail trail,
        string? action,
        string? subject,
        string? from,
        string? to,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem) || !IsTime("from", from, out DateTimeOffset? start, out problem)
            || !IsTime("to", to, out DateTimeOffset? end, out problem))
        {
            return ApiProblems.Result(problem);
        }

        var filter = new AuditFilter(action, subject, start, end);
        return await Paging.AnswerAsync(
            () => trail.ListAsync(caller.Tenant, filter, cursor, limit ?? Paging.Default, cancellationToken), AuditTrailEntry.From);
    }

    private static async Task<IResult> VerifyAsync(
        Caller caller, IAuditTrail trail, TimeProvider time, string? head, CancellationToken cancellationToken)
    {
        AuditAnchor? known = null;
        if (head is not null && !AuditAnchor.TryParse(head, out known))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                "head is not position:hash.", "Write the anchor that an earlier verification has shown, or leave it out."));
        }

        AuditVerdict verdict = await trail.VerifyAsync(caller.Tenant, known, cancellationToken);
        return Results.Ok(AuditTrailVerification.From(verdict, time.GetUtcNow()));
    }

    private static async Task<IResult> KeyAsync(Caller caller, IAuditTrail trail, CancellationToken cancellationToken)
    {
        try
        {
            AuditPublicKey key = await trail.PublicKeyAsync(caller.Tenant, cancellationToken);
            return Results.Ok(new AuditTrailKey(key.Id, "ECDSA-P256-SHA256", key.Pem));
        }
        catch (InvalidOperationException unusable)
        {
            return ApiProblems.Result(ApiProblems.AuditKeyUnusable(unusable.Message));
        }
    }

    private static async Task<IResult> ExportAsync(Caller caller, IAuditTrail trail, CancellationToken cancellationToken)
    {
        try
        {
            // Before the first octet of the answer, so that it can still be a problem.
            await trail.PublicKeyAsync(caller.Tenant, cancellationToken);
        }
        catch (InvalidOperationException unusable)
        {
            return ApiProblems.Result(ApiProblems.AuditKeyUnusable(unusable.Message));
        }

        return Results.Stream(
            async body =>
            {
                await foreach (AuditLine line in trail.ExportAsync(caller.Tenant, cancellationToken))
                {
                    await body.WriteAsync(line.Write(), cancellationToken);
                    await body.WriteAsync(LineEnd, cancellationToken);
                }
            },
            Lines,
            "audit-trail.jsonl");
    }

    private static bool IsTime(string name, string? text, out DateTimeOffset? time, out Problem problem)
    {
        bool read = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset value);
        time = read ? value : null;
        problem = ApiProblems.RequestInvalid($"{name} is '{text}'.", "Write a time such as 2026-01-31T12:00:00Z.");
        return read || text is null;
    }
}
