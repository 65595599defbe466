using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

public sealed class RestartTests
{
    [Fact]
    public async Task Jobs_that_were_running_or_queued_at_a_shutdown_are_finished_after_a_restart()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        try
        {
            string running, queued;
            await using (var before = new Service(folder))
            {
                running = await before.Submit("""{"dataset":"synthetic-digits","steps":400,"warmupSteps":100,"evaluateEvery":200,"checkpointEvery":50}""");
                queued = await before.Submit("""{"dataset":"synthetic-digits","steps":5}""");
                await before.Await(running, job => (int)job["progress"]!["step"]! > 60);
            }

            await using var after = new Service(folder);
            JsonNode first = await after.Ended(running), second = await after.Ended(queued);
            Assert.Equal("succeeded", (string?)first["status"]);
            Assert.Equal(2, (int?)first["attempt"]);
            Assert.Equal("succeeded", (string?)second["status"]);

            JsonNode uninterrupted = await after.Ended(await after.Submit(
                """{"dataset":"synthetic-digits","steps":400,"warmupSteps":100,"evaluateEvery":200,"checkpointEvery":50}"""));
            Assert.Equal(await Sha(uninterrupted), await Sha(first));
            Assert.Equal(
                (await after.Json((string)uninterrupted["links"]!["metrics"]!)).AsArray().Select(point => (double)point!["trainLoss"]!),
                (await after.Json((string)first["links"]!["metrics"]!)).AsArray().Select(point => (double)point!["trainLoss"]!));

            async Task<string> Sha(JsonNode job) => (string)(await after.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
