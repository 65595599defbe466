using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Describes the answers: those that an endpoint names, and those that every operation can give.</summary>
internal sealed class ResponseOperationFilter : IOperationFilter
{
    private const string ProblemType = "application/problem+json";
    private const string EventsType = "text/event-stream";

    private static readonly OpenApiHeader s_retryAfter = new()
    {
        Description = "Seconds to wait before trying again.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" },
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        Role role = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Max(data => Enum.Parse<Role>(data.Policy!));
        operation.Description = $"{operation.Description} Needs the role `{JsonConventions.Name(role)}`.".TrimStart();

        var answers = new SortedDictionary<int, IOpenApiResponse>();
        foreach (IProducesResponseTypeMetadata produced in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IProducesResponseTypeMetadata>())
        {
            if (produced.StatusCode < 400)
            {
                answers[produced.StatusCode] = Success(produced, (OpenApiResponse?)answers.GetValueOrDefault(produced.StatusCode), operation, context);
            }
        }

        IEnumerable<int> problems = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IProducesResponseTypeMetadata>().Select(produced => produced.StatusCode).Where(status => status >= 400);
        foreach (int status in problems.Concat([400, 401, 403, 429, 500, 503]).Concat(operation.RequestBody is null ? [] : [408, 413, 415]))
        {
            answers[status] = Failure(status, role, context);
        }

        operation.Responses = [];
        foreach ((int status, IOpenApiResponse answer) in answers)
        {
            operation.Responses[$"{status}"] = answer;
        }
    }

    private static OpenApiResponse Success(IProducesResponseTypeMetadata produced, OpenApiResponse? before, OpenApiOperation operation, OperationFilterContext context)
    {
        OpenApiResponse answer = before ?? new OpenApiResponse
        {
            Description = Meaning(produced.StatusCode, operation.Summary!),
            Content = new Dictionary<string, OpenApiMediaType>(),
        };
        foreach (string type in produced.ContentTypes)
        {
            answer.Content![type] = type switch
            {
                "application/json" => new OpenApiMediaType
                {
                    Schema = context.SchemaGenerator.GenerateSchema(produced.Type!, context.SchemaRepository),
                    Examples = Examples.Of(produced.Type!, context.Document, produced.StatusCode == StatusCodes.Status202Accepted ? operation.OperationId! : ""),
                },
                "text/csv" => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "RFC 4180, with a line of headings." }, Example = Examples.Text(type) },
                EventsType => Events(context),
                _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
            };
        }

        return answer;
    }

    private static OpenApiMediaType Events(OperationFilterContext context)
    {
        (string Event, Type Data)[] events = [("progress", typeof(ProgressEvent)), ("checkpoint", typeof(CheckpointResponse)), ("ended", typeof(TrainingJobResponse))];
        return new OpenApiMediaType
        {
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Server-sent events (HTML Living Standard, section 9.2). The `data` of each is JSON, of the type that stands for its `event` under `x-event-data`. `id` is what `Last-Event-ID` takes. A comment line comes after 15 quiet seconds.",
                Extensions = new Dictionary<string, IOpenApiExtension>
                {
                    ["x-event-data"] = new JsonNodeExtension(new JsonObject(events.Select(one => KeyValuePair.Create(
                        one.Event, (JsonNode?)new JsonObject { ["$ref"] = $"#/components/schemas/{Name(one.Data)}" })))),
                },
            },
            Example = Examples.Text(EventsType),
        };

        string Name(Type type) => ((OpenApiSchemaReference)context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository)).Reference.Id!;
    }

    /// <summary>A problem, which stands once in the document for all operations that give it.</summary>
    private static OpenApiResponseReference Failure(int status, Role role, OperationFilterContext context)
    {
        (string name, JsonObject example) = ProblemExamples.Of(status, role, context.ApiDescription);
        context.Document.Components ??= new OpenApiComponents();
        context.Document.Components.Responses ??= new Dictionary<string, IOpenApiResponse>();
        context.Document.Components.Responses[name] = new OpenApiResponse
        {
            Description = $"{example["title"]}.",
            Headers = status is 429 or 503 ? new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = s_retryAfter } : null,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [ProblemType] = new() { Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository), Example = example },
            },
        };
        return new OpenApiResponseReference(name, context.Document);
    }

    private static string Meaning(int status, string summary) => status switch
    {
        200 => $"{summary}.",
        201 => "Created.",
        202 => "Accepted; not finished yet.",
        204 => "Done; the response has no body.",
        206 => "The byte range of the file that `Range` requests.",
        304 => "Not modified: the `If-None-Match` of the request is current.",
        _ => throw new InvalidOperationException($"{status} has no description"),
    };
}
