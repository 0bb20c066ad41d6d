namespace Tsm.Server.Access;

/// <summary>What a caller may do: routes name the roles that they are for.</summary>
public enum Role
{
    /// <summary>Of the carrier: everything.</summary>
    Operator,

    /// <summary>Customer service of the carrier: looks at cards and services, suspends, and reports losses.</summary>
    CustomerService,

    /// <summary>An application provider: its own contracts, services and requests.</summary>
    Provider,

    /// <summary>The client on a phone: services on the card of its own number.</summary>
    Phone,

    /// <summary>An application server: usage records of the services it serves.</summary>
    ApplicationServer,
}

/// <summary>The roles that a route is for. Without it a route is for operators only.</summary>
internal sealed record AllowedRoles(params Role[] Roles);

/// <summary>Says for whom routes are.</summary>
internal static class RoleRoutes
{
    /// <summary>Lets callers of these roles in, besides operators. The handler sees to it that each finds its own only.</summary>
    public static TBuilder AlsoFor<TBuilder>(this TBuilder route, params Role[] roles) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AllowedRoles(roles));
}
