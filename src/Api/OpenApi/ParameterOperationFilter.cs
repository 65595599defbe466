using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Describes the parameters in paths and queries. The same name means the same thing in every operation, unless a Description says else.</summary>
internal sealed class ParameterOperationFilter : IOperationFilter
{
    private static readonly Dictionary<string, (string Description, JsonNode? Example)> s_shared = new()
    {
        ["id"] = ("The job's id.", "01a21060-c1dc-7de8-acad-04c104cfdd76"),
        ["reference"] = ("The checkpoint: its id, or a tag such as `latest` or `best`.", "best"),
        ["layer"] = ("The layer to inspect, from `GET /v1/checkpoints/{reference}/layers`.", "code"),
        ["tag"] = ("What the checkpoint is called.", "shown"),
        ["architecture"] = ("Only those of this architecture.", null),
        ["limit"] = ("Items on a page at most.", null),
        ["cursor"] = ("The `nextCursor` of the page before; none for the first page.", null),
        ["dataset"] = ("The data set, from `GET /v1/datasets`; else the one that jobs train on by default.", null),
        ["split"] = ("The part of the data set.", "test"),
        ["index"] = ("The image's place in the split, counted from 0.", 0),
        ["scale"] = ("Side in pixels of the square that each value is drawn as.", null),
        ["layout"] = ("What the image shows: the reconstruction, with the digit before it, with their difference behind them as well, or the digit, what noise has made of it and what the network has made of that.", null),
    };

    /// <summary>Those that hold a name which the client or the service has given.</summary>
    private static readonly string[] s_names = ["reference", "layer", "tag", "dataset", "name"];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (OpenApiParameter parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            ApiParameterDescription described = context.ApiDescription.ParameterDescriptions.First(other => other.Name == parameter.Name);
            var schema = (OpenApiSchema)parameter.Schema!;
            parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
            schema.Description = null; // Swashbuckle repeats the parameter's there
            schema.Default ??= JsonSerializer.SerializeToNode(described.DefaultValue);
            SchemaFilters.Hold(schema, described.CustomAttributes());
            if (s_names.Contains(parameter.Name))
            {
                schema.Pattern = TrainingSettingsValidator.NamePattern;
            }

            if (s_shared.TryGetValue(parameter.Name, out var shared))
            {
                parameter.Description ??= shared.Description;
                parameter.Example = parameter.In == ParameterLocation.Path ? shared.Example?.DeepClone() : null;
            }
        }
    }
}
