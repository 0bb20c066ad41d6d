using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Services: what providers offer to card holders.</summary>
internal static class ServiceEndpoints
{
    public static void MapServices(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder services = routes.MapGroup("/services").WithTags("Services");
        services.MapPost("", CreateAsync)
            .AlsoFor(Role.Provider)
            .WithName("CreateService")
            .WithSummary("Offers a service")
            .Produces<ServiceDetails>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        services.MapGet("", ListAsync)
            .AlsoFor(Role.Provider)
            .WithName("ListServices")
            .WithSummary("Lists the services by id")
            .Produces<ListOf<ServiceDetails>>();
        services.MapGet("/table", TableAsync)
            .WithName("ShowServiceTable")
            .WithSummary("Shows the private table as cards hold it")
            .Produces<ServiceTable>();
        services.MapPost("/table/compare", CompareAsync)
            .WithName("CompareServiceTable")
            .WithSummary("Names every disagreement between the table of a card and the server's")
            .Produces<TableComparison>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity);
        services.MapGet("/{service}", ShowAsync)
            .AlsoFor(Role.Provider)
            .WithName("ShowService")
            .WithSummary("Shows a service, by id, registered AID or code")
            .Produces<ServiceDetails>()
            .Refuses(StatusCodes.Status404NotFound);
        services.MapPatch("/{service}", AmendAsync)
            .AlsoFor(Role.Provider)
            .WithName("AmendService")
            .WithSummary("Changes what is said about a service; an empty text takes away")
            .Produces<ServiceDetails>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        services.MapPost("/{service}/withdraw", WithdrawAsync)
            .AlsoFor(Role.Provider)
            .WithName("WithdrawService")
            .WithSummary("Withdraws a service: nothing new goes to cards, what is there can still be suspended and terminated")
            .Produces<ServiceDetails>()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        services.MapServiceVersions();
    }

    /// <summary>What a caller is told of a change.</summary>
    public static IResult Shown(ServiceOutcome outcome, string? created = null) => outcome switch
    {
        { Problem: { } problem } => ApiProblems.Result(
            problem, [.. outcome.Faults.Select(f => new ApiFault(null, f.Field, f.Code, f.Problem, f.Next))]),
        { Entry: { } entry } when created is not null && outcome.Changed =>
            Results.Created(created, ServiceDetails.From(entry.Document, entry.Version)),
        { Entry: { } entry } => Results.Ok(ServiceDetails.From(entry.Document, entry.Version)),
        _ => ApiProblems.Result(ApiProblems.Defect),
    };

    private static async Task<IResult> CreateAsync(ServiceRequest body, Caller caller, ServiceDesk desk, CancellationToken cancellationToken)
    {
        List<ServiceFault> faults = [];
        string id = body.Id?.Trim() ?? "";
        var service = new Service
        {
            Id = id,

            // A provider that names another hears what it would hear of one that does not exist.
            Provider = body.Provider ?? caller.Provider ?? "",
            Name = body.Name?.Trim() ?? id,
            Aid = Aid(body.Aid, faults),
            Code = Code(body.Code, faults),
            ApplicationServer = Nothing(body.ApplicationServer),
            OnCardSwap = body.OnCardSwap ?? CardSwapRule.Move,
            CreatedAt = desk.Now,
        };
        if (caller.Provider is { } provider && !string.Equals(service.Provider, provider, StringComparison.Ordinal))
        {
            faults.Add(new("provider", "PROVIDER_UNKNOWN", $"No provider is called '{service.Provider}'.", "Leave it out."));
        }

        return faults.Count > 0
            ? Shown(ServiceOutcome.Of(ServiceProblems.Invalid(ServiceDesk.Sentence(faults, "service")), faults))
            : Shown(await desk.CreateAsync(caller, service, cancellationToken), $"/api/v1/services/{id}");
    }

    private static async Task<IResult> ListAsync(Caller caller, string? provider, IBooks books, CancellationToken cancellationToken)
    {
        string? owner = caller.Provider ?? provider;
        IReadOnlyList<BookEntry<Service>> found = await books.ListAsync<Service>(caller.Tenant, owner, cancellationToken);
        return Results.Ok(new ListOf<ServiceDetails>([.. found.Select(e => ServiceDetails.From(e.Document, e.Version))]));
    }

    private static async Task<IResult> ShowAsync(string service, Caller caller, ServiceDesk desk, CancellationToken cancellationToken) =>
        await desk.FindAsync(caller, service, cancellationToken) is { } entry
            ? Results.Ok(ServiceDetails.From(entry.Document, entry.Version))
            : ApiProblems.Result(ServiceProblems.Unknown(service));

    private static async Task<IResult> AmendAsync(
        string service, ServiceChange body, Caller caller, ServiceDesk desk, IServiceInstances instances, CancellationToken cancellationToken) => Shown(await desk.ChangeAsync(
            caller,
            service,
            async current =>
            {
                if (current.WithdrawnAt is not null)
                {
                    return ServiceOutcome.Of(ServiceProblems.Withdrawn(current));
                }

                List<ServiceFault> faults = [];
                Aid? aid = body.Aid is null ? current.Aid : Aid(body.Aid, faults);
                byte? code = body.Code is null ? current.Code : Code(body.Code, faults);
                bool isOnCards = (aid != current.Aid || code != current.Code) && await MayBeOnCardsAsync(current, caller, instances, cancellationToken);
                if (isOnCards && caller.Provider is not null)
                {
                    faults.AddRange(OnCards(current, aid, code));
                }

                Service changed = (isOnCards ? current.Renamed(aid, code) : current with { Aid = aid, Code = code }) with
                {
                    Name = body.Name?.Trim() ?? current.Name,
                    ApplicationServer = body.ApplicationServer is null ? current.ApplicationServer : Nothing(body.ApplicationServer),
                    OnCardSwap = body.OnCardSwap ?? current.OnCardSwap,
                };
                faults.AddRange(ServiceRules.Check(changed, await desk.SurroundingsAsync(caller, cancellationToken)));
                return faults.Count > 0
                    ? ServiceOutcome.Of(ServiceProblems.Invalid(ServiceDesk.Sentence(faults, "service")), faults)
                    : ServiceOutcome.Of(changed == current ? current : changed);
            },
            $"Service {service} is amended.",
            cancellationToken));

    private static async Task<bool> MayBeOnCardsAsync(
        Service service, Caller caller, IServiceInstances instances, CancellationToken cancellationToken) =>
        service.Current is not null
        || (await instances.ListAsync(caller.Tenant, new(Service: service.Id), null, 1, cancellationToken)).Items.Count > 0;

    /// <summary>What cards hold is not the provider's alone to change.</summary>
    private static IEnumerable<ServiceFault> OnCards(Service current, Aid? aid, byte? code)
    {
        const string Next = "Leave it, or ask the carrier to change it; what it was stays with the service.";
        if (aid != current.Aid)
        {
            yield return new("aid", "AID_ON_CARDS", "The service was approved, and cards may name it by its AID.", Next);
        }

        if (code != current.Code)
        {
            yield return new("code", "CODE_ON_CARDS", "The service was approved, and cards may name it by its code.", Next);
        }
    }

    private static async Task<IResult> WithdrawAsync(string service, Caller caller, ServiceDesk desk, CancellationToken cancellationToken) =>
        Shown(await desk.ChangeAsync(
            caller,
            service,
            current => Task.FromResult(ServiceOutcome.Of(current.WithdrawnAt is null ? current with { WithdrawnAt = desk.Now } : current)),
            $"Service {service} is withdrawn.",
            cancellationToken));

    private static async Task<IResult> TableAsync(Caller caller, IBooks books, CancellationToken cancellationToken)
    {
        Service[] coded = await CodedAsync(caller, books, cancellationToken);
        return Results.Ok(new ServiceTable(
            [.. coded.Select(s => new ServiceTableEntry(
                ServiceDetails.CodeText(s.Code)!, s.Id, s.Provider, s.Name, ServiceRules.TableAid(s)?.ToString(), s.WithdrawnAt is not null))],
            Table(coded).ToString()));
    }

    private static async Task<IResult> CompareAsync(TableComparisonRequest body, Caller caller, IBooks books, CancellationToken cancellationToken)
    {
        if (!Octets.TryParse(body.Tlv, out Octets octets) || octets.IsEmpty)
        {
            return ApiProblems.Result(ServiceProblems.TableUnreadable("tlv takes the octets of the object DF70, hexadecimal."));
        }

        if (!ApplicationTable.TryParse(octets.Span, out ApplicationTable card, out PacketError error))
        {
            return ApiProblems.Result(ServiceProblems.TableUnreadable($"The table cannot be read: {error}."));
        }

        TableDisagreement[] found = await DisagreementsAsync(card, caller, books, cancellationToken);
        return Results.Ok(new TableComparison(found.Length == 0, found));
    }

    /// <summary>In what the table of a card and ours disagree.</summary>
    public static async Task<TableDisagreement[]> DisagreementsAsync(ApplicationTable card, Caller caller, IBooks books, CancellationToken cancellationToken) =>
        [.. ApplicationTable.Compare(card, Table(await CodedAsync(caller, books, cancellationToken)))
            .Select(d => new TableDisagreement(ServiceDetails.CodeText(d.Code)!, d.Card?.ToString(), d.Server?.ToString(), d.ToString()))];

    private static async Task<Service[]> CodedAsync(Caller caller, IBooks books, CancellationToken cancellationToken) =>
        [.. (await books.ListAsync<Service>(caller.Tenant, null, cancellationToken)).Select(e => e.Document).Where(s => s.Code is not null).OrderBy(s => s.Code)];

    // A withdrawn service stays in the table: it is on cards, and its code is not given again.
    private static ApplicationTable Table(IEnumerable<Service> coded) => ApplicationTable.Of(
        coded.SelectMany(s => ServiceRules.TableAid(s) is { } aid ? [new ApplicationTableEntry(s.Code!.Value, aid)] : Array.Empty<ApplicationTableEntry>()));

    private static Aid? Aid(string? text, List<ServiceFault> faults)
    {
        if (Nothing(text) is null)
        {
            return null;
        }

        if (Tsm.Card.Identifiers.Aid.TryParse(text, out Aid aid, out string problem))
        {
            return aid;
        }

        faults.Add(new("aid", "FIELD_INVALID", problem, "Write 5 to 16 octets, hexadecimal."));
        return null;
    }

    private static byte? Code(string? text, List<ServiceFault> faults)
    {
        if (Nothing(text) is null)
        {
            return null;
        }

        if (ServiceRules.IsCode(text, out byte code))
        {
            return code;
        }

        faults.Add(new("code", "FIELD_INVALID", "A code of the private table has two hexadecimal digits.", "Write it like 01."));
        return null;
    }

    private static string? Nothing(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
