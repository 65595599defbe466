using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>A parameter of an operation.</summary>
/// <param name="In">Where it stands: <c>path</c>, <c>query</c> or <c>header</c>.</param>
internal sealed record OperationParameter(string Name, string In, JsonObject Schema);

/// <summary>An operation as the OpenAPI document of a running service describes it.</summary>
internal sealed record Operation(string Id, HttpMethod Method, string Path, JsonObject Definition, JsonObject Document)
{
    public IReadOnlyList<OperationParameter> Parameters { get; } =
        [.. (Definition["parameters"]?.AsArray() ?? [])
            .Select(one => new OperationParameter((string)one!["name"]!, (string)one["in"]!, one["schema"]!.AsObject()))];

    /// <summary>By media type; null where the operation takes no body.</summary>
    public JsonObject? Bodies { get; } = Definition["requestBody"]?["content"]?.AsObject();

    /// <summary>The media types of its successful answers.</summary>
    public IReadOnlyList<string> AnswerTypes { get; } =
        [.. Definition["responses"]!.AsObject().Where(answer => answer.Key[0] == '2')
            .SelectMany(answer => answer.Value!["content"]?.AsObject().Select(content => content.Key) ?? []).Distinct()];

    /// <summary>The statuses that it may answer with, and of an error each type of problem.</summary>
    /// <summary>Those of the document; an ETag of the 200 says that there is a 304.</summary>
    public IReadOnlySet<(int Status, string? Problem)> Answers { get; } =
        Definition["responses"]!
            .AsObject()
            .SelectMany(
                answer => Problems(answer.Value!, Document),
                (answer, problem) => (int.Parse(answer.Key, null as IFormatProvider), problem))
            .Concat(Definition["responses"]!["200"]?["headers"]?["ETag"] is null ? [] : [(304, (string?)null)])
            .ToHashSet();

    public IEnumerable<OperationParameter> Queries => Parameters.Where(parameter => parameter.In == "query");

    public static async Task<IReadOnlyList<Operation>> All(ServiceClient service)
    {
        JsonObject document = (await service.Json("/openapi/v1.json")).AsObject();
        return [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => new Operation(
            (string)operation.Value!["operationId"]!, new HttpMethod(operation.Key.ToUpperInvariant()), path.Key,
                operation.Value.AsObject(), document)))];
    }

    /// <summary>The operation's path with a value for each of its parameters.</summary>
    public string PathWith(Func<string, string> value) =>
        string.Concat(Path.Split('{', '}').Select((part, i) => i % 2 == 0 ? part : value(part)));

    /// <summary>The schema itself, where it is a reference to one.</summary>
    public JsonObject Resolve(JsonObject schema) =>
        (string?)schema["$ref"] is { } reference ? Document["components"]!["schemas"]![reference.Split('/')[^1]]!.AsObject() : schema;

    public override string ToString() => $"{Id} ({Method} {Path})";

    /// <summary>The types of problems in a response; of a successful one just null.</summary>
    private static IEnumerable<string?> Problems(JsonNode response, JsonObject document)
    {
        if ((string?)response["$ref"] is { } reference)
        {
            response = document["components"]!["responses"]![reference.Split('/')[^1]]!;
        }

        return response["content"]?["application/problem+json"]?["examples"]!.AsObject()
            .Select(example => (string?)document["components"]!["examples"]![example.Key]!["value"]!["type"]) ?? [null];
    }
}
