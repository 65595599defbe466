using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Cards;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Copies what endpoints declare of their responses into the document: content, headers, and types of problems.</summary>
internal sealed class ResponseOperationFilter : IOperationFilter
{
    private static readonly OpenApiHeader s_retryAfter = new()
    {
        Description = "Seconds to wait before sending the request again.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" },
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        IList<object> metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        Role role = metadata.OfType<IAuthorizeData>().Max(data => Enum.Parse<Role>(data.Policy!));
        operation.Description = $"{operation.Description} Needs the role `{JsonConventions.Name(role)}`.".TrimStart();
        var responses = new SortedDictionary<int, IOpenApiResponse>();
        foreach (var produced in metadata.OfType<IProducesResponseTypeMetadata>().GroupBy(produced => produced.StatusCode))
        {
            responses[produced.Key] = Success(produced.Key, produced, operation.OperationId!, context);
        }

        // Kiota takes a status without content for an operation that may return nothing, and drops a binary body. The ETag of the 200 says
        // that there is a 304.
        if (responses.TryGetValue(StatusCodes.Status200OK, out IOpenApiResponse? success)
            && success.Content is { Count: > 0 } content
            && !content.ContainsKey("application/json"))
        {
            responses.Remove(StatusCodes.Status304NotModified);
        }

        foreach (var problems in metadata.OfType<ProblemType>().Distinct().GroupBy(problem => problem.Status))
        {
            responses[problems.Key] = Failure([.. problems.OrderBy(problem => problem.Slug, StringComparer.Ordinal)], context);
        }

        operation.Responses = [];
        foreach ((int status, IOpenApiResponse response) in responses)
        {
            operation.Responses[$"{status}"] = response;
        }
    }

    private static OpenApiResponse Success(
        int status, IEnumerable<IProducesResponseTypeMetadata> produced, string operation, OperationFilterContext context)
    {
        IList<object> metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        ResponseMetadata declared = metadata.OfType<ResponseMetadata>().Last(declared => declared.Status == status);
        string example = status == StatusCodes.Status202Accepted ? operation : "";
        var response = new OpenApiResponse
        {
            Description = declared.Description,
            Content = produced.SelectMany(each => each.ContentTypes, (each, mediaType) => (MediaType: mediaType, each.Type))
                .ToDictionary(each => each.MediaType, each => Content(each.MediaType, each.Type, example, context)),
        };

        foreach (ResponseHeaderMetadata header in metadata.OfType<ResponseHeaderMetadata>().Where(header => header.Status == status))
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers[header.Name] = new OpenApiHeader
            {
                Description = header.Description,
                Schema = header.Example.GetValueKind() == JsonValueKind.Number
                    ? new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0" }
                    : new OpenApiSchema { Type = JsonSchemaType.String },
                Example = header.Example.DeepClone(),
            };
        }

        return response;
    }

    private static OpenApiMediaType Content(string mediaType, Type? type, string example, OperationFilterContext context) =>
        mediaType switch
        {
            "application/json" => new OpenApiMediaType
            {
                Schema = context.SchemaGenerator.GenerateSchema(type!, context.SchemaRepository),
                Examples = Examples.Of(type!, context.Document, example),
            },
            "text/csv" => Text(mediaType, "Comma-separated values (RFC 4180) with a header line."),
            CardEndpoints.MarkdownType => Text(mediaType, "CommonMark with tables."),
            "text/event-stream" => Events(mediaType, context),
            _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
        };

    private static OpenApiMediaType Text(string mediaType, string description) => new()
    {
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = description },
        Example = Examples.Text(mediaType),
    };

    private static OpenApiMediaType Events(string mediaType, OperationFilterContext context)
    {
        var types = new JsonObject();
        foreach (EventMetadata each in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<EventMetadata>())
        {
            var data = (OpenApiSchemaReference)context.SchemaGenerator.GenerateSchema(each.Data, context.SchemaRepository);
            types[each.Event] = new JsonObject { ["$ref"] = $"#/components/schemas/{data.Reference.Id}" };
        }

        OpenApiMediaType content = Text(
            mediaType,
            "Server-sent events (HTML Living Standard, section 9.2). The `data` of each event is JSON; `x-event-data` has its type by "
            + "`event`. `id` is a value for `Last-Event-ID`. A comment line is sent after 15 seconds without an event.");
        var schema = (OpenApiSchema)content.Schema!;
        schema.Extensions = new Dictionary<string, IOpenApiExtension> { ["x-event-data"] = new JsonNodeExtension(types) };
        return content;
    }

    /// <summary>
    /// A response with one of those problems of one status, written once for all operations that can give them. Its examples list the
    /// problems; all responses share one schema, of which a generated client makes one type to catch.
    /// </summary>
    private static OpenApiResponseReference Failure(ProblemType[] problems, OperationFilterContext context)
    {
        string name = string.Join('.', problems.Select(problem => problem.Slug));
        var content = new OpenApiMediaType
        {
            Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository),
            Examples = problems.ToDictionary(
                problem => problem.Slug, problem => Examples.Share(problem.Slug, ProblemExamples.Of(problem), context.Document)),
        };
        context.Document.Components!.Responses ??= new Dictionary<string, IOpenApiResponse>();
        context.Document.Components.Responses[name] = new OpenApiResponse
        {
            Description = string.Join(' ', problems.Select(problem => $"{problem.Title}.")),
            Headers = problems[0].Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable
                ? new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = s_retryAfter }
                : null,
            Content = new Dictionary<string, OpenApiMediaType> { [ProblemWriter.ContentType] = content },
        };
        return new OpenApiResponseReference(name, context.Document);
    }
}
