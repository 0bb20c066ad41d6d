using System.Security.Cryptography;
using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Application servers: declaring, lists, the key for which they encrypt.</summary>
internal static class ApplicationServerEndpoints
{
    private const int SecretOctets = 32;
    private const int MaxDescription = 500;
    private const int MaxServices = 1000;

    public static void MapApplicationServers(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder servers = routes.MapGroup("/application-servers").WithTags("Application servers");
        servers.MapPost("", CreateAsync)
            .WithName("CreateApplicationServer")
            .WithSummary("Declares an application server; the answer is the only place where a secret that was made is shown")
            .Produces<ApplicationServerDetails>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        servers.MapGet("", ListAsync)
            .WithName("ListApplicationServers")
            .WithSummary("Lists the application servers")
            .Produces<ListOf<ApplicationServerDetails>>();
        servers.MapGet("/{name}", ShowAsync)
            .WithName("ShowApplicationServer")
            .WithSummary("Shows an application server, and the public key for which it encrypts; it sees itself")
            .Produces<ApplicationServerDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.ApplicationServer);
        servers.MapPut("/{name}", ChangeAsync)
            .WithName("ChangeApplicationServer")
            .WithSummary("Changes an application server; what is left out stays as it is")
            .Produces<ApplicationServerDetails>()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> CreateAsync(
        ApplicationServerBody body,
        Caller caller,
        IBooks books,
        IKeyVault vault,
        RecipientKeys keys,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        Problem? fault = !BookId.IsRight(body.Name) ? AllocationProblems.ServerInvalid($"name takes {BookId.Rule}.")
            : body.Url is null ? AllocationProblems.ServerInvalid("url is missing.")
            : Fault(body);
        if (fault is not null)
        {
            return ApiProblems.Result(fault);
        }

        DateTimeOffset now = time.GetUtcNow();
        byte[] secret = body.Secret is { } given ? Convert.FromHexString(given) : RandomNumberGenerator.GetBytes(SecretOctets);
        var server = new ApplicationServer
        {
            Id = body.Name!,
            Url = body.Url!,
            Services = [.. body.Services ?? []],
            Secret = vault.Seal(ApplicationServer.Place(caller.Tenant, body.Name!), secret),
            TimeoutSeconds = body.TimeoutSeconds ?? 5,
            Description = body.Description ?? "",
            CreatedAt = now,
        };
        string? shown = body.Secret is null ? Convert.ToHexString(secret) : null;
        CryptographicOperations.ZeroMemory(secret);
        AuditEntry audit = AuditEntries.BookSaved(now, caller.Actor, server, $"Application server {server.Id} was declared.", ("url", server.Url));
        return await books.SaveAsync(caller.Tenant, server, expected: 0, audit, cancellationToken)
            ? Results.Created(
                $"/api/v1/application-servers/{server.Id}",
                ApplicationServerDetails.From(server, await keys.GetAsync(caller.Tenant, cancellationToken), shown))
            : ApiProblems.Result(Exists(server.Id));
    }

    private static async Task<IResult> ListAsync(Caller caller, IBooks books, RecipientKeys keys, CancellationToken cancellationToken)
    {
        RecipientKey key = await keys.GetAsync(caller.Tenant, cancellationToken);
        IReadOnlyList<BookEntry<ApplicationServer>> all = await books.ListAsync<ApplicationServer>(caller.Tenant, null, cancellationToken);
        return Results.Ok(new ListOf<ApplicationServerDetails>([.. all.Select(e => ApplicationServerDetails.From(e.Document, key))]));
    }

    private static async Task<IResult> ShowAsync(string name, Caller caller, IBooks books, RecipientKeys keys, CancellationToken cancellationToken) =>
        (caller.Role == Role.Operator || caller.Scope == name)
        && await books.FindAsync<ApplicationServer>(caller.Tenant, name, cancellationToken) is { } entry
            ? Results.Ok(ApplicationServerDetails.From(entry.Document, await keys.GetAsync(caller.Tenant, cancellationToken)))
            : ApiProblems.Result(AllocationProblems.Unknown(name));

    private static async Task<IResult> ChangeAsync(
        string name,
        ApplicationServerBody body,
        Caller caller,
        IBooks books,
        IKeyVault vault,
        RecipientKeys keys,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (Fault(body) is { } fault)
        {
            return ApiProblems.Result(fault);
        }

        Octets? secret = null;
        if (body.Secret is not null)
        {
            byte[] octets = Convert.FromHexString(body.Secret);
            secret = vault.Seal(ApplicationServer.Place(caller.Tenant, name), octets);
            CryptographicOperations.ZeroMemory(octets);
        }

        ApplicationServer? changed = await books.ChangeAsync<ApplicationServer>(
            caller.Tenant,
            name,
            s => s with
            {
                Url = body.Url ?? s.Url,
                Services = body.Services is null ? s.Services : [.. body.Services],
                Secret = secret ?? s.Secret,
                TimeoutSeconds = body.TimeoutSeconds ?? s.TimeoutSeconds,
                Description = body.Description ?? s.Description,
            },
            s => AuditEntries.BookSaved(
                time.GetUtcNow(), caller.Actor, s, $"Application server {name} was changed.", ("url", s.Url), ("secret", secret is null ? null : "changed")),
            cancellationToken);
        return changed is null
            ? ApiProblems.Result(AllocationProblems.Unknown(name))
            : Results.Ok(ApplicationServerDetails.From(changed, await keys.GetAsync(caller.Tenant, cancellationToken)));
    }

    private static Problem? Fault(ApplicationServerBody body)
    {
        string? meaning =
            body.Url is not null && !ApplicationServer.IsUrl(body.Url) ? "url must be https, or http on this machine, without user, query and fragment."
            : body.TimeoutSeconds is < 1 or > ApplicationServer.MaxTimeoutSeconds ? $"timeoutSeconds is 1 to {ApplicationServer.MaxTimeoutSeconds}."
            : body.Services is { Count: > MaxServices } || body.Services?.Any(s => !BookId.IsRight(s)) == true ? $"services holds up to {MaxServices} ids of services."
            : body.Description is { Length: > MaxDescription } ? $"description has at most {MaxDescription} characters."
            : body.Secret is not null && !(Octets.TryParse(body.Secret, out Octets secret) && secret.Length is >= ApplicationServer.MinSecret and <= ApplicationServer.MaxSecret)
                ? $"secret takes {ApplicationServer.MinSecret} to {ApplicationServer.MaxSecret} octets, hexadecimal."
            : null;
        return meaning is null ? null : AllocationProblems.ServerInvalid(meaning);
    }

    private static Problem Exists(string name) => new(
        "application-server",
        "APPLICATION_SERVER_EXISTS",
        "Application server exists",
        $"An application server is called {name} already.",
        "The name was used before.",
        $"Change it with PUT /api/v1/application-servers/{name}, or choose another name.",
        []);
}
