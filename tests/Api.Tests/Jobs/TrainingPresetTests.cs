using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.Jobs;

[Collection(TrainedCollection.Name)]
public sealed class TrainingPresetTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    [Theory]
    [InlineData(""" "architecture":"strided" """, 800, 0.01, "lecun")]
    [InlineData(""" "architecture":"zero-unpool" """, 9_000, 0.01, "article")]
    [InlineData(""" "architecture":"nearest-unpool" """, 5_500, 0.02, "lecun")]
    [InlineData(""" "architecture":"switch-unpool" """, 2_000, 0.01, "article")]
    [InlineData(""" "architecture":"dense" """, 5_000, 0.01, "article")]
    [InlineData(""" "architecture":"strided","codeWidth":32 """, 3_000, 0.01, "article")]
    [InlineData(""" "architecture":"nearest-unpool","codeWidth":2 """, 3_000, 0.01, "article")]
    public async Task A_quick_job_says_the_settings_that_run(string fields, int steps, double rate, string initialization)
    {
        JsonNode settings = await SettingsOf($$"""{"preset":"quick","dataset":"synthetic-digits",{{fields}}}""");
        Assert.Equal(steps, (int)settings["steps"]!);
        Assert.Equal(8, (int)settings["batchSize"]!);
        Assert.Equal(rate, (double)settings["learningRate"]!);
        Assert.Equal(500, (int)settings["warmupSteps"]!);
        Assert.Equal("cosine", (string?)settings["learningRateSchedule"]);
        Assert.Equal(initialization, (string?)settings["initialization"]);
        Assert.Equal(steps, (int)settings["evaluateEvery"]!);
        Assert.Equal(steps, (int)settings["checkpointEvery"]!);
        Assert.Null(settings["preset"]);
    }

    [Fact]
    public async Task The_request_s_own_fields_override_the_preset()
    {
        JsonNode settings = await SettingsOf(
            """
            {"preset":"quick","dataset":"synthetic-digits","steps":700,"batchSize":16,"learningRate":0.005,"initialization":"article",
            "evaluateEvery":100,"checkpointEvery":350}
            """);
        Assert.Equal(700, (int)settings["steps"]!);
        Assert.Equal(16, (int)settings["batchSize"]!);
        Assert.Equal(0.005, (double)settings["learningRate"]!);
        Assert.Equal("article", (string?)settings["initialization"]);
        Assert.Equal(100, (int)settings["evaluateEvery"]!);
        Assert.Equal(350, (int)settings["checkpointEvery"]!);
    }

    [Fact]
    public async Task A_quick_job_of_an_experiment_s_grid_has_the_preset_s_settings()
    {
        using HttpResponseMessage response = await Service.Post(
            "/v1/experiments",
            """
            {"name":"quick-grid","common":{"preset":"quick","dataset":"synthetic-digits","steps":20},
            "grid":{"initialization":["article","lecun"]}}
            """);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        JsonNode experiment = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        JsonNode?[] initializations = [.. experiment["jobs"]!.AsArray().Select(job => job!["varied"]!["initialization"])];
        Assert.Equal(["article", "lecun"], initializations.Select(each => (string?)each));
        foreach (JsonNode? job in experiment["jobs"]!.AsArray())
        {
            JsonNode ended = await Service.Ended($"/v1/training-jobs/{job!["id"]}");
            Assert.Equal("succeeded", (string?)ended["status"]);
            Assert.Equal(8, (int)ended["settings"]!["batchSize"]!);
        }
    }

    [Fact]
    public async Task An_unknown_preset_is_refused_with_the_names_of_the_presets()
    {
        using HttpResponseMessage response = await Service.Post("/v1/training-jobs", """{"preset":"fast"}""");
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, response);
        Assert.Equal("must be one of quick.", (string?)problem["errors"]!["preset"]![0]);
    }

    [Fact]
    public async Task A_quick_job_learns_and_has_one_checkpoint_whose_file_can_be_imported()
    {
        JsonNode job = await Service.Ended(
            await Service.Submit("""{"preset":"quick","architecture":"strided","dataset":"synthetic-digits"}"""));
        Assert.Equal("succeeded", (string?)job["status"]);
        Assert.InRange((double)job["loss"]!["test"]!, 0, 0.005);
        JsonArray curve = (await Service.Json($"{job["links"]!["metrics"]}")).AsArray();
        Assert.Equal([0, 800], curve.Select(point => (int)point!["step"]!));

        byte[] file = await Service.Http.GetByteArrayAsync($"/v1/checkpoints/{job["latestCheckpoint"]}/weights");
        using HttpResponseMessage imported = await Service.Http.PostAsync("/v1/checkpoints?name=quick", new ByteArrayContent(file));
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        JsonNode checkpoint = JsonNode.Parse(await imported.Content.ReadAsStringAsync())!;
        Assert.Equal("lecun", (string?)checkpoint["settings"]!["initialization"]);
    }

    private async Task<JsonNode> SettingsOf(string body)
    {
        string path = await Service.Submit(body);
        JsonNode settings = (await Service.Json(path))["settings"]!;
        using HttpResponseMessage cancelled = await Service.Post($"{path}/cancel", "");
        Assert.True(cancelled.IsSuccessStatusCode);
        await Service.Ended(path);
        return settings;
    }
}
