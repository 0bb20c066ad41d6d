using System.Collections.Frozen;
using Tsm.Application.Jobs;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

internal static partial class ApiProblems
{
    public const string MediaType = "application/problem+json";

    private static readonly FrozenDictionary<string, int> StatusOfCode = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["TOKEN_MISSING"] = StatusCodes.Status401Unauthorized,
        ["TOKEN_WRONG"] = StatusCodes.Status401Unauthorized,
        ["TOKEN_REVOKED"] = StatusCodes.Status401Unauthorized,
        ["TOKEN_EXPIRED"] = StatusCodes.Status401Unauthorized,
        ["ROLE_FORBIDDEN"] = StatusCodes.Status403Forbidden,
        ["PROVIDER_ENDED"] = StatusCodes.Status403Forbidden,
        ["PROVIDER_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["CONTRACT_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["TOKEN_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["WEBHOOK_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["DELIVERY_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["VERSION_STALE"] = StatusCodes.Status412PreconditionFailed,
        ["VERSION_MISSING"] = StatusCodes.Status428PreconditionRequired,
        ["PROVIDER_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["CONTRACT_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["TOKEN_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["WEBHOOK_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["CARD_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["JOB_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["APPLICATION_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["CARD_MODEL_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["SMSC_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["DOMAIN_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["ROUTE_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["METHOD_NOT_ALLOWED"] = StatusCodes.Status405MethodNotAllowed,
        ["BODY_TOO_SLOW"] = StatusCodes.Status408RequestTimeout,
        ["BODY_TOO_LARGE"] = StatusCodes.Status413PayloadTooLarge,
        ["MEDIA_TYPE_UNSUPPORTED"] = StatusCodes.Status415UnsupportedMediaType,
        ["APPLICATION_AMBIGUOUS"] = StatusCodes.Status422UnprocessableEntity,
        ["CARD_IMPORT_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["CARD_MODEL_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["IDEMPOTENCY_KEY_REUSED"] = StatusCodes.Status422UnprocessableEntity,
        ["SERVICE_VERSION_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["SERVICE_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["SERVICE_VERSION_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["TABLE_UNREADABLE"] = StatusCodes.Status422UnprocessableEntity,
        ["REQUEST_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["APPLICATION_SERVER_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["NOT_A_PHONE"] = StatusCodes.Status403Forbidden,
        ["OPERATION_NOT_FOR_SIDE"] = StatusCodes.Status403Forbidden,
        ["PROVIDER_FOREIGN"] = StatusCodes.Status403Forbidden,
        ["OPERATION_UNKNOWN"] = StatusCodes.Status422UnprocessableEntity,
        ["REQUEST_ID_REUSED"] = StatusCodes.Status422UnprocessableEntity,
        ["CAP_INCOMPATIBLE"] = StatusCodes.Status422UnprocessableEntity,
        ["MEMORY_SHORT"] = StatusCodes.Status422UnprocessableEntity,
        ["APPLICATION_SERVER_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["APPLICATION_SERVER_DOWN"] = StatusCodes.Status503ServiceUnavailable,
        ["QUEUE_FULL"] = StatusCodes.Status409Conflict,
        ["INTERNAL_ERROR"] = StatusCodes.Status500InternalServerError,
        ["AUDIT_KEY_UNUSABLE"] = StatusCodes.Status500InternalServerError,
        ["TURN_FAILED"] = StatusCodes.Status500InternalServerError,
        ["STORAGE_UNAVAILABLE"] = StatusCodes.Status503ServiceUnavailable,
        ["SERVER_BUSY"] = StatusCodes.Status503ServiceUnavailable,
        ["POLICY_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["OVERRULE_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["SERVICE_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["NUMBER_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["SWAP_UNKNOWN"] = StatusCodes.Status404NotFound,
        ["POLICY_INVALID"] = StatusCodes.Status422UnprocessableEntity,
        ["TRIAL_TOO_LARGE"] = StatusCodes.Status422UnprocessableEntity,
        ["USAGE_RECORDS_INVALID"] = StatusCodes.Status422UnprocessableEntity,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The status that goes with a problem: of its code, or of its layer.</summary>
    public static int StatusOf(Problem problem) => StatusOfCode.TryGetValue(problem.Code, out int status)
        ? status
        : problem.Layer switch
        {
            Layer => StatusCodes.Status400BadRequest,
            "cap" or "card-model" or "capacity" => StatusCodes.Status422UnprocessableEntity,
            "storage" => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status409Conflict,
        };

    /// <summary>The problem as a response.</summary>
    public static IResult Result(Problem problem, IReadOnlyList<ApiFault>? errors = null, int? status = null)
    {
        ApiProblem body = Body(problem, errors, status ?? StatusOf(problem));
        return Results.Json(body, contentType: MediaType, statusCode: body.Status);
    }

    private static ApiProblem Body(Problem problem, IReadOnlyList<ApiFault>? errors, int status) => new(
        $"urn:tsm:problem:{problem.Layer}:{problem.Code.ToLowerInvariant().Replace('_', '-')}",
        problem.Name,
        status,
        Sentence(problem),
        problem.Layer,
        problem.Code,
        problem.Name,
        problem.Meaning,
        problem.Cause,
        problem.Next,
        problem.Evidence.IsDefault ? [] : problem.Evidence,
        errors is { Count: > 0 } ? errors : null);

    private static string Sentence(Problem problem) =>
        problem.Evidence is { IsDefaultOrEmpty: false } evidence && problem.Layer is not Layer
            ? $"{problem.Meaning.TrimEnd('.')} ({evidence[0].TrimEnd('.')})."
            : problem.Meaning;
}
