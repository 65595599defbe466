using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;

namespace AutoencoderApi.Api.Tests.Access;

[Collection(KeyedCollection.Name)]
public sealed class RoleTests(KeyedService service)
{
    /// <summary>Who may do what. A new operation needs a row here.</summary>
    private static readonly Dictionary<string, Role> s_roleOf = new()
    {
        ["createTrainingJob"] = Role.Operator,
        ["listTrainingJobs"] = Role.Reader,
        ["getTrainingJob"] = Role.Reader,
        ["cancelTrainingJob"] = Role.Operator,
        ["pauseTrainingJob"] = Role.Operator,
        ["resumeTrainingJob"] = Role.Operator,
        ["extendTrainingJob"] = Role.Operator,
        ["deleteTrainingJob"] = Role.Operator,
        ["followTrainingJob"] = Role.Reader,
        ["followEvents"] = Role.Reader,
        ["getTrainingJobMetrics"] = Role.Reader,
        ["drawTrainingJobLoss"] = Role.Reader,
        ["listFilmFrames"] = Role.Reader,
        ["getFilmFrame"] = Role.Reader,
        ["drawFilm"] = Role.Reader,
        ["animateFilm"] = Role.Reader,
        ["createExperiment"] = Role.Operator,
        ["listExperiments"] = Role.Reader,
        ["getExperiment"] = Role.Reader,
        ["reportExperiment"] = Role.Reader,
        ["cancelExperiment"] = Role.Operator,
        ["deleteExperiment"] = Role.Operator,
        ["createEvaluation"] = Role.Operator,
        ["listEvaluations"] = Role.Reader,
        ["getEvaluation"] = Role.Reader,
        ["cancelEvaluation"] = Role.Operator,
        ["deleteEvaluation"] = Role.Operator,
        ["getEvaluationLosses"] = Role.Reader,
        ["drawEvaluationBest"] = Role.Reader,
        ["drawEvaluationWorst"] = Role.Reader,
        ["getEvaluationMap"] = Role.Reader,
        ["drawEvaluationMap"] = Role.Reader,
        ["locateOnEvaluationMap"] = Role.Reader,
        ["createVerification"] = Role.Operator,
        ["listVerifications"] = Role.Reader,
        ["getVerification"] = Role.Reader,
        ["cancelVerification"] = Role.Operator,
        ["deleteVerification"] = Role.Operator,
        ["getCard"] = Role.Reader,
        ["getCardMarkdown"] = Role.Reader,
        ["scoreFromDataset"] = Role.Reader,
        ["scoreUpload"] = Role.Reader,
        ["drawScoreFromDataset"] = Role.Reader,
        ["drawScoreUpload"] = Role.Reader,
        ["listArchitectures"] = Role.Reader,
        ["listCheckpoints"] = Role.Reader,
        ["getCheckpoint"] = Role.Reader,
        ["importCheckpoint"] = Role.Operator,
        ["deleteCheckpoint"] = Role.Operator,
        ["listTags"] = Role.Reader,
        ["getTag"] = Role.Reader,
        ["putTag"] = Role.Operator,
        ["deleteTag"] = Role.Operator,
        ["downloadWeights"] = Role.Reader,
        ["exportOnnx"] = Role.Reader,
        ["listLayers"] = Role.Reader,
        ["reconstructFromDataset"] = Role.Reader,
        ["reconstructFromDatasetPng"] = Role.Reader,
        ["reconstructUpload"] = Role.Reader,
        ["reconstructUploadPng"] = Role.Reader,
        ["drawReconstructions"] = Role.Reader,
        ["drawTilesFromDataset"] = Role.Reader,
        ["drawTilesFromDatasetPng"] = Role.Reader,
        ["drawTilesOfUpload"] = Role.Reader,
        ["drawTilesOfUploadPng"] = Role.Reader,
        ["drawKernels"] = Role.Reader,
        ["drawKernelsPng"] = Role.Reader,
        ["activateFromDataset"] = Role.Reader,
        ["activateUpload"] = Role.Reader,
        ["explainUnitFromDataset"] = Role.Reader,
        ["explainUnitOfUpload"] = Role.Reader,
        ["getLayerValuesFromDataset"] = Role.Reader,
        ["getLayerValuesOfUpload"] = Role.Reader,
        ["encodeDataset"] = Role.Reader,
        ["encodeFromDataset"] = Role.Reader,
        ["encodeUpload"] = Role.Reader,
        ["decodeCode"] = Role.Reader,
        ["decodeCodePng"] = Role.Reader,
        ["drawInterpolation"] = Role.Reader,
        ["drawInterpolationPng"] = Role.Reader,
        ["listDatasets"] = Role.Reader,
        ["getDataset"] = Role.Reader,
        ["putDataset"] = Role.Operator,
        ["deleteDataset"] = Role.Operator,
        ["getDatasetPicture"] = Role.Reader,
        ["getDatasetImage"] = Role.Reader,
        ["getDatasetLabels"] = Role.Reader,
        ["getCaller"] = Role.Reader,
        ["createTicket"] = Role.Reader,
    };

    [Fact]
    public async Task Every_operation_lets_in_its_role_and_the_higher_ones_and_nobody_else()
    {
        JsonNode document = JsonNode.Parse(
            await (await service.Send(HttpMethod.Get, "/openapi/v1.json", Role.Reader)).Content.ReadAsStringAsync()
        )!;
        var operations = document["paths"]!
            .AsObject()
            .SelectMany(path =>
                path.Value!.AsObject()
                    .Select(operation =>
                        (Path: path.Key, Method: new HttpMethod(operation.Key), Id: (string)operation.Value!["operationId"]!)))
            .ToList();
        Assert.Equal(s_roleOf.Keys.Order(), operations.Select(operation => operation.Id).Order());
        foreach ((string template, HttpMethod method, string id) in operations)
        {
            string path = template.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace('{', '-').Replace('}', '-');
            await Expect.Problem(HttpStatusCode.Unauthorized, await service.Send(method, path, null));
            await Expect.Problem(
                HttpStatusCode.Unauthorized,
                await service.Http.SendAsync(KeyedService.Request(method, path, ApiKey.Create())));
            foreach (Role role in Enum.GetValues<Role>())
            {
                using HttpResponseMessage response = await service.Send(method, path, role);
                if (role < s_roleOf[id])
                {
                    JsonNode problem = await Expect.Problem(HttpStatusCode.Forbidden, response);
                    Assert.Contains(s_roleOf[id].ToString(), (string?)problem["detail"], StringComparison.OrdinalIgnoreCase);
                }
                else
                {
                    Assert.True(
                        response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                            && (int)response.StatusCode < 500,
                        $"{id} as {role}: {response.StatusCode}");
                }
            }
        }
    }

    [Fact]
    public async Task Every_refusal_is_a_problem_whatever_the_caller_accepts_and_depends_on_the_key()
    {
        JsonNode document = JsonNode.Parse(await (
            await service.Send(HttpMethod.Get, "/openapi/v1.json", Role.Reader)).Content.ReadAsStringAsync())!;
        foreach ((string template, JsonNode? operations) in document["paths"]!.AsObject())
        {
            string path = template.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace('{', '-').Replace('}', '-');
            foreach ((string method, JsonNode? operation) in operations!.AsObject())
            {
                foreach (string accept in (string[])["image/png", "text/csv", "text/event-stream", "application/json; charset=utf-8"])
                {
                    using HttpResponseMessage response = await service.Send(
                        new HttpMethod(method.ToUpperInvariant()), path, null, ("Accept", accept));
                    await Expect.Problem(HttpStatusCode.Unauthorized, response);
                    Assert.Contains("X-API-Key", response.Headers.Vary);
                    if (s_roleOf[(string)operation!["operationId"]!] > Role.Reader)
                    {
                        await Expect.Problem(HttpStatusCode.Forbidden,
                            await service.Send(new HttpMethod(method.ToUpperInvariant()), path, Role.Reader, ("Accept", accept)));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("/swagger/index.html", "Reader")]
    [InlineData("/swagger/swagger-ui-bundle.js", "Reader")]
    [InlineData("/openapi/v1.json", "Reader")]
    [InlineData("/metrics", "Reader")]
    [InlineData("/hangfire", "Admin")]
    [InlineData("/hangfire/jobs/enqueued", "Admin")]
    public async Task Pages_take_the_key_as_a_password_too(string path, string lowest)
    {
        using HttpResponseMessage anonymous = await service.Send(HttpMethod.Get, path, null);
        await Expect.Problem(HttpStatusCode.Unauthorized, anonymous);
        Assert.StartsWith("Basic ", anonymous.Headers.WwwAuthenticate.ToString());
        foreach (Role role in Enum.GetValues<Role>())
        {
            using HttpResponseMessage byHeader = await service.Send(HttpMethod.Get, path, role);
            using HttpResponseMessage byPassword = await service.Send(
                HttpMethod.Get,
                path,
                null,
                ("Authorization", Basic(service.Keys[role])));
            Assert.Equal(role >= Enum.Parse<Role>(lowest) ? HttpStatusCode.OK : HttpStatusCode.Forbidden, byHeader.StatusCode);
            Assert.Equal(byHeader.StatusCode, byPassword.StatusCode);
        }
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic !!!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Basic Og==")]
    [InlineData("Bearer x")]
    public async Task Unreadable_passwords_are_no_key(string authorization) =>
        await Expect.Problem(
            HttpStatusCode.Unauthorized,
            await service.Send(HttpMethod.Get, "/swagger/index.html", null, ("Authorization", authorization)));

    [Fact]
    public async Task The_API_takes_no_password_because_browsers_send_it_by_themselves()
    {
        using HttpResponseMessage response = await service.Send(
            HttpMethod.Get,
            "/v1/training-jobs",
            null,
            ("Authorization", Basic(service.Keys[Role.Admin])));
        await Expect.Problem(HttpStatusCode.Unauthorized, response);
        Assert.DoesNotContain("Basic", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Probes_need_no_key_and_learn_one_word(string path)
    {
        using HttpResponseMessage response = await service.Send(HttpMethod.Get, path, null, ("X-Forwarded-For", "192.0.2.7"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_is_not_there_is_told_to_those_with_a_key_only()
    {
        await Expect.Problem(HttpStatusCode.Unauthorized, await service.Send(HttpMethod.Get, "/v1/nowhere", null));
        await Expect.Problem(HttpStatusCode.NotFound, await service.Send(HttpMethod.Get, "/v1/nowhere", Role.Reader));
        await Expect.Problem(HttpStatusCode.MethodNotAllowed, await service.Send(HttpMethod.Patch, "/v1/training-jobs", Role.Reader));
    }

    [Fact]
    public async Task Swagger_has_an_Authorize_button_for_the_header()
    {
        JsonNode document = JsonNode.Parse(await (
            await service.Send(HttpMethod.Get, "/openapi/v1.json", Role.Reader)).Content.ReadAsStringAsync())!;
        JsonNode scheme = document["components"]!["securitySchemes"]!["ApiKey"]!;
        Assert.Equal(("apiKey", "header", "X-API-Key"), ((string?)scheme["type"], (string?)scheme["in"], (string?)scheme["name"]));
        Assert.NotNull(document["security"]![0]!["ApiKey"]);
        Assert.All(["401", "403", "429"], status =>
            Assert.NotNull(document["paths"]!["/v1/training-jobs"]!["post"]!["responses"]![status]));
    }

    private static string Basic(string key) => "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"me:{key}"));
}
