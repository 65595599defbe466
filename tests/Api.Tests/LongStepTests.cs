using System.Diagnostics;
using System.Net;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>A job whose every step takes minutes: the widest network on the largest images, one thread.</summary>
[Collection(OneAtATime.Name)]
[StartsProcesses]
public sealed class LongStepTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const string Wide =
        """{"architecture":"switch-unpool","dataset":"large","channels":[64,64],"kernelSize":9,"stopOnCollapse":false,""";
    private const string Steps = Wide + """ "steps":20,"batchSize":150,"warmupSteps":0}""";
    private const string Draws = Wide + """ "steps":300,"batchSize":20,"warmupSteps":100}"""; // begins with trials of its initial weights

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Within_a_long_step_a_cancelled_job_ends_within_2_seconds_a_lost_one_within_6_and_a_stopped_process_within_10(
        string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(OwnImages.Idx(OwnImages.Noise(1, 200 * 128 * 128), 200, 1, 128, 128)), "images", "images" },
        };
        Assert.Equal(HttpStatusCode.Created, (await service.Client.Http.PutAsync("/v1/datasets/large", form)).StatusCode);

        foreach (string settings in (string[])[Steps, Draws])
        {
            string cancelled = await Running(settings);
            long requestedAt = Stopwatch.GetTimestamp();
            await service.Client.Post($"{cancelled}/cancel", "");
            Assert.Equal("cancelled", (string?)(await service.Client.Ended(cancelled))["status"]);
            Assert.InRange(Stopwatch.GetElapsedTime(requestedAt).TotalSeconds, 0, 2);
        }

        await Running(Steps);
        await store.Execute("""UPDATE jobs SET "Fence" = "Fence" + 1, "Status" = 'failed' WHERE "Status" = 'running'""");
        long taken = Stopwatch.GetTimestamp();
        while (!service.Output().Contains("its lease was lost", StringComparison.Ordinal))
        {
            Assert.InRange(Stopwatch.GetElapsedTime(taken).TotalSeconds, 0, 6);
            await Task.Delay(50);
        }

        string stopped = await Running(Steps);
        Assert.InRange((await service.Stop()).TotalSeconds, 0, 10);
        await using ServiceProcess next = await store.Start();
        Assert.Equal(2, (int)(await next.Client.Await(stopped, job => (string?)job["status"] == "running"))["attempt"]!);

        async Task<string> Running(string settings)
        {
            string job = await service.Client.Submit(settings);
            await service.Client.Await(job, state => (string?)state["status"] == "running");
            await Task.Delay(TimeSpan.FromSeconds(2));
            return job;
        }
    }
}
