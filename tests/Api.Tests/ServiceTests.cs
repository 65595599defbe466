using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class ServiceTests(TrainedService trained)
{
    private HttpClient Client => trained.Service.Http;

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/swagger/index.html")]
    [InlineData("/hangfire")]
    public async Task Health_Swagger_and_the_dashboard_answer_callers_on_this_machine(string path) =>
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(path)).StatusCode);

    [Fact]
    public async Task The_OpenAPI_document_is_3_1_and_every_operation_has_an_id_a_summary_and_its_problems()
    {
        JsonNode document = await trained.Service.Json("/openapi/v1.json");
        Assert.StartsWith("3.1", (string?)document["openapi"]);
        var operations = document["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => (Path: path.Key, Operation: operation.Value!)))
            .ToList();
        Assert.NotEmpty(operations);
        Assert.Equal(operations.Count, operations.Select(operation => (string)operation.Operation["operationId"]!).Distinct().Count());
        Assert.All(operations, operation => Assert.False(string.IsNullOrEmpty((string?)operation.Operation["summary"]), operation.Path));
        JsonNode upload = document["paths"]!["/v1/checkpoints/{reference}/reconstruction"]!["post"]!["requestBody"]!["content"]!;
        Assert.Equal("binary", (string?)upload["multipart/form-data"]!["schema"]!["properties"]!["image"]!["format"]);
        Assert.Equal(
            TrainedService.Architectures,
            document["components"]!["schemas"]!["Architecture"]!["enum"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task A_method_that_does_not_apply_is_answered_with_the_ones_that_do()
    {
        using HttpResponseMessage response = await Client.PutAsync("/v1/training-jobs", null);
        JsonNode problem = await Expect.Problem(HttpStatusCode.MethodNotAllowed, response);
        Assert.Contains("POST", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_sets_say_whether_they_can_be_had()
    {
        JsonArray datasets = (await trained.Service.Json("/v1/datasets")).AsArray();
        Assert.Equal(["mnist", "fashion-mnist", "synthetic-digits"], datasets.Take(3).Select(dataset => (string)dataset!["name"]!));
        Assert.Equal("unavailable", (string?)datasets[1]!["status"]);
        Assert.Contains("fashion-mnist", (string?)datasets[1]!["reason"], StringComparison.Ordinal);
        Assert.Equal(2000, (int?)datasets[2]!["splits"]!["test"]);
        Assert.Equal((28, 28), await Expect.Png(await Client.GetAsync("/v1/datasets/synthetic-digits/train/0.png")));
    }

    [Fact]
    public void The_arrows_between_the_projects_point_one_way()
    {
        string[] training = References(typeof(Training.Model)), domain = References(typeof(Domain.JsonConventions));
        Assert.Contains("AutoencoderApi.Domain", training);
        Assert.DoesNotContain("AutoencoderApi.Api", training);
        Assert.DoesNotContain(training, name =>
            name.StartsWith("Microsoft.", StringComparison.Ordinal) || name.StartsWith("Hangfire", StringComparison.Ordinal));
        Assert.All(domain, name => Assert.StartsWith("System.", name));

        static string[] References(Type type) => [.. type.Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)];
    }
}
