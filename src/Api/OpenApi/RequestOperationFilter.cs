using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Copies what endpoints declare of their parameters, headers and bodies into the document.</summary>
internal sealed class RequestOperationFilter(IOptions<LimitsOptions> limits) : IOperationFilter
{
    private const string Scale = "scale";

    /// <summary>Parameters that mean the same in every operation.</summary>
    private static readonly Dictionary<string, ParameterMetadata> s_shared = new ParameterMetadata[]
    {
        new(
            "reference",
            "Id of the checkpoint, or a tag such as `latest` or `best`. Operations that run the network also take `{job}@{step}`, a frame "
            + "of a job's film.",
            "example-strided"), // which is there before anything is trained
        new("layer", "Name of the layer, from `GET /v1/checkpoints/{reference}/layers`.", "code"),
        new("architecture", "Only items of this architecture.", null),
        new("limit", "Maximum number of items on the page.", null),
        new("cursor", "`nextCursor` of the page before; none for the first page.", null),
        new("dataset", "Name of the data set, from `GET /v1/datasets`; by default that of jobs.", null),
        new("split", "Split of the data set.", "test"),
        new("index", "Index of the image in the split, from 0.", "0"),
        new(Scale, "Side in pixels of the square that renders each value.", "8"),
        new(
            "layout",
            "Images in the figure: `single` the reconstruction; `pair` the digit too; `difference` also their difference; `restored` the "
            + "digit, the noisy digit and its reconstruction.",
            null),
    }.ToDictionary(parameter => parameter.Name);

    /// <summary>Parameters whose value is a name that the client or the service has given.</summary>
    private static readonly string[] s_names = ["reference", "layer", "tag", "dataset", "name"];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        IList<object> metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        foreach (OpenApiParameter parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            Describe(parameter, context.ApiDescription.ParameterDescriptions.First(other => other.Name == parameter.Name), metadata);
        }

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

        if (operation.RequestBody?.Content is { } bound)
        {
            Type type = context.ApiDescription.ParameterDescriptions.First(parameter => parameter.Source == BindingSource.Body).Type;
            bound["application/json"].Examples = Examples.Of(type, context.Document);
        }
        else if (metadata.OfType<BodyMetadata>().ToList() is { Count: > 0 } bodies)
        {
            bool isOne = metadata.OfType<OneBodyMetadata>().Any() && bodies.Count > 1;
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = isOne ? $"Also accepted: {string.Join("; ", bodies.Skip(1).Select(InWords))}." : null,
                Content = bodies.Take(isOne ? 1 : bodies.Count).ToDictionary(body => body.MediaType, body => Content(body, context)),
            };
        }
    }

    private static void Describe(OpenApiParameter parameter, ApiParameterDescription described, IList<object> metadata)
    {
        var schema = (OpenApiSchema)parameter.Schema!;
        parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
        schema.Description = null; // Swashbuckle repeats the parameter's there
        schema.Default ??= JsonSerializer.SerializeToNode(described.DefaultValue);
        SchemaFilter.Hold(schema, described.CustomAttributes());
        if (s_names.Contains(parameter.Name))
        {
            schema.Pattern = TrainingSettingsValidator.NamePattern;
        }

        if ((metadata.OfType<ParameterMetadata>().LastOrDefault(declared => declared.Name == parameter.Name)
            ?? s_shared.GetValueOrDefault(parameter.Name)) is { } declared)
        {
            parameter.Description ??= declared.Description;
            bool isShown = parameter.In == ParameterLocation.Path || parameter.Name == Scale; // Swagger fills it in
            parameter.Example = isShown && declared.Example is not null ? ExampleOf(declared, schema) : null;
        }
    }

    private static JsonNode? ExampleOf(ParameterMetadata declared, OpenApiSchema schema) =>
        schema.Type is JsonSchemaType.Integer ? JsonNode.Parse(declared.Example!) : declared.Example;

    private static string InWords(BodyMetadata body)
    {
        IEnumerable<string> fields = body.Files.Where(file => file.Field.Length > 0).Select(file => $"`{file.Field}`");
        return fields.Any() ? $"`{body.MediaType}` with the file {string.Join(", ", fields)}" : $"`{body.MediaType}`";
    }

    private OpenApiMediaType Content(BodyMetadata body, OperationFilterContext context)
    {
        if (body.Json is { } type)
        {
            return new OpenApiMediaType
            {
                Schema = context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository),
                Examples = Examples.Of(type, context.Document),
            };
        }

        var files = body.Files.ToDictionary(file => file.Field, file => (IOpenApiSchema)new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Format = "binary",
            Description = file.Description(limits.Value),
        });
        string first = body.Files[0].Field;
        return new OpenApiMediaType
        {
            Schema = first.Length == 0
                ? files[first]
                : new OpenApiSchema { Type = JsonSchemaType.Object, Properties = files, Required = new HashSet<string> { first } },
        };
    }
}
