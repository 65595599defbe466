using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>
/// The document for readers of OpenAPI 3.0, where a schema may be null only beside a <c>type</c>, and has one <c>example</c>. That a
/// reference may be null cannot be said there so that a validator takes null: examples with null are left out.
/// </summary>
internal static class OpenApi30
{
    public static void Rewrite(OpenApiDocument document)
    {
        IDictionary<string, IOpenApiExample> examples = document.Components!.Examples!;
        Remove(examples, example => HasNull(example.Value));
        new OpenApiWalker(new Visitor(document.Components.Schemas!, examples)).Walk(document);
    }

    private static void Remove(IDictionary<string, IOpenApiExample> examples, Func<IOpenApiExample, bool> isUnwanted)
    {
        foreach (string name in examples.Where(example => isUnwanted(example.Value)).Select(example => example.Key).ToList())
        {
            examples.Remove(name);
        }
    }

    private static bool HasNull(JsonNode? value) => value switch
    {
        null => true,
        JsonObject fields => fields.Any(field => HasNull(field.Value)),
        JsonArray items => items.Any(HasNull),
        _ => false,
    };

    private sealed class Visitor(
        IDictionary<string, IOpenApiSchema> schemas, IDictionary<string, IOpenApiExample> examples) : OpenApiVisitorBase
    {
        public override void Visit(IOpenApiSchema schema)
        {
            if (schema is OpenApiSchema { OneOf: [OpenApiSchemaReference { Reference.Id: { } id }, ..] } nullable)
            {
                nullable.Type = schemas[id].Type | JsonSchemaType.Null;
            }

            if (schema is OpenApiSchema { Examples: [var example, ..] } described)
            {
                described.Example = example.DeepClone();
            }
        }

        public override void Visit(OpenApiMediaType mediaType)
        {
            if (mediaType.Examples is { } shown)
            {
                Remove(shown, example => example is OpenApiExampleReference { Reference.Id: { } id } && !examples.ContainsKey(id));
            }
        }
    }
}
