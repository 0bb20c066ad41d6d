using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.CapFiles;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Applications: upload of CAP files, and what is in the catalogue.</summary>
internal static partial class ApplicationEndpoints
{
    private const int MaxCap = 2 * 1024 * 1024;

    public static void MapApplications(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder applications = routes.MapGroup("/applications").WithTags("Applications");
        applications.MapPost("", UploadAsync)
            .AlsoFor(Role.Provider)
            .WithName("UploadApplication")
            .WithSummary("Uploads a CAP file and tells on which card models it can be installed")
            .Accepts<byte[]>("application/octet-stream", "application/java-archive", "application/zip")
            .TakesAtMost(MaxCap)
            .Produces<ApplicationDetails>(StatusCodes.Status201Created)
            .Produces<ApplicationDetails>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status422UnprocessableEntity);
        applications.MapGet("", ListAsync)
            .AlsoFor(Role.Provider)
            .WithName("ListApplications")
            .WithSummary("Lists the applications in the order of their upload")
            .Produces<PageOf<ApplicationDetails>>()
            .Refuses(StatusCodes.Status400BadRequest);
        applications.MapGet("/{application}", ShowAsync)
            .AlsoFor(Role.Provider)
            .WithName("ShowApplication")
            .WithSummary("Shows an application, by id, package AID or name")
            .Produces<ApplicationDetails>()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> UploadAsync(
        HttpRequest request,
        string? name,
        Caller caller,
        ICatalogueStore catalogue,
        ApplicationShelf shelf,
        TimeProvider time,
        ILogger<CatalogueApplication> logger,
        CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        await request.Body.CopyToAsync(archive, cancellationToken);
        if (!ApplicationUpload.TryRead(archive.ToArray(), name, time.GetUtcNow(), out CatalogueApplication? uploaded, out Problem? problem))
        {
            return ApiProblems.Result(problem);
        }

        bool added = await shelf.AddAsync(caller.Tenant, caller.Provider, uploaded, caller.Actor, cancellationToken);
        IReadOnlyList<CatalogueApplication> all = await shelf.SeenAsync(caller.Tenant, caller.Provider, cancellationToken);
        CatalogueApplication application = all.FirstOrDefault(a => string.Equals(a.Id, uploaded.Id, StringComparison.Ordinal)) ?? uploaded;
        ApplicationDetails shown = Shown(application, all, await catalogue.ModelsAsync(caller.Tenant, cancellationToken));
        if (!added)
        {
            return Results.Ok(shown);
        }

        LogUploaded(logger, application.Name, application.Version, application.Id);
        return Results.Created($"/api/v1/applications/{application.Id}", shown);
    }

    private static async Task<IResult> ListAsync(
        Caller caller, ICatalogueStore catalogue, ApplicationShelf shelf, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        IReadOnlyList<CatalogueApplication> all = await shelf.SeenAsync(caller.Tenant, caller.Provider, cancellationToken);
        IReadOnlyList<CardModel> models = await catalogue.ModelsAsync(caller.Tenant, cancellationToken);

        // The cursor is the id of the last application shown; the order never changes.
        int last = all.Select(a => a.Id).ToList().IndexOf(cursor ?? "");
        if (cursor is not null && last < 0)
        {
            return ApiProblems.Result(Paging.CursorWrong);
        }

        int start = last + 1;
        int count = limit ?? Paging.Default;
        ApplicationDetails[] items = [.. all.Skip(start).Take(count).Select(a => Shown(a, all, models))];
        return Results.Ok(new PageOf<ApplicationDetails>(items, start + count < all.Count ? items[^1].Id : null));
    }

    private static async Task<IResult> ShowAsync(
        string application, Caller caller, ApplicationShelf shelf, ICatalogueStore catalogue, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogueApplication> all = await shelf.SeenAsync(caller.Tenant, caller.Provider, cancellationToken);
        (CatalogueApplication? found, Problem? problem) = Lookup.Application(all, application);
        return found is null
            ? ApiProblems.Result(problem!)
            : Results.Ok(Shown(found, all, await catalogue.ModelsAsync(caller.Tenant, cancellationToken)));
    }

    private static ApplicationDetails Shown(
        CatalogueApplication application, IReadOnlyList<CatalogueApplication> all, IReadOnlyList<CardModel> models) => new(
        application.Id,
        application.Name,
        application.PackageAid.ToString(),
        application.PackageName,
        application.Version,
        application.JavaCard,
        application.IsLibrary,
        [.. application.Applets.Select(a => a.ToString())],
        [.. application.Imports.Select(i => Import(i, all))],
        application.LoadFile.Length,
        application.Memory,
        application.Sha256,
        application.UploadedAt,
        [.. models.Select(m => ModelCompatibility.From(Compatibility.Check(application, m, all)))]);

    private static ImportSummary Import(PackageReference import, IReadOnlyList<CatalogueApplication> all)
    {
        ImportSummary summary = CardModelDetails.Summary(import);
        return KnownPackages.Name(import.Aid) is null
            ? summary with { Name = all.FirstOrDefault(a => a.PackageAid == import.Aid)?.Name }
            : summary;
    }

    [LoggerMessage(EventId = 6020, Level = LogLevel.Information, Message = "Application {Name} {Version} uploaded as {Id}")]
    private static partial void LogUploaded(ILogger logger, string name, string version, string id);
}
