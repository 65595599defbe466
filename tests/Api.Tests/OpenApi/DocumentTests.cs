using System.Reflection;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Tests;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace AutoencoderApi.Api.Tests.OpenApi;

[Collection(TrainedCollection.Name)]
public sealed class DocumentTests(TrainedService trained)
{
    [Theory]
    [InlineData("v1.json", "openapi.json", "openapi")]
    [InlineData("v1-3.0.json", "openapi-3.0.json", "openapi --3.0")]
    public async Task The_committed_document_is_what_the_service_serves(string path, string name, string command)
    {
        string served = await trained.Service.Http.GetStringAsync($"/openapi/{path}"), file = Path.Combine(Repository.Root, "docs", name);
        Assert.True(
            File.Exists(file) && served == await File.ReadAllTextAsync(file),
            $"docs/{name} is not what the service serves. Write it anew: "
            + $"dotnet run -c Release --no-launch-profile --project src/Api -- {command} > docs/{name}");
    }

    [Theory]
    [InlineData("v1.json", "openapi")]
    [InlineData("v1-3.0.json", "openapi", "--3.0")]
    [StartsProcesses]
    public async Task The_command_shows_what_the_service_serves_and_makes_no_store(string path, params string[] command)
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        (int status, string output, string errors) = await ServiceProcess.Run(command, ("Store__Folder", folder));
        Assert.Equal((0, ""), (status, errors));
        Assert.True(await trained.Service.Http.GetStringAsync($"/openapi/{path}") == output, "the command shows another document");
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("v1.json", OpenApiSpecVersion.OpenApi3_1)]
    [InlineData("v1-3.0.json", OpenApiSpecVersion.OpenApi3_0)]
    public async Task The_document_is_read_without_an_error_or_a_warning(string path, OpenApiSpecVersion version)
    {
        await using Stream served = await trained.Service.Http.GetStreamAsync($"/openapi/{path}");
        ReadResult read = await OpenApiDocument.LoadAsync(
            served, "json", new OpenApiReaderSettings { RuleSet = ValidationRuleSet.GetDefaultRuleSet() });
        Assert.Empty(read.Diagnostic!.Errors.Concat(read.Diagnostic.Warnings));
        Assert.Equal(version, read.Diagnostic.SpecificationVersion);
    }

    [Fact]
    public async Task The_3_0_document_has_the_same_operations_and_no_word_of_3_1()
    {
        JsonObject older = (await trained.Service.Json("/openapi/v1-3.0.json")).AsObject();
        string[] operations = [.. older["paths"]!.AsObject().SelectMany(
            path => path.Value!.AsObject(), (path, operation) => $"{operation.Key} {path.Key}")];
        Assert.Equal(
            (await Operation.All(trained.Service)).Select(operation => $"{operation.Method.Method.ToLowerInvariant()} {operation.Path}"),
            operations);
        foreach (JsonObject schema in Schemas(older))
        {
            Assert.True(schema["type"] is null or JsonValue, schema.ToJsonString());
            Assert.NotEqual("null", (string?)schema["type"]);
            Assert.DoesNotContain(
                schema, word => word.Key is "const" or "examples" or "contentMediaType" or "contentEncoding" or "prefixItems" or "if"
                    or "patternProperties" or "unevaluatedProperties" or "propertyNames" or "$defs" or "$id" or "$schema");
            Assert.True(schema["$ref"] is null || schema.Count == 1, schema.ToJsonString());
            Assert.False(schema["exclusiveMinimum"] is JsonValue bound && bound.TryGetValue(out double _), schema.ToJsonString());
        }
    }

    /// <summary>What generators of clients stumble on, in either document.</summary>
    [Theory]
    [InlineData("v1.json")]
    [InlineData("v1-3.0.json")]
    public async Task No_body_has_a_default_and_no_enum_has_null(string path)
    {
        JsonObject document = (await trained.Service.Json($"/openapi/{path}")).AsObject();
        foreach (JsonObject schema in Schemas(document["components"]!["schemas"]!))
        {
            Assert.False(schema.ContainsKey("default"), schema.ToJsonString());
        }

        foreach (JsonObject schema in Schemas(document))
        {
            Assert.DoesNotContain(schema["enum"] as JsonArray ?? [], value => value is null);
        }
    }

    [Fact]
    public async Task Every_operation_that_can_give_a_PNG_has_one_form_that_gives_and_takes_one_media_type()
    {
        IReadOnlyList<Operation> operations = await Operation.All(trained.Service);
        foreach (Operation operation in operations.Where(operation => operation.AnswerTypes.Contains("image/png")))
        {
            Operation plain = operation.AnswerTypes.Count == 1
                ? operation
                : operations.Single(other => other.Id == $"{operation.Id}Png");
            Assert.Equal(["image/png"], plain.AnswerTypes);
            Assert.InRange(plain.Bodies?.Count ?? 0, 0, 1);
            Assert.EndsWith(plain == operation ? operation.Path : $"{operation.Path}.png", plain.Path);
            Assert.Equal(operation.Parameters.Select(parameter => parameter.Name), plain.Parameters.Select(parameter => parameter.Name));
            Assert.Equal(operation.Answers, plain.Answers);
        }

        Assert.All(
            operations.Where(operation => operation.Id is "importCheckpoint" or "putDataset"),
            operation => Assert.Single(operation.Bodies!));
    }

    [Fact]
    public async Task The_document_has_every_type_of_problem_but_those_of_requests_that_reach_no_operation()
    {
        ProblemType[] outside =
        [
            ProblemType.NotFound,
            ProblemType.MethodNotAllowed,
            ProblemType.NotAcceptable,
            ProblemType.LengthRequired,
            ProblemType.UriTooLong,
            ProblemType.HeadersTooLarge,
            ProblemType.VersionNotSupported,
        ];
        IEnumerable<ProblemType> types = typeof(ProblemType).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<ProblemType>();
        IEnumerable<string?> described = (await Operation.All(trained.Service))
            .SelectMany(operation => operation.Answers, (_, answer) => answer.Problem).Where(problem => problem is not null).Distinct();
        Assert.Equal(types.Except(outside).Select(type => type.Urn).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    [StartsProcesses]
    public async Task The_linter_finds_nothing() =>
        Assert.StartsWith("No results", await NodePrograms.Run("npm", "run", "--silent", "lint"));

    /// <summary>All objects that stand where a schema does, and those within them.</summary>
    private static IEnumerable<JsonObject> Schemas(JsonNode node, bool isSchema = false)
    {
        if (node is JsonObject fields)
        {
            if (isSchema)
            {
                yield return fields;
            }

            foreach ((string name, JsonNode? field) in fields.Where(
                field => field is { Value: not null, Key: not ("example" or "examples") }))
            {
                bool isMap = name is "properties" or "schemas";
                foreach (JsonNode child in isMap ? field!.AsObject().Select(each => each.Value!) : [field!])
                {
                    bool isOne = isMap || name is "schema" or "items" or "additionalProperties" or "oneOf" or "anyOf" or "allOf" or "not";
                    foreach (JsonObject schema in Schemas(child, isOne))
                    {
                        yield return schema;
                    }
                }
            }
        }
        else if (node is JsonArray several)
        {
            foreach (JsonObject schema in several.OfType<JsonNode>().SelectMany(each => Schemas(each, isSchema)))
            {
                yield return schema;
            }
        }
    }
}
