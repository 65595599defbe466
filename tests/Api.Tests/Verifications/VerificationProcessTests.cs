using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Verifications;

/// <summary>Verifications by processes that stop, are killed, and have other engines.</summary>
[StartsProcesses]
public sealed class VerificationProcessTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const string Long =
        """{"dataset":"synthetic-digits","channels":[4,8],"steps":600,"warmupSteps":100,"evaluateEvery":200,"checkpointEvery":150}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_checkpoint_of_a_run_that_was_stopped_and_resumed_is_equal_and_so_is_a_verification_that_was(bool killed)
    {
        string running;
        await using (ServiceProcess before = await ServiceProcess.Start(_folder))
        {
            running = await before.Client.Submit(Long);
            await before.Client.Await(running, job => (int)job["progress"]!["step"]! > 160);
            await End(before);
        }

        string interrupted;
        await using (ServiceProcess between = await ServiceProcess.Start(_folder))
        {
            JsonNode job = await between.Client.Ended(running);
            Assert.Equal(("succeeded", 2), ((string)job["status"]!, (int)job["attempt"]!));
            JsonNode[] checkpoints = await Checkpoints(between, job);
            Assert.Equal([150, 300, 450, 600], checkpoints.Select(each => (int)each["step"]!).Where(step => step % 150 == 0));
            Assert.True(killed || checkpoints.Length == 5, $"{checkpoints.Length} checkpoints"); // that of the stop lies between
            string? parent = null;
            foreach (JsonNode checkpoint in checkpoints)
            {
                Assert.Equal(parent, (string?)checkpoint["lineage"]!["parent"]?["id"]);
                parent = (string)checkpoint["id"]!;
                Assert.Equal("equal", await Outcome(between, await Begin(between, parent)));
            }

            foreach (JsonNode each in checkpoints[..^1]) // so that the last is trained again from the seed, which takes some time
            {
                Assert.True((await between.Client.Http.DeleteAsync($"/v1/checkpoints/{each["id"]}")).IsSuccessStatusCode);
            }

            interrupted = await Begin(between, parent!);
            await between.Client.Await(interrupted, state => (int)state["percent"]! > 10);
            await End(between);
        }

        await using ServiceProcess after = await ServiceProcess.Start(_folder);
        Assert.Equal("equal", await Outcome(after, interrupted));
        Assert.Equal(2, (int)(await after.Client.Json(interrupted))["attempt"]!);

        Task End(ServiceProcess service) => killed ? service.Kill() : service.Stop();
    }

    [Fact]
    public async Task TorchSharp_s_checkpoints_are_equal_by_TorchSharp_and_not_checkable_by_the_other_engine()
    {
        var ids = new List<string>();
        await using (ServiceProcess torch = await ServiceProcess.Start(_folder, ("Training__Engine", "torchsharp")))
        {
            foreach (string architecture in (string[])["strided", "switch-unpool", "dense"])
            {
                string size = architecture == "dense" ? "\"denseWidths\":[60,16]" : "\"channels\":[4,8]";
                JsonNode job = await torch.Client.Ended(await torch.Client.Submit($$"""
                    {"architecture":"{{architecture}}","dataset":"synthetic-digits",{{size}},
                    "steps":40,"warmupSteps":10,"evaluateEvery":20,"checkpointEvery":20}
                    """));
                foreach (JsonNode checkpoint in await Checkpoints(torch, job))
                {
                    ids.Add((string)checkpoint["id"]!);
                    Assert.Equal("equal", await Outcome(torch, await Begin(torch, ids[^1])));
                }
            }
        }

        await using ServiceProcess simd = await ServiceProcess.Start(_folder, ("Training__Engine", "simd"));
        string verification = await Begin(simd, ids[0]);
        Assert.Equal("not-checkable", await Outcome(simd, verification));
        Assert.Contains(
            "by the engine torchsharp; this worker has simd",
            (string?)(await simd.Client.Json(verification))["result"]!["reason"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_PostgreSQL_a_worker_verifies_what_another_has_trained()
    {
        string database = await postgres.NewDatabase();
        await using ServiceProcess api = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "api"));
        string job;
        await using (ServiceProcess worker = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "worker")))
        {
            job = await api.Client.Submit(Long);
            await api.Client.Ended(job);
        }

        await using ServiceProcess other = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "worker"));
        foreach (JsonNode checkpoint in await Checkpoints(api, await api.Client.Json(job)))
        {
            Assert.Equal("equal", await Outcome(api, await Begin(api, (string)checkpoint["id"]!)));
        }
    }

    /// <summary>In the order of their steps.</summary>
    private static async Task<JsonNode[]> Checkpoints(ServiceProcess service, JsonNode job) =>
        [.. (await service.Client.Json($"/v1/checkpoints?jobId={job["id"]}"))["items"]!.AsArray().Reverse().Select(each => each!)];

    private static async Task<string> Begin(ServiceProcess service, string checkpoint)
    {
        using HttpResponseMessage response = await service.Client.Post($"/v1/checkpoints/{checkpoint}/verifications", "");
        return response.Headers.Location!.ToString();
    }

    private static async Task<string> Outcome(ServiceProcess service, string verification)
    {
        JsonNode ended = await service.Client.Ended(verification);
        Assert.True((string?)ended["status"] == "succeeded", ended.ToJsonString());
        return (string)ended["result"]!["outcome"]!;
    }
}
