using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using System.Xml.XPath;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>What the fields of requests and responses may be.</summary>
internal sealed class SchemaFilter : ISchemaFilter
{
    private static readonly JsonObject[] s_defaults =
    [
        .. Enum.GetValues<Architecture>().Select(architecture =>
            JsonSerializer.SerializeToNode(TrainingSettings.For(architecture, dataset: ""), JsonConventions.Json)!.AsObject()),
    ];

    private static readonly NullabilityInfoContext s_nullability = new();

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema described)
        {
            return;
        }

        Hold(described, context.MemberInfo?.GetCustomAttributes() ?? []);
        Type type = Nullable.GetUnderlyingType(context.Type) ?? context.Type;
        if (context.Type.IsEnum)
        {
            DescribeNames(described, context.Type);
        }
        else if (type == typeof(int) || type == typeof(double))
        {
            described.Minimum ??= "0"; // a count, a loss, a fraction, a time or a rate; values of pixels and maps are floats
        }
        else if (described.Properties is { } settings
            && (type == typeof(TrainingSettings) || type == typeof(TrainingJobRequest) || type == typeof(Noise)))
        {
            BoundSettings(settings, isRequest: type == typeof(TrainingJobRequest));
        }
        else if (type == typeof(ProblemDetails))
        {
            DescribeProblem(described);
        }

        if (described.Properties is { Count: > 0 } fields
            && type.Assembly.FullName!.StartsWith(nameof(AutoencoderApi), StringComparison.Ordinal))
        {
            CompleteObject(described, fields, type);
        }
    }

    /// <summary>Gives a parameter's or a field's schema what its attributes state, beyond what Swashbuckle knows.</summary>
    public static void Hold(OpenApiSchema schema, IEnumerable<object> attributes)
    {
        foreach (object attribute in attributes)
        {
            switch (attribute)
            {
                case OneOfAttribute one:
                    schema.Enum = [.. one.Names.Select(name => (JsonNode)name)];
                    break;
                case PatternAttribute { Pattern: var pattern }:
                    schema.Pattern = pattern;
                    break;
                case MetadataAttribute when schema.AdditionalProperties is OpenApiSchema value:
                    schema.MaxProperties = MetadataPairs.MaxPairs;
                    (value.MaxLength, value.Pattern) = (MetadataPairs.MaxValueLength, MetadataPairs.ValuePattern);
                    break;
                case MetadataFilterAttribute when schema.Items is OpenApiSchema pair:
                    schema.MaxItems = MetadataPairs.MaxPairs;
                    pair.MaxLength = MetadataPairs.MaxKeyLength + 1 + MetadataPairs.MaxValueLength;
                    pair.Pattern = MetadataPairs.FilterPattern;
                    break;
                case ItemBoundsAttribute { Bounds: var bounds } when schema.Items is OpenApiSchema each:
                    Bound(each, bounds);
                    break;
            }
        }
    }

    /// <summary>Enums are strings on the wire, each with its own meaning.</summary>
    private static void DescribeNames(OpenApiSchema schema, Type type)
    {
        XDocument comments = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, "xml"));
        var names = Enum.GetNames(type).Select(name => (
            Wire: JsonNamingPolicy.KebabCaseLower.ConvertName(name),
            Meaning: comments.XPathSelectElement($"//member[@name='F:{type.FullName}.{name}']/summary")?.Value.Trim())).ToList();
        (schema.Type, schema.Format, schema.Enum) = (JsonSchemaType.String, null, [.. names.Select(name => (JsonNode)name.Wire)]);
        IEnumerable<string> meanings = names.Where(name => name.Meaning is not null).Select(name => $"- `{name.Wire}`: {name.Meaning}");
        schema.Description = string.Join('\n', [schema.Description, .. meanings]).Trim();
    }

    /// <summary>
    /// The bounds of a job's settings, and in a request, in words, the defaults that are the same for every architecture: a generated
    /// client may require a field with a <c>default</c>, or always send it, also where the architecture has no such field.
    /// </summary>
    private static void BoundSettings(IDictionary<string, IOpenApiSchema> settings, bool isRequest)
    {
        foreach ((string name, IOpenApiSchema field) in settings)
        {
            if (field is not OpenApiSchema setting)
            {
                continue;
            }

            (SettingBounds? bounds, int least, int most) = name switch
            {
                "imageShape" => (new SettingBounds(1, ImageShapes.MaxSide), 3, 3),
                "labels" => (TrainingSettingsValidator.Bounds[name], 1, byte.MaxValue + 1),
                _ => (TrainingSettingsValidator.Bounds.GetValueOrDefault(name), 2, 2),
            };
            if (bounds is not null)
            {
                Bound(setting.Items as OpenApiSchema ?? setting, bounds);
                setting.MinItems = setting.Items is null ? null : least;
                setting.MaxItems = setting.Items is null ? null : most;
            }

            if (isRequest && name != "dataset" && s_defaults[0][name] is { } value
                && s_defaults.All(other => JsonNode.DeepEquals(other[name], value)))
            {
                string words = value.ToJsonString().Replace(",", ", ", StringComparison.Ordinal);
                setting.Description = $"{setting.Description} Default `{words}`.";
            }
        }
    }

    private static void Bound(OpenApiSchema number, SettingBounds bounds)
    {
        number.Minimum = bounds.Min.ToString(CultureInfo.InvariantCulture);
        number.Maximum = bounds.Max.ToString(CultureInfo.InvariantCulture);
        if (bounds.OddOnly)
        {
            IEnumerable<JsonNode> odd =
                Enumerable.Range((int)bounds.Min, (int)bounds.Max).Where(int.IsOddInteger).Select(value => (JsonNode)value);
            number.Enum = [.. odd]; // without null, which the type allows: some generators take an enum with null for text
        }
    }

    /// <summary>
    /// A response has all its fields, null where there is no value, and may get more: a client ignores fields that it does not know. A
    /// request has those that are required and no others.
    /// </summary>
    private static void CompleteObject(OpenApiSchema schema, IDictionary<string, IOpenApiSchema> fields, Type type)
    {
        foreach ((string name, IOpenApiSchema field) in fields.ToList())
        {
            PropertyInfo? property = type.GetProperties().FirstOrDefault(each => JsonNamingPolicy.CamelCase.ConvertName(each.Name) == name);
            if (field is OpenApiSchemaReference reference && property is not null
                && s_nullability.Create(property).ReadState == NullabilityState.Nullable)
            {
                fields[name] = new OpenApiSchema
                {
                    Description = reference.Description,
                    OneOf = [reference, new OpenApiSchema { Type = JsonSchemaType.Null }],
                };
                reference.Description = null;
            }
        }

        if (!type.Name.EndsWith("Request", StringComparison.Ordinal))
        {
            (schema.Required, schema.AdditionalPropertiesAllowed) = (fields.Keys.ToHashSet(), true);
        }
    }

    /// <summary>A problem as <see cref="ProblemWriter"/> writes it.</summary>
    private static void DescribeProblem(OpenApiSchema schema)
    {
        OpenApiSchema type = Field(JsonSchemaType.String, "What happened, with a fixed meaning: docs/errors.md lists all types.");
        type.Pattern = $"^{ProblemType.UrnPrefix}[a-z]+(-[a-z]+)*$";
        OpenApiSchema status = Field(JsonSchemaType.Integer, "HTTP status of the response.");
        Bound(status, new SettingBounds(StatusCodes.Status400BadRequest, 599));
        OpenApiSchema errors = Field(JsonSchemaType.Object, "Invalid fields, each with the rules that it breaks.");
        errors.AdditionalProperties = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Items = new OpenApiSchema { Type = JsonSchemaType.String },
        };
        OpenApiSchema retryAfter = Field(JsonSchemaType.Integer, "Seconds to wait before sending the request again.");
        retryAfter.Minimum = "1";
        schema.Description = "A problem (RFC 9457).";
        schema.AdditionalProperties = null;
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = type,
            ["title"] = Field(JsonSchemaType.String, "The type in words."),
            ["status"] = status,
            ["detail"] = Field(JsonSchemaType.String, "Cause of this problem, and how to resolve it."),
            ["errors"] = errors,
            ["measured"] = Field(
                JsonSchemaType.Object,
                "Of an image without a digit: level and noise of the ground (0..255), and contrast of the strongest mark (0..1)."),
            [Problems.RetryAfter] = retryAfter,
            [ProblemWriter.TraceId] = Field(JsonSchemaType.String, "Identifier of the request in the service's log."),
        };
        schema.Required = new HashSet<string> { "type", "title", "status", "detail", ProblemWriter.TraceId };
    }

    private static OpenApiSchema Field(JsonSchemaType type, string description) => new()
    {
        Type = type,
        Format = type == JsonSchemaType.Integer ? "int32" : null,
        Description = description,
    };
}
