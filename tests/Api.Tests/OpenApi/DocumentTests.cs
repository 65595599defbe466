using System.Reflection;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.OpenApi;

[Collection(TrainedCollection.Name)]
public sealed class DocumentTests(TrainedService trained)
{
    private const string Command = "dotnet run -c Release --project src/Api -- openapi > docs/openapi.json";

    private static readonly string s_file = Path.Combine(Repository.Root, "docs", "openapi.json");

    [Fact]
    public async Task The_committed_document_is_what_the_service_serves()
    {
        string served = await trained.Service.Http.GetStringAsync("/openapi/v1.json");
        Assert.True(
            File.Exists(s_file) && served == await File.ReadAllTextAsync(s_file),
            $"docs/openapi.json is not what the service serves. Write it anew: {Command}");
    }

    [Fact]
    [StartsProcesses]
    public async Task The_command_shows_what_the_service_serves_and_makes_no_store()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        (int status, string output, string errors) = await ServiceProcess.Run(["openapi"], ("Store__Folder", folder));
        Assert.Equal((0, ""), (status, errors));
        Assert.True(await trained.Service.Http.GetStringAsync("/openapi/v1.json") == output, "the command shows another document");
        Assert.False(Directory.Exists(folder));
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

    [Fact]
    [StartsProcesses]
    public async Task A_client_generated_from_the_document_trains_a_small_network_and_looks_into_it()
    {
        await NodePrograms.Run("npm", "run", "--silent", "generate");
        await NodePrograms.Run("npm", "run", "--silent", "build");
        string said = await NodePrograms.Run(
            "node",
            "generated/program/client.js",
            trained.Service.Http.BaseAddress!.ToString().TrimEnd('/'));
        JsonNode seen = JsonNode.Parse(said)!;
        Assert.Equal("succeeded", (string?)seen["status"]);
        Assert.InRange((double)seen["testLoss"]!, 0.001, 0.25);
        Assert.StartsWith("89504E470D0A1A0A", Convert.ToHexString(Convert.FromBase64String((string)seen["png"]!)));
        Assert.Equal((8, 8), ((int)seen["maps"]!, (int)seen["mapsOfUpload"]!));
        Assert.Equal("urn:autoencoder-api:problem:checkpoint-not-found", (string?)seen["problem"]);
    }
}
