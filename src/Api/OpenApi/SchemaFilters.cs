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

/// <summary>What the fields of requests and answers may be.</summary>
internal static class SchemaFilters
{
    public static void DescribeSchemas(this SwaggerGenOptions options)
    {
        options.SchemaFilter<WireNameSchemaFilter>();
        options.SchemaFilter<NumberSchemaFilter>();
        options.SchemaFilter<ValidationSchemaFilter>();
        options.SchemaFilter<SettingsSchemaFilter>();
        options.SchemaFilter<ObjectSchemaFilter>();
        options.SchemaFilter<ProblemSchemaFilter>();
    }

    /// <summary>Gives a parameter's or a field's schema what its attributes state, beyond what Swashbuckle knows.</summary>
    public static void Hold(OpenApiSchema schema, IEnumerable<object> attributes)
    {
        foreach (object attribute in attributes)
        {
            if (attribute is OneOfAttribute one)
            {
                schema.Enum = [.. one.Names.Select(name => (JsonNode)name)];
            }
            else if (attribute is PatternAttribute { Pattern: var pattern })
            {
                schema.Pattern = pattern;
            }
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static PropertyInfo? Property(Type type, string field) =>
        type.GetProperties().FirstOrDefault(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name) == field);

    /// <summary>Enums are strings on the wire, each with its own meaning.</summary>
    private sealed class WireNameSchemaFilter : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (!context.Type.IsEnum || schema is not OpenApiSchema named)
            {
                return;
            }

            string[] names = Enum.GetNames(context.Type);
            (named.Type, named.Format) = (JsonSchemaType.String, null);
            named.Enum = [.. names.Select(name => (JsonNode)JsonNamingPolicy.KebabCaseLower.ConvertName(name))];
            XDocument comments = XDocument.Load(Path.ChangeExtension(context.Type.Assembly.Location, "xml"));
            var meanings = names.Select(name => (Name: name, Meaning: comments.XPathSelectElement($"//member[@name='F:{context.Type.FullName}.{name}']/summary")?.Value.Trim())).Where(value => value.Meaning is not null);
            named.Description = string.Join('\n', [named.Description, .. meanings.Select(value => $"- `{JsonNamingPolicy.KebabCaseLower.ConvertName(value.Name)}`: {value.Meaning}")]).Trim();
        }
    }

    /// <summary>
    /// Every whole number here counts something, and every double is a loss, a share, a time or a pace: none is negative. Floats are
    /// values of maps and pixels, which may be.
    /// </summary>
    private sealed class NumberSchemaFilter : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is OpenApiSchema { Minimum: null } number && (Nullable.GetUnderlyingType(context.Type) ?? context.Type) is var type && (type == typeof(int) || type == typeof(double)))
            {
                number.Minimum = "0";
            }
        }
    }

    private sealed class ValidationSchemaFilter : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is OpenApiSchema field && context.MemberInfo is { } member)
            {
                Hold(field, member.GetCustomAttributes());
            }
        }
    }

    /// <summary>The bounds of a job's settings, and the defaults of those that a request may leave out and that are the same for every architecture.</summary>
    private sealed class SettingsSchemaFilter : ISchemaFilter
    {
        private static readonly JsonObject[] s_defaults =
            [.. Enum.GetValues<Architecture>().Select(architecture => JsonSerializer.SerializeToNode(TrainingSettings.For(architecture, ""), JsonConventions.Json)!.AsObject())];

        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is not OpenApiSchema { Properties: { } fields } || (context.Type != typeof(TrainingSettings) && context.Type != typeof(TrainingJobRequest) && context.Type != typeof(Noise)))
            {
                return;
            }

            foreach ((string field, IOpenApiSchema described) in fields)
            {
                if (described is not OpenApiSchema setting)
                {
                    continue;
                }

                if (TrainingSettingsValidator.Bounds.TryGetValue(field, out SettingBounds? bounds))
                {
                    if (setting.Items is OpenApiSchema each)
                    {
                        Bound(each, bounds);
                        setting.MinItems = setting.MaxItems = 2;
                    }
                    else
                    {
                        Bound(setting, bounds);
                    }
                }

                if (field == "imageShape" && setting.Items is OpenApiSchema size)
                {
                    Bound(size, new SettingBounds(1, ImageShapes.MaxSide));
                    setting.MinItems = setting.MaxItems = 3;
                }

                if (context.Type == typeof(TrainingJobRequest) && s_defaults[0][field] is { } value && s_defaults.All(other => JsonNode.DeepEquals(other[field], value)) && field != "dataset")
                {
                    setting.Default = value.DeepClone();
                }
            }
        }

        private static void Bound(OpenApiSchema number, SettingBounds bounds)
        {
            (number.Minimum, number.Maximum) = (Text(bounds.Min), Text(bounds.Max));
            if (bounds.OddOnly)
            {
                IEnumerable<JsonNode> odd = Enumerable.Range((int)bounds.Min, (int)bounds.Max).Where(int.IsOddInteger).Select(value => (JsonNode)value);
                number.Enum = number.Type?.HasFlag(JsonSchemaType.Null) is true ? [.. odd, JsonNullSentinel.JsonNull] : [.. odd];
            }
        }
    }

    /// <summary>
    /// An answer has all its fields, null where there is nothing to say, and may get more: a client passes over what it does not know.
    /// A request has those that are required and no others.
    /// </summary>
    private sealed class ObjectSchemaFilter : ISchemaFilter
    {
        private static readonly NullabilityInfoContext s_nullability = new();

        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is not OpenApiSchema { Properties: { Count: > 0 } fields } thing || context.Type.Assembly.GetName().Name?.StartsWith(nameof(AutoencoderApi), StringComparison.Ordinal) is not true)
            {
                return;
            }

            foreach ((string field, IOpenApiSchema described) in fields.ToList())
            {
                if (described is OpenApiSchemaReference reference && Property(context.Type, field) is { } property && s_nullability.Create(property).ReadState == NullabilityState.Nullable)
                {
                    fields[field] = new OpenApiSchema { Description = reference.Description, OneOf = [reference, new OpenApiSchema { Type = JsonSchemaType.Null }] };
                    reference.Description = null;
                }
            }

            if (!context.Type.Name.EndsWith("Request", StringComparison.Ordinal))
            {
                (thing.Required, thing.AdditionalPropertiesAllowed) = (fields.Keys.ToHashSet(), true);
            }
        }
    }

    /// <summary>A problem as this service writes it.</summary>
    private sealed class ProblemSchemaFilter : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (context.Type != typeof(ProblemDetails) || schema is not OpenApiSchema problem)
            {
                return;
            }

            problem.Description = "What went wrong (RFC 9457).";
            problem.AdditionalProperties = null;
            problem.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = $"^{Problems.UrnPrefix}[a-z]+(-[a-z]+)*$", Description = "What happened. It never changes its meaning; docs/api.md lists them all." },
                ["title"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The type in words." },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "400", Maximum = "599", Description = "The status of the answer." },
                ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What to do." },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
                    Description = "Each field that is wrong, with its rule.",
                },
                ["measured"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Of an image without a digit: the ground's level and noise (0..255), and the contrast of the strongest mark (0..1)." },
                [Problems.RetryAfter] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1", Description = "Seconds after which it may be over." },
                ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What to look for in the service's log." },
            };
            problem.Required = new HashSet<string> { "type", "title", "status", "detail", "traceId" };
        }
    }
}
