using AutoencoderApi.Api.Access;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Says of every operation which role it needs, and how it is refused without; gives Swagger its Authorize button.</summary>
internal static class KeyDescription
{
    public static void DescribeKeys(this SwaggerGenOptions options)
    {
        options.AddSecurityDefinition(KeyAuthentication.SchemeName, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = KeyAuthentication.Header,
            Description = "A key that the command 'keys create' has made. Not needed on a service without keys, which lets in callers on its own machine only.",
        });
        options.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyAuthentication.SchemeName, document)] = [] });
        options.OperationFilter<RoleFilter>();
    }

    private sealed class RoleFilter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            Role role = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Max(data => Enum.Parse<Role>(data.Policy!));
            operation.Description = $"{operation.Description} Needs the role {WireFormat.Name(role)}.".TrimStart();
            OpenApiResponses responses = operation.Responses ??= [];
            responses.TryAdd("401", Problem(context, "No key, or one that is not known."));
            responses.TryAdd("403", Problem(context, $"The key's role is lower than {WireFormat.Name(role)}."));
            responses.TryAdd("429", Problem(context, "The caller sends more than it may; Retry-After says when to try again."));
        }

        private static OpenApiResponse Problem(OperationFilterContext context, string description) => new()
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference("ProblemDetails", context.Document) } },
        };
    }
}
