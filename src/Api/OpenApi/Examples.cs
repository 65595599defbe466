using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain;
using Microsoft.OpenApi;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Recorded responses of the service, by operation, by the type of their items, or of text by media type.</summary>
internal static class Examples
{
    private static readonly JsonObject s_recorded = Read();

    /// <summary>Of requests, which leave out what is null; responses have all their fields.</summary>
    private static readonly JsonSerializerOptions s_requests =
        new(JsonConventions.Json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The recorded text of that media type.</summary>
    public static string Text(string mediaType) => (string)s_recorded[mediaType]!;

    /// <summary>
    /// The example of a value of that type, shared by all who show it; null where there is none. It is read as that type and written
    /// again, so that a field that is no more is found here, and not by a reader.
    /// </summary>
    /// <param name="operation">An operation with an example of its own, or empty.</param>
    public static Dictionary<string, IOpenApiExample>? Of(Type type, OpenApiDocument document, string operation = "")
    {
        Type? generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (generic == typeof(IAsyncEnumerable<>))
        {
            type = type.GetGenericArguments()[0].MakeArrayType(); // which is what it is sent as
        }

        bool isPage = generic == typeof(Page<>);
        Type item = isPage ? type.GetGenericArguments()[0] : type.GetElementType() ?? type;
        string name = s_recorded.ContainsKey(operation) ? operation : item.Name;
        if (s_recorded[name] is not { } recorded)
        {
            return null;
        }

        if (recorded is JsonArray several && item == type)
        {
            (name, recorded) = ($"{name}Item", several[^1]!);
        }

        JsonNode whole = isPage ? new JsonObject { ["items"] = new JsonArray(recorded.DeepClone()), ["nextCursor"] = null } : recorded;
        JsonSerializerOptions json = item.Name.EndsWith("Request", StringComparison.Ordinal) ? s_requests : JsonConventions.Json;
        JsonNode value = JsonSerializer.SerializeToNode(whole.Deserialize(type, json), type, json)!;
        name = isPage ? $"{name}Page" : name;
        return new Dictionary<string, IOpenApiExample> { [name] = Share(name, value, document) };
    }

    /// <summary>An example that stands once in the document, under that name.</summary>
    public static IOpenApiExample Share(string name, JsonNode value, OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.Examples ??= new Dictionary<string, IOpenApiExample>();
        document.Components.Examples[name] = new OpenApiExample { Value = value };
        return new OpenApiExampleReference(name, document);
    }

    private static JsonObject Read()
    {
        using Stream file = typeof(Examples).Assembly.GetManifestResourceStream("Examples.json")!;
        return JsonNode.Parse(file)!.AsObject();
    }
}
