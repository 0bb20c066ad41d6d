using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Server.Access;

namespace Tsm.Server.Api;

/// <summary>Reads and changes services for callers, each of whom finds their own only.</summary>
internal sealed class ServiceDesk(IBooks books, ICatalogueStore catalogue, ApplicationShelf shelf, ServiceCatalogue services, TimeProvider time)
{
    // Who changes the same service at the same moment reads it again; more often than this, nobody is meant to.
    private const int MaxAttempts = 5;

    /// <summary>The time of changes.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The service that an id, a registered AID or a code names; null when there is none that the caller may see.</summary>
    public async Task<BookEntry<Service>?> FindAsync(Caller caller, string identifier, CancellationToken cancellationToken)
    {
        Service? found = await services.ResolveAsync(caller.Tenant, identifier, cancellationToken);
        BookEntry<Service>? entry = found is null ? null : await books.FindAsync<Service>(caller.Tenant, found.Id, cancellationToken);
        return entry is not null && MaySee(caller, entry.Document) ? entry : null;
    }

    /// <summary>Everything that a service has to get along with, as the caller may know it.</summary>
    public async Task<ServiceSurroundings> SurroundingsAsync(Caller caller, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogueApplication> all = await catalogue.ApplicationsAsync(caller.Tenant, cancellationToken);
        return new(
            [.. (await books.ListAsync<Provider>(caller.Tenant, null, cancellationToken)).Select(e => e.Document)],
            [.. (await books.ListAsync<Service>(caller.Tenant, null, cancellationToken)).Select(e => e.Document)],
            all,
            await catalogue.ModelsAsync(caller.Tenant, cancellationToken),
            caller.Provider is null ? all : await shelf.SeenAsync(caller.Tenant, caller.Provider, cancellationToken),
            NamesHolders: caller.Provider is null);
    }

    /// <summary>Offers a new service.</summary>
    public async Task<ServiceOutcome> CreateAsync(Caller caller, Service service, CancellationToken cancellationToken)
    {
        ServiceSurroundings around = await SurroundingsAsync(caller, cancellationToken);
        if (around.Services.Any(s => string.Equals(s.Id, service.Id, StringComparison.Ordinal)))
        {
            return ServiceOutcome.Of(ServiceProblems.Exists(service.Id));
        }

        if (ServiceRules.Check(service, around) is { Count: > 0 } faults)
        {
            return ServiceOutcome.Of(ServiceProblems.Invalid(Sentence(faults, "service")), faults);
        }

        AuditEntry audit = AuditEntries.BookSaved(Now, caller.Actor, service, $"Service {service.Id} of {service.Provider} is offered.", Details(service));
        return await books.SaveAsync(caller.Tenant, service, 0, audit, cancellationToken)
            ? await SettledAsync(caller, null, new(service, 1), cancellationToken)
            : ServiceOutcome.Of(ServiceProblems.Exists(service.Id));
    }

    /// <summary>Changes a service, on what is there at that moment.</summary>
    /// <param name="caller">Who changes it.</param>
    /// <param name="identifier">The service.</param>
    /// <param name="change">Says what it becomes, or why not; the same service for no change.</param>
    /// <param name="text">What has changed, one sentence for the audit trail.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ServiceOutcome> ChangeAsync(
        Caller caller, string identifier, Func<Service, Task<ServiceOutcome>> change, string text, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await FindAsync(caller, identifier, cancellationToken) is not { } entry)
            {
                return ServiceOutcome.Of(ServiceProblems.Unknown(identifier));
            }

            ServiceOutcome outcome = await change(entry.Document);
            if (outcome.Entry is not { Document: { } changed } || ReferenceEquals(changed, entry.Document))
            {
                return outcome.Entry is null ? outcome : outcome with { Entry = entry };
            }

            AuditEntry audit = AuditEntries.BookSaved(Now, caller.Actor, changed, text, Details(changed));
            if (await books.SaveAsync(caller.Tenant, changed, entry.Version, audit, cancellationToken))
            {
                return await SettledAsync(caller, entry.Document, new(changed, entry.Version + 1), cancellationToken);
            }
        }

        return ServiceOutcome.Of(ServiceProblems.Changing(identifier));
    }

    /// <summary>One sentence about faults: the first of them, and how many there are besides.</summary>
    public static string Sentence(IReadOnlyList<ServiceFault> faults, string what) => faults.Count == 1
        ? faults[0].Problem
        : $"The {what} has {faults.Count} faults; the first: {faults[0].Problem}";

    /// <summary>
    /// Two services that were written at the same moment may share an identifier. The one that was committed later sees the other, and
    /// takes back what it has written.
    /// </summary>
    private async Task<ServiceOutcome> SettledAsync(Caller caller, Service? before, BookEntry<Service> written, CancellationToken cancellationToken)
    {
        ServiceSurroundings around = await SurroundingsAsync(caller, cancellationToken);
        if (!around.Overlaps(written.Document))
        {
            return new(written, null, []);
        }

        const string Text = "Taken back: another service has taken the same identifier at the same moment.";
        _ = before is null
            ? await books.DeleteAsync<Service>(
                caller.Tenant, written.Document.Id, written.Version, AuditEntries.BookDeleted(Now, caller.Actor, written.Document, Text), cancellationToken)
            : await books.SaveAsync(
                caller.Tenant, before, written.Version, AuditEntries.BookSaved(Now, caller.Actor, before, Text, Details(before)), cancellationToken);
        return ServiceOutcome.Of(ServiceProblems.IdentifierTaken("Another service has taken the same identifier at the same moment."));
    }

    private static bool MaySee(Caller caller, Service service) =>
        caller.Provider is not { } provider || string.Equals(service.Provider, provider, StringComparison.Ordinal);

    private static (string Name, string? Value)[] Details(Service service) =>
    [
        ("provider", service.Provider),
        ("aid", service.Aid?.ToString()),
        ("code", Contracts.ServiceDetails.CodeText(service.Code)),
        ("current", service.Current?.Version),
    ];
}

/// <summary>What became of a change.</summary>
/// <param name="Entry">The service as it is now; null when it was refused.</param>
/// <param name="Problem">Why it was refused.</param>
/// <param name="Faults">Everything that is wrong.</param>
/// <param name="Changed">Whether something was written that was not there.</param>
internal sealed record ServiceOutcome(BookEntry<Service>? Entry, Problem? Problem, IReadOnlyList<ServiceFault> Faults, bool Changed = true)
{
    public static ServiceOutcome Of(Problem problem, params IReadOnlyList<ServiceFault> faults) =>
        new(null, faults.Count > 0 && faults.All(f => f.Code is "AID_TAKEN" or "CODE_TAKEN" && f.Field is "aid" or "code") ? ServiceProblems.IdentifierTaken(problem.Meaning) : problem, faults);

    public static ServiceOutcome Of(Service service) => new(new(service, 0), null, []);
}
