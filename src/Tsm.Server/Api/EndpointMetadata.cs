using Microsoft.AspNetCore.Mvc;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>What endpoints say about themselves in the OpenAPI document.</summary>
internal static class EndpointMetadata
{
    /// <summary>The statuses with which an endpoint refuses, all with the same body.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (int status in statuses)
        {
            route.Produces<ApiProblem>(status, ApiProblems.MediaType);
        }

        return route;
    }

    /// <summary>The largest body an endpoint takes, in octets.</summary>
    public static RouteHandlerBuilder TakesAtMost(this RouteHandlerBuilder route, long octets) =>
        route.WithMetadata(new RequestSizeLimitAttribute(octets));
}
