using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Services on cards: which is where, and in which state.</summary>
internal static class ServiceInstanceEndpoints
{
    public static void MapServiceInstances(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/service-instances", ListAsync)
            .WithTags("Services")
            .WithName("ListServiceInstances")
            .WithSummary("Lists services on cards, the newest first; a provider sees its own")
            .Produces<PageOf<ServiceInstanceView>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);

    private static async Task<IResult> ListAsync(
        Caller caller,
        IServiceInstances instances,
        ServiceScope scope,
        string? provider,
        string? service,
        string? card,
        string? state,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        InstanceState? wanted = Enum.GetValues<InstanceState>()
            .Cast<InstanceState?>()
            .FirstOrDefault(s => string.Equals(s.ToString(), state, StringComparison.OrdinalIgnoreCase));
        if (state is not null && wanted is null)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"state is '{state}'.", $"Write one of {string.Join(", ", Enum.GetNames<InstanceState>().Select(n => char.ToLowerInvariant(n[0]) + n[1..]))}."));
        }

        if (provider is not null && !caller.MaySee(provider))
        {
            return Results.Ok(new PageOf<ServiceInstanceView>([], null));
        }

        GrainKey? key = null;
        if (card is not null && (key = await scope.CardAsync(caller, card, cancellationToken)) is null)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(card));
        }

        var filter = new ServiceInstanceFilter(caller.Provider ?? provider, service, key, State: wanted);
        return await Paging.AnswerAsync(
            () => instances.ListAsync(caller.Tenant, filter, cursor, limit ?? Paging.Default, cancellationToken), ServiceInstanceView.From);
    }
}
