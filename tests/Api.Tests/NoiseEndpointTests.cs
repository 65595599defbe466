using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class NoiseEndpointTests(TrainedService trained)
{
    private const string Digit = "dataset=synthetic-digits&index=3";

    [Fact]
    public async Task A_job_with_noise_keeps_it_in_its_settings_and_checkpoints_and_learns_to_restore()
    {
        JsonNode job = await trained.Service.Ended(await trained.Service.Submit(
            """
                {"dataset":"synthetic-digits","steps":200,"warmupSteps":50,"evaluateEvery":100,
                "noise":{"kind":"gaussian","amount":0.4}}
                """));
        Assert.Equal("succeeded", (string?)job["status"]);
        string path = $"/v1/checkpoints/{job["latestCheckpoint"]}";
        Assert.Equal("""{"kind":"gaussian","amount":0.4}""", job["settings"]!["noise"]!.ToJsonString());
        Assert.Equal("""{"kind":"gaussian","amount":0.4}""", (await trained.Service.Json(path))["settings"]!["noise"]!.ToJsonString());

        // by default as much as it was trained with
        JsonNode restored = await trained.Service.Json($"{path}/reconstruction?{Digit}&noise=gaussian");
        Assert.True((double)restored["mse"]! < 0.5 * (double)restored["inputMse"]!, restored["mse"] + " of " + restored["inputMse"]);
        Assert.Equal(
            (double)restored["inputMse"]!,
            (double)(await trained.Service.Json($"{path}/reconstruction?{Digit}&noise=gaussian&amount=0.4&noiseSeed=0"))["inputMse"]!);
        Assert.NotEqual(
            (double)restored["inputMse"]!,
            (double)(await trained.Service.Json($"{path}/reconstruction?{Digit}&noise=gaussian&noiseSeed=1"))["inputMse"]!);
        Assert.Equal(0, (double)(await trained.Service.Json($"{path}/reconstruction?{Digit}"))["inputMse"]!);
    }

    [Fact]
    public async Task The_restored_layout_and_the_third_row_show_what_the_network_was_given()
    {
        string path = trained.CheckpointOf("strided");
        Assert.Equal(
            ((28 * 3) + 4, 28),
            await Expect.Png(await Get($"{path}/reconstruction?{Digit}&noise=salt-and-pepper&layout=restored")));
        byte[] png = await trained.Service.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png");
        Assert.Equal(
            ((28 * 3) + 4, 28),
            await Expect.Png(
                await trained.Service.Http.PostAsync(
                    $"{path}/reconstruction?noise=gaussian&amount=1&layout=restored",
                    new ByteArrayContent(png))));
        Assert.Equal(
            ((28 * 4) + 6, (28 * 2) + 2),
            await Expect.Png(await Get($"{path}/reconstructions?dataset=synthetic-digits&count=4&scale=1")));
        Assert.Equal(
            ((28 * 4) + 6, (28 * 3) + 4),
            await Expect.Png(await Get($"{path}/reconstructions?dataset=synthetic-digits&count=4&scale=1&noise=gaussian")));
    }

    [Theory]
    [InlineData("noise=speckle")]
    [InlineData("noise=gaussian&amount=0")]
    [InlineData("noise=gaussian&amount=1.5")]
    [InlineData("noise=gaussian&noiseSeed=-1")]
    public async Task Noise_that_there_is_not_is_refused(string noise)
    {
        await Expect.Problem(HttpStatusCode.BadRequest, await Get($"{trained.CheckpointOf("strided")}/reconstruction?{Digit}&{noise}"));
        await Expect.Problem(
            HttpStatusCode.BadRequest,
            await Get($"{trained.CheckpointOf("strided")}/reconstructions?dataset=synthetic-digits&{noise}"));
    }

    [Theory]
    [InlineData("""{"kind":"gaussian","amount":2}""")]
    [InlineData("""{"kind":"gaussian"}""")]
    [InlineData("""{"kind":"speckle","amount":0.1}""")]
    [InlineData("""{"kind":"gaussian","amount":0.1,"seed":3}""")]
    public async Task A_job_with_such_noise_is_refused(string noise) =>
        await Expect.Problem(HttpStatusCode.BadRequest, await trained.Service.Post("/v1/training-jobs", $$"""{"noise":{{noise}}}"""));

    private Task<HttpResponseMessage> Get(string path) => trained.Service.Http.GetAsync(path);
}
