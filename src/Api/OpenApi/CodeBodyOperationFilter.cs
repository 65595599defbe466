using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Marks an operation whose body is a code, as JSON or as a file of NumPy's.</summary>
internal sealed record AcceptsCodeMetadata;

internal static class CodeEndpointConventions
{
    public static RouteHandlerBuilder AcceptsCode(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new AcceptsCodeMetadata()).TakesUpTo(limits => limits.NumberBytes, json: limits => limits.NumberBytes).ProducesProblem(413).ProducesProblem(415);

    public static RouteHandlerBuilder ProducesCode(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<CodeResponse>(200, "application/json", CodeInputReader.NpyType)
        .VariesBy(HeaderNames.Accept)
        .ProducesProblem(400)
        .ProducesProblem(404)
        .ProducesProblem(422);
}

/// <summary>Describes the body of the operation that takes a code: it reads the body itself.</summary>
internal sealed class CodeBodyOperationFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AcceptsCodeMetadata>().Any())
        {
            return;
        }

        OpenApiSchema Numbers(JsonSchemaType type, string description) => new()
        {
            Type = JsonSchemaType.Array,
            Items = new OpenApiSchema { Type = type },
            Description = description,
        };
        var code = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["shape"] = Numbers(JsonSchemaType.Integer, "Channels, height, width."),
                ["values"] = Numbers(JsonSchemaType.Number, "Channel by channel, row by row."),
                ["pixels"] = Numbers(JsonSchemaType.Number, "Values 0..1 of the image whose switches a network of switch-unpool uses; others do not read it."),
            },
            Required = new HashSet<string> { "shape", "values" },
        };
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "An NPY file of version 1.0 or 2.0: little-endian float32 in C order." };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = code, Examples = Examples.Of(typeof(CodeResponse), context.Document) }, [CodeInputReader.NpyType] = new() { Schema = file } },
        };
    }
}
