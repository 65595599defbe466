using AutoencoderApi.Api.Access;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Says how a caller shows its key; gives Swagger its Authorize button.</summary>
internal static class KeyDescription
{
    public static void DescribeKeys(this SwaggerGenOptions options)
    {
        options.AddSecurityDefinition(ApiKeyAuthenticationHandler.SchemeName, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeyAuthenticationHandler.Header,
            Description = "A key that the command 'keys create' has made. Not needed by callers on the service's own machine while no key is configured.",
        });
        options.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKeyAuthenticationHandler.SchemeName, document)] = [] });
    }
}
