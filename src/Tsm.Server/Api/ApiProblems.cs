using System.Text.Json;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Server.Access;

namespace Tsm.Server.Api;

/// <summary>The problems of the API itself, and the one place where a problem becomes a response.</summary>
internal static partial class ApiProblems
{
    private const string Layer = "api";

    public static Problem TokenMissing { get; } = Of(
        "TOKEN_MISSING",
        "Token missing",
        "The request carries no token.",
        "The header Authorization is absent or is not of the form 'Bearer <token>'.",
        "Send 'Authorization: Bearer <token>' with the content of the file api-token in the server's data folder.");

    public static Problem TokenWrong { get; } = Of(
        "TOKEN_WRONG",
        "Token wrong",
        "The token is not this server's.",
        "The token is of another server or data folder, or was cut when it was copied.",
        "Send the content of the file api-token in the data folder of the server that answers here.");

    public static Problem TokenRevoked { get; } = Of(
        "TOKEN_REVOKED",
        "Token revoked",
        "The token was revoked.",
        "An operator has taken it back.",
        "Ask the operator for a new one.");

    public static Problem TokenExpired { get; } = Of(
        "TOKEN_EXPIRED",
        "Token expired",
        "The token's time has run out.",
        "It was made for a limited time.",
        "Ask the operator for a new one.");

    public static Problem RoleForbidden(Role role) => Of(
        "ROLE_FORBIDDEN",
        "Not for this role",
        $"This address is not for tokens of role {RoleWord(role)}.",
        "The token was made for a role that does other things.",
        "Use an address that is for this role, or ask the operator to do it.");

    public static Problem TokenUnknown(string token) => Of(
        "TOKEN_UNKNOWN",
        "Token unknown",
        $"No token that opens has the id {token}.",
        "The id is mistyped, or the token is revoked already.",
        "Look it up with GET /api/v1/tokens.");

    public static Problem TokenInvalid(string meaning) => Of(
        "TOKEN_INVALID", "Token cannot be made", meaning, "A value is missing or is outside of its range.", "Correct the value and send the request again.");

    public static Problem ProviderInvalid(string meaning) => Of(
        "PROVIDER_INVALID", "Provider invalid", meaning, "A value is missing or is outside of its range.", "Correct the value and send the provider again.");

    public static Problem ContractInvalid(string meaning) => Of(
        "CONTRACT_INVALID", "Contract invalid", meaning, "A value is missing or is outside of its range.", "Correct the value and send the contract again.");

    public static Problem WebhookInvalid(string meaning) => Of(
        "WEBHOOK_INVALID", "Webhook invalid", meaning, "A value is missing or is outside of its range.", "Correct the value and send the webhook again.");

    public static Problem WebhookUnknown(string webhook) => Of(
        "WEBHOOK_UNKNOWN",
        "Webhook unknown",
        $"No webhook has the id {webhook}.",
        "The id is mistyped, or the webhook was deleted.",
        "Look it up with GET /api/v1/webhooks.");

    public static Problem DeliveryUnknown(string delivery) => Of(
        "DELIVERY_UNKNOWN",
        "Delivery unknown",
        $"No delivery of this webhook has the id {delivery}.",
        "The id is mistyped, or the delivery has ended long ago.",
        "Look it up with GET /api/v1/webhooks/{id}/deliveries.");

    public static Problem VersionMissing { get; } = Of(
        "VERSION_MISSING",
        "Version missing",
        "The request does not say which version it changes.",
        "The header If-Match is absent, or is not the ETag of this document.",
        "Read the document and send its ETag as If-Match.");

    public static Problem VersionStale(string what) => Of(
        "VERSION_STALE",
        "Version stale",
        $"{what} was changed since it was read; nothing was written.",
        "Somebody else has changed it meanwhile.",
        "Read it again, and decide again.");

    public static Problem ClaimInvalid { get; } = RequestInvalid(
        $"{Caller.ClaimHeader} takes 1 to {Actor.MaxClaimLength} characters without control characters.",
        "Shorten it to a name, or leave the header out.");

    /// <summary>The key that signs the audit trail does not open.</summary>
    public static Problem AuditKeyUnusable(string what) => new(
        "storage",
        "AUDIT_KEY_UNUSABLE",
        "Signing key unusable",
        what,
        "The row of the key was changed in the database, or the database was restored without its vault.",
        "Restore the table audit_keys from a backup; what was sealed stays as it is.",
        []);

    public static Problem HostBusy { get; } = Of(
        "SERVER_BUSY",
        "Server busy",
        "The server has more waiting than it takes; nothing was done.",
        "Many requests came at once.",
        "Send the request again in a second; a job with the same Idempotency-Key is never done twice.");

    public static Problem StoreUnavailable { get; } = new(
        "storage",
        "STORAGE_UNAVAILABLE",
        "Storage unavailable",
        "The database does not answer; nothing was done.",
        "The disk is full or failing, or another process holds the database.",
        "Look at the server's log and the disk, then send the request again.",
        []);

    public static Problem Defect { get; } = Of(
        "INTERNAL_ERROR",
        "Internal error",
        "The server failed at this request.",
        "A defect of the server; its log has the details under this request's time and path.",
        "Send the request again; if it fails again, report it with the lines of the log.");

    public static Problem CardUnknown(string card) => Of(
        "CARD_UNKNOWN",
        "Card unknown",
        $"No card is called {card}.",
        "Neither an ICCID nor an MSISDN of this server's cards reads like that.",
        "Look it up with GET /api/v1/cards?search=, or import the card.");

    public static Problem ApplicationUnknown(string application) => Of(
        "APPLICATION_UNKNOWN",
        "Application unknown",
        $"No application is called {application}.",
        "Neither an id, a package AID nor a name of the catalogue reads like that.",
        "Look it up with GET /api/v1/applications, or upload its CAP file.");

    public static Problem ApplicationAmbiguous(string application, IEnumerable<string> ids) => Of(
        "APPLICATION_AMBIGUOUS",
        "Application ambiguous",
        $"Several applications are called {application}.",
        "Versions of one application share their package AID, and names need not be unique.",
        "Name one by its id.",
        [.. ids]);

    public static Problem JobUnknown(string job) => Of(
        "JOB_UNKNOWN",
        "Job unknown",
        $"No job has the id {job}.",
        "The id is mistyped, or the job is of another server.",
        "Look it up with GET /api/v1/jobs.");

    public static Problem SmscUnknown(string name) => Of(
        "SMSC_UNKNOWN",
        "SMSC unknown",
        $"No SMSC of this node is called {name}.",
        "The name is mistyped, or the SMSC is configured on other nodes only.",
        "Look it up with GET /api/v1/smsc.");

    public static Problem CardModelUnknown(string model) => Of(
        "CARD_MODEL_UNKNOWN",
        "Card model unknown",
        $"No card model is called {model}.",
        "The name is mistyped, or the model was not declared yet.",
        $"Look it up with GET /api/v1/card-models, or declare it with PUT /api/v1/card-models/{model}.");

    public static Problem CardModelInvalid(string meaning) => Of(
        "CARD_MODEL_INVALID", "Card model invalid", meaning, "A value is outside of its range.", "Correct the value and send the model again.");

    public static Problem RequestInvalid(string meaning, string next) =>
        Of("REQUEST_INVALID", "Request invalid", meaning, "The request does not say what is needed in the form that is needed.", next);

    public static Problem IdempotencyKeyReused(string first) => Of(
        "IDEMPOTENCY_KEY_REUSED",
        "Idempotency key reused",
        "This Idempotency-Key was used for another request.",
        "A key stands for one request; this one differs from the first that carried it.",
        "Take a new key for a new request.",
        first);

    public static Problem TurnFailed(string what) => Of(
        "TURN_FAILED",
        "Card failed",
        "The server failed at this card; nothing was changed.",
        "A defect of the server; its log has the details.",
        "Report it with the lines of the log.",
        what);

    /// <summary>What a status says that has no problem of its own.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => Of(
            "ROUTE_UNKNOWN", "Route unknown", "There is nothing at this address.", "The path is mistyped.", "The document at /openapi/v1.json lists all paths."),
        StatusCodes.Status405MethodNotAllowed => Of(
            "METHOD_NOT_ALLOWED", "Method not allowed", "This address does not take this method.", "The method is mistaken.", "The header Allow and /openapi/v1.json say which it takes."),
        StatusCodes.Status413PayloadTooLarge => Of(
            "BODY_TOO_LARGE", "Body too large", "The body is larger than this address takes.", "CAP files may have 2 MiB, imports 32 MiB, everything else 1 MiB.", "Send less at once."),
        StatusCodes.Status415UnsupportedMediaType => Of(
            "MEDIA_TYPE_UNSUPPORTED", "Media type unsupported", "This address does not take this Content-Type.", "The header Content-Type is absent or names another format.", "Use application/json; for imports text/csv, for CAP files application/octet-stream."),
        StatusCodes.Status408RequestTimeout => Of(
            "BODY_TOO_SLOW", "Body too slow", "The body did not arrive in time.", "The connection is slow or was interrupted.", "Send the request again."),
        _ => Of("REQUEST_REFUSED", "Request refused", $"The server refused the request with status {status}.", "The request is not one that HTTP allows.", "Correct the request."),
    };

    public static Problem Of(string code, string name, string meaning, string cause, string next, params IEnumerable<string> evidence) =>
        new(Layer, code, name, meaning, cause, next, [.. evidence]);

    private static string RoleWord(Role role) => JsonNamingPolicy.CamelCase.ConvertName(role.ToString());
}
