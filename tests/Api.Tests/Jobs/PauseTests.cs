using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Jobs;

/// <summary>Jobs that are stopped for a while, let go on, and made longer: the weights are those of the run that never was.</summary>
[StartsProcesses]
public sealed class PauseTests : IAsyncDisposable
{
    private const int Steps = 400;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _service;

    private ServiceClient Client => _service!.Client;

    public async ValueTask DisposeAsync()
    {
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("simd", 1, 3_000)] // some seconds each, so that there is time to stop it
    [InlineData("torchsharp", 2, 600)]
    public async Task A_job_paused_cancelled_and_resumed_at_random_ends_as_the_one_that_never_was(string engine, int seed, int steps)
    {
        await Start(("Training__Engine", engine));
        string settings = Settings(steps, evaluateEvery: 200);
        string uninterrupted = await Sha256(await Client.Ended(await Client.Submit(settings)));
        string job = await Client.Submit(settings);
        var random = new Random(seed);
        int stops = 0;
        for (int i = 0; i < 5; i++)
        {
            int target = (i * steps / 6) + random.Next(steps / 6);
            await Client.Await(job, state => (int)state["progress"]!["step"]! >= target || IsOver(state));
            string verb = random.Next(2) == 0 ? "pause" : "cancel", status = verb == "pause" ? "paused" : "cancelled";
            using HttpResponseMessage stop = await Client.Post($"{job}/{verb}", "");
            if (stop.StatusCode == HttpStatusCode.Conflict)
            {
                break; // over
            }

            JsonNode stopped = await Client.Await(job, state => (string)state["status"]! == status || IsOver(state));
            if ((string)stopped["status"]! != status)
            {
                break;
            }

            stops++;
            using HttpResponseMessage resume = await Client.Post($"{job}/resume", "");
            Assert.Equal(HttpStatusCode.Accepted, resume.StatusCode);
        }

        JsonNode ended = await Client.Ended(job);
        Assert.Equal("succeeded", (string?)ended["status"]);
        Assert.True(stops > 0);
        Assert.Equal(uninterrupted, await Sha256(ended));
    }

    [Theory]
    [InlineData("simd", 200)] // the end is on the grid of evaluations
    [InlineData("simd", 130)] // and off it, where a checkpoint lies too
    [InlineData("torchsharp", 130)]
    [InlineData("simd", 120)] // and off both
    public async Task A_job_of_a_constant_rate_that_is_extended_ends_as_the_longer_one(string engine, int first)
    {
        await Start(("Training__Engine", engine));
        JsonNode whole = await Client.Ended(await Client.Submit(Settings(Steps, "constant")));
        string job = await Client.Submit(Settings(first, "constant"));
        Assert.NotNull((double?)(await Client.Ended(job))["loss"]!["test"]);

        using HttpResponseMessage extend = await Client.Post($"{job}/extend", $$"""{"steps":{{Steps}}}""");
        Assert.Equal(HttpStatusCode.Accepted, extend.StatusCode);
        JsonNode queued = JsonNode.Parse(await extend.Content.ReadAsStringAsync())!;
        Assert.Equal(("queued", Steps), ((string?)queued["status"], (int)queued["progress"]!["steps"]!));
        Assert.Null(queued["endedAt"]);
        Assert.Null(queued["loss"]!["test"]);

        JsonNode ended = await Client.Ended(job);
        Assert.Equal("succeeded", (string?)ended["status"]);
        Assert.Equal(await Sha256(whole), await Sha256(ended));
        Assert.Equal(await Losses(whole), await Losses(ended));
        Assert.Equal(whole["loss"]!.ToJsonString(), ended["loss"]!.ToJsonString());
        Assert.Empty(ended["warnings"]!.AsArray());
    }

    [Fact]
    public async Task A_cosine_is_extended_only_under_a_new_schedule_and_says_so()
    {
        await Start();
        string job = await Client.Submit(Settings(100));
        await Client.Ended(job);
        using HttpResponseMessage refused = await Client.Post($"{job}/extend", """{"steps":200}""");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("cosine over 100 steps", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using HttpResponseMessage extended = await Client.Post($"{job}/extend", """{"steps":200,"learningRateSchedule":"constant"}""");
        Assert.Equal(HttpStatusCode.Accepted, extended.StatusCode);
        JsonNode ended = await Client.Ended(job);
        Assert.Equal(("succeeded", "constant"), ((string?)ended["status"], (string?)ended["settings"]!["learningRateSchedule"]));
        Assert.Contains("from step 100 on", (string)ended["warnings"]![0]!, StringComparison.Ordinal);
        Assert.Equal(200, (await Losses(ended)).Max(point => point.Step));
    }

    [Fact]
    public async Task A_paused_job_waits_over_a_restart_and_keeps_its_place_in_its_experiment()
    {
        await Start();
        using HttpResponseMessage created = await Client.Post("/v1/experiments", $$"""{"jobs":[{{Settings(3_000)}},{{Settings(20)}}]}""");
        string experiment = created.Headers.Location!.ToString();
        string job = $"/v1/training-jobs/{(await Client.Json(experiment))["jobs"]![0]!["id"]}";
        await Client.Await(job, state => (int)state["progress"]!["step"]! > 0);
        using HttpResponseMessage pause = await Client.Post($"{job}/pause", "");
        Assert.Equal(HttpStatusCode.Accepted, pause.StatusCode);
        JsonNode paused = await Client.Await(job, state => (string)state["status"]! == "paused");
        Assert.NotNull((string?)paused["latestCheckpoint"]);

        await Start();
        await Task.Delay(TimeSpan.FromSeconds(3)); // more than a round of maintenance
        Assert.Equal("paused", (string?)(await Client.Json(job))["status"]);
        Assert.Equal("running", (string?)(await Client.Json(experiment))["status"]);
        using HttpResponseMessage again = await Client.Post($"{job}/pause", "");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        await Client.Post($"{job}/cancel", "");
        await Client.Await(experiment, state => (string)state["status"]! == "ended");
        using HttpResponseMessage resume = await Client.Post($"{job}/resume", "");
        Assert.Equal(HttpStatusCode.Accepted, resume.StatusCode);
        Assert.Equal("running", (string?)(await Client.Json(experiment))["status"]);
        await Client.Post($"{job}/cancel", "");
        await Client.Await(experiment, state => (string)state["status"]! == "ended");
    }

    private static bool IsOver(JsonNode job) => (string)job["status"]! is "succeeded" or "failed";

    private static string Settings(int steps, string schedule = "cosine", int evaluateEvery = 50) =>
        $$"""
        {"dataset":"synthetic-digits","channels":[4,8],"warmupSteps":20,"evaluateEvery":{{evaluateEvery}},"checkpointEvery":65,
        "film":false,"steps":{{steps}},"learningRateSchedule":"{{schedule}}"}
        """;

    private async Task<string> Sha256(JsonNode job) => (string)(await Client.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;

    private async Task<(int Step, double? Train, double? Validation)[]> Losses(JsonNode job) =>
    [
        .. (await Client.Json((string)job["links"]!["metrics"]!)).AsArray()
            .Select(point => ((int)point!["step"]!, (double?)point["trainLoss"], (double?)point["validationLoss"])),
    ];

    private async Task Start(params (string, string)[] environment)
    {
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        _service = await ServiceProcess.Start(_folder, environment);
    }
}
