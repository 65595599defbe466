using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Idempotency;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>A header that an operation reads from the request itself.</summary>
/// <param name="Pattern">What it must match; null where what does not is passed over.</param>
internal sealed record RequestHeaderMetadata(string Name, string Description, string Example, string? Pattern);

/// <summary>A header of an operation's answer with that status.</summary>
/// <param name="Example">A number where the header is one.</param>
internal sealed record ResponseHeaderMetadata(int Status, string Name, string Description, JsonNode Example);

internal static class HeaderDescriptions
{
    private const string ETag = "\"01a2106100ad7380b090c0c951facf43\"";

    public static RouteHandlerBuilder TakesHeader(this RouteHandlerBuilder endpoint, string name, string description, string example, string? pattern = null) =>
        endpoint.WithMetadata(new RequestHeaderMetadata(name, description, example, pattern));

    public static RouteHandlerBuilder AnswersHeader(this RouteHandlerBuilder endpoint, int status, string name, string description, JsonNode example) =>
        endpoint.WithMetadata(new ResponseHeaderMetadata(status, name, description, example));

    public static RouteHandlerBuilder AnswersLocation(this RouteHandlerBuilder endpoint, int status, string path) =>
        endpoint.AnswersHeader(status, "Location", "The path of what was made.", path);

    /// <summary>The ETag of a GET, and how to ask for news only.</summary>
    public static RouteHandlerBuilder AnswersEntityTag(this RouteHandlerBuilder endpoint, string ofWhat) => endpoint
        .AnswersHeader(200, "ETag", $"Names {ofWhat}.", ETag)
        .AnswersHeader(304, "ETag", $"Names {ofWhat}.", ETag)
        .TakesHeader("If-None-Match", "An ETag from before: where nothing has changed since, the answer is 304 without a body.", ETag)
        .Produces(304);

    public static RouteHandlerBuilder GuardedByEntityTag(this RouteHandlerBuilder endpoint) => endpoint
        .TakesHeader("If-Match", "The ETag that is meant to be replaced: where it has changed since, the answer is 412 and nothing is written.", ETag)
        .ProducesProblem(412);

    public static RouteHandlerBuilder AnswersNewEntityTag(this RouteHandlerBuilder endpoint, params int[] statuses) =>
        statuses.Aggregate(endpoint, (described, status) => described.AnswersHeader(status, "ETag", "Names where the tag is now.", ETag));

    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder endpoint) => endpoint
        .TakesHeader(
            IdempotencyKeys.Header,
            "Makes a retry safe: under the same key within 24 hours it gets the first answer again; another request under it gets 422. A UUID is a good one.",
            "0b9f6c1e-7d0c-4f3e-9a52-6b1b7a3f2c11",
            IdempotencyKeys.Pattern)
        .ProducesProblem(409)
        .ProducesProblem(422);

    internal sealed class Filter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            IList<object> metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
            foreach (RequestHeaderMetadata header in metadata.OfType<RequestHeaderMetadata>())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = header.Name,
                    In = ParameterLocation.Header,
                    Description = header.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = header.Pattern, Examples = [header.Example] },
                });
            }

            foreach (ResponseHeaderMetadata header in metadata.OfType<ResponseHeaderMetadata>())
            {
                var response = (OpenApiResponse)operation.Responses![$"{header.Status}"];
                response.Headers ??= new Dictionary<string, IOpenApiHeader>();
                response.Headers[header.Name] = new OpenApiHeader { Description = header.Description, Schema = SchemaOf(header.Example), Example = header.Example.DeepClone() };
            }
        }

        private static OpenApiSchema SchemaOf(JsonNode example) => example.GetValueKind() == JsonValueKind.Number
            ? new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0" }
            : new OpenApiSchema { Type = JsonSchemaType.String };
    }
}
