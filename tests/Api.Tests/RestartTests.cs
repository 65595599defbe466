using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class RestartTests : IDisposable
{
    private const string Long = """{"dataset":"synthetic-digits","steps":400,"warmupSteps":100,"evaluateEvery":200,"checkpointEvery":50}""";
    private const string Short = """{"dataset":"synthetic-digits","steps":5}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jobs_running_or_queued_when_the_process_ends_are_finished_by_the_next_with_the_weights_of_an_uninterrupted_run(
        bool killed)
    {
        string running, queued;
        var reported = new List<SseItem<JsonNode>>();
        await using (ServiceProcess before = await ServiceProcess.Start(_folder))
        {
            running = await before.Client.Submit(Long);
            queued = await before.Client.Submit(Short);
            Task following = FollowAsync(before);
            await before.Client.Await(running, job => (int)job["progress"]!["step"]! > 60);
            if (killed)
            {
                await before.Kill();
            }
            else
            {
                await before.Stop();
            }

            await following;
        }

        await using ServiceProcess after = await ServiceProcess.Start(_folder);
        await FollowAsync(after);
        JsonNode first = await after.Client.Ended(running), second = await after.Client.Ended(queued);
        Assert.Equal("succeeded", (string?)first["status"]);
        Assert.Equal(2, (int?)first["attempt"]);
        Assert.Equal("succeeded", (string?)second["status"]);

        JsonNode uninterrupted = await after.Client.Ended(await after.Client.Submit(Long));
        Assert.Equal(await Sha(uninterrupted), await Sha(first));
        Assert.Equal(await TrainLosses(uninterrupted), await TrainLosses(first));

        // Whoever follows goes on behind the last event that came through, and misses nothing.
        Assert.Equal("ended", reported[^1].EventType);
        JsonArray checkpoints = (await after.Client.Json($"/v1/checkpoints?jobId={first["id"]}"))["items"]!.AsArray();
        Assert.Equal(
            checkpoints.Select(checkpoint => (string)checkpoint!["id"]!).Order(),
            reported.Where(happened => happened.EventType == "checkpoint").Select(happened => (string)happened.Data["id"]!).Order());

        async Task FollowAsync(ServiceProcess service)
        {
            try
            {
                await foreach (SseItem<JsonNode> happened in service.Client.Http.Follow($"{running}/events",
                    reported.LastOrDefault().EventId))
                {
                    reported.Add(happened);
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // the process is gone
            }
        }

        async Task<string> Sha(JsonNode job) => (string)(await after.Client.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;

        async Task<double[]> TrainLosses(JsonNode job) =>
            [.. (await after.Client.Json((string)job["links"]!["metrics"]!)).AsArray().Select(point => (double)point!["trainLoss"]!)];
    }
}
