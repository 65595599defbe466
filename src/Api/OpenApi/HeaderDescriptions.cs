using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>A header that an operation reads from the request itself.</summary>
internal sealed record RequestHeaderMetadata(string Name, string Description);

/// <summary>A header of an operation's answer with that status.</summary>
internal sealed record ResponseHeaderMetadata(int Status, string Name, string Description);

internal static class HeaderDescriptions
{
    public static RouteHandlerBuilder TakesHeader(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.WithMetadata(new RequestHeaderMetadata(name, description));

    public static RouteHandlerBuilder AnswersHeader(this RouteHandlerBuilder endpoint, int status, string name, string description) =>
        endpoint.WithMetadata(new ResponseHeaderMetadata(status, name, description));

    /// <summary>The ETag of a GET, and how to ask for news only.</summary>
    public static RouteHandlerBuilder AnswersEntityTag(this RouteHandlerBuilder endpoint, string ofWhat) => endpoint
        .AnswersHeader(200, "ETag", $"Names {ofWhat}.")
        .TakesHeader("If-None-Match", "An ETag from before: where nothing has changed since, the answer is 304 without a body.")
        .Produces(304);

    public static RouteHandlerBuilder GuardedByEntityTag(this RouteHandlerBuilder endpoint) => endpoint
        .TakesHeader("If-Match", "The ETag that is meant to be replaced: where it has changed since, the answer is 412 and nothing is written.")
        .ProducesProblem(412);

    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder endpoint) => endpoint
        .TakesHeader("Idempotency-Key", "1 to 255 visible ASCII characters, such as a UUID. A retry under the same key within 24 hours gets the first answer again; another request under it gets 422.")
        .ProducesProblem(422);

    internal sealed class Filter : IOperationFilter
    {
        private static readonly OpenApiSchema s_text = new() { Type = JsonSchemaType.String };

        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            IList<object> metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
            foreach (RequestHeaderMetadata header in metadata.OfType<RequestHeaderMetadata>())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter { Name = header.Name, In = ParameterLocation.Header, Description = header.Description, Schema = s_text });
            }

            foreach (ResponseHeaderMetadata header in metadata.OfType<ResponseHeaderMetadata>())
            {
                if (operation.Responses?.GetValueOrDefault($"{header.Status}") is OpenApiResponse response)
                {
                    response.Headers ??= new Dictionary<string, IOpenApiHeader>();
                    response.Headers[header.Name] = new OpenApiHeader { Description = header.Description, Schema = s_text };
                }
            }
        }
    }
}
