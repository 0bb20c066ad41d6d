using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using Tsm.Server.Import;

namespace Tsm.Server.Api;

/// <summary>Imports cards from a file.</summary>
internal static class CardImportEndpoints
{
    /// <summary>How an import stands in the audit trail whose caller gives no name.</summary>
    private const string Unnamed = "unnamed";

    private const long MaxBody = 256 * 1024 * 1024;

    public static void MapCardImport(this IEndpointRouteBuilder routes) => routes.MapPost("/cards/import", ImportAsync)
        .WithTags("Cards")
        .WithName("ImportCards")
        .WithSummary("Imports cards with their keys from CSV: all of them, or none and every fault with its line; source names the file in the audit trail")
        .Accepts<string>("text/csv", "text/plain", "application/csv", "application/octet-stream")
        .TakesAtMost(MaxBody)
        .Produces<CardImportResult>()
        .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ImportAsync(
        HttpRequest request,
        [FromQuery] bool? dryRun,
        [FromQuery] string? source,
        Caller caller,
        CardImporter importer,
        CancellationToken cancellationToken)
    {
        if (source is not null && (source.Length is 0 or > AuditEntries.MaxSourceLength || source.Any(char.IsControl)))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"source takes 1 to {AuditEntries.MaxSourceLength} characters without control characters.", "Write the name of the file, or leave it out."));
        }

        CardImportOutcome outcome = await importer.ImportAsync(caller, request.Body, source ?? Unnamed, dryRun ?? false, cancellationToken);
        return outcome.Faults.Count == 0
            ? Results.Ok(new CardImportResult(
                outcome.Cards, dryRun ?? false, [.. outcome.First.Select(c => new ImportedCardSummary(c.Iccid, c.Msisdn, c.Model.Name))]))
            : ApiProblems.Result(
                Invalid(outcome.Faults), [.. outcome.Faults.First.Select(f => new ApiFault(f.Line, f.Column, f.Code, f.Problem, f.Next))]);
    }

    private static Problem Invalid(CardImportFaults faults)
    {
        int lines = faults.Lines;
        CardImportFault first = faults.First[0];
        return ApiProblems.Of(
            "CARD_IMPORT_INVALID",
            "Card import invalid",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{lines} {(lines == 1 ? "line is" : "lines are")} wrong and nothing was imported; the first is line {first.Line}: {first.Problem}"),
            "An import is taken whole or not at all, so that a file can be sent again.",
            faults.Count > faults.First.Count
                ? $"Correct the lines under errors and send the file again; only the first {faults.First.Count} of {faults.Count} faults are listed."
                : "Correct the lines under errors and send the file again.");
    }
}
