using System.Text.Json;
using System.Text.Json.Serialization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Services;

namespace Tsm.Server.Api;

/// <summary>The API as a whole: its JSON, its services and its routes.</summary>
internal static class ServerApi
{
    private const long MaxBody = 1024 * 1024;

    public static void AddServerApi(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddRoutingCore();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBody);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
        services.AddSingleton<Lookup>();
        services.AddSingleton<CardStates>();
        services.AddSingleton<CardExplainer>();
        services.AddSingleton<JobView>();
        services.AddSingleton<CardAsker>();
        services.AddSingleton<ApplicationShelf>();
        services.AddSingleton<ServiceCatalogue>();
        services.AddSingleton<ServiceDesk>();
        services.AddServerDocument();
    }

    public static void MapServerApi(this WebApplication app)
    {
        RouteGroupBuilder api = app.MapGroup("/api/v1");
        api.MapHealth();
        api.MapCardModels();
        api.MapCardImport();
        api.MapCards();
        api.MapApplications();
        api.MapJobs();
        api.MapSmsc();
        api.MapAuditTrail();
        api.MapExplain();
        api.MapServices();
        api.MapDomains();
        api.MapProviders();
        api.MapContracts();
        api.MapTokens();
        api.MapEvents();
        api.MapWebhooks();
        api.MapRequests();
        api.MapLossReports();
        api.MapPhone();
        api.MapApplicationServers();
        api.MapUsage();
        api.MapPolicies();
        api.MapReputation();
        api.MapSubscriptions();
        api.MapServiceInstances();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
    }
}
