using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Tsm.Application.AuditTrail;
using Tsm.Server.Access;

namespace Tsm.Server.Api;

/// <summary>The OpenAPI document: what it says of the API as a whole.</summary>
internal static class ServerDocument
{
    private const string Scheme = "token";

    public static void AddServerDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Tsm",
                Version = "v1",
                Description = "The over-the-air trusted service manager. Every error is application/problem+json with layer, code, meaning, cause and next step.",
            };

            // The document is the same wherever it is served.
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [Scheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "The content of the file api-token in the server's data folder, or a token that was made with POST /api/v1/tokens.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (!HttpMethods.IsGet(context.Description.HttpMethod ?? ""))
            {
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = Caller.ClaimHeader,
                    In = ParameterLocation.Header,
                    Description = "On whose behalf, as the caller says. Nobody checks it; the audit trail shows it as claimed.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Actor.MaxClaimLength },
                });
            }

            if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
            {
                operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            }

            return Task.CompletedTask;
        });
    });
}
