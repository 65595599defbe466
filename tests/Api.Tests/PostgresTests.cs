using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Telemetry;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class PostgresTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const string Short =
        """{"dataset":"synthetic-digits","steps":60,"channels":[4,8],"warmupSteps":20,"evaluateEvery":20,"checkpointEvery":20}""";
    private const string Long = """{"dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000,"checkpointEvery":20}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_job_on_PostgreSQL_ends_with_the_weights_and_losses_of_the_same_job_on_SQLite()
    {
        await using ServiceProcess onPostgres = await ServiceProcess.Start(_folder, PostgresServer.Settings(await postgres.NewDatabase()));
        JsonNode there = await onPostgres.Client.Ended(await onPostgres.Client.Submit(Short));
        await using ServiceProcess onSqlite = await ServiceProcess.Start(_folder, ("Training__Threads", "1"));
        JsonNode here = await onSqlite.Client.Ended(await onSqlite.Client.Submit(Short));
        Assert.Equal("succeeded", (string?)there["status"]);
        Assert.Equal(await Sha(onSqlite, here), await Sha(onPostgres, there));
        Assert.Equal(await Losses(onSqlite, here), await Losses(onPostgres, there));
        Assert.Equal(
            [0, 20, 40, 60],
            (await onPostgres.Client.Json($"{there["links"]!["metrics"]}")).AsArray().Select(point => (int)point!["step"]!));
    }

    [Fact]
    public async Task Processes_that_start_at_once_on_an_empty_database_share_the_work_and_cancel_across_machines()
    {
        string database = await postgres.NewDatabase();
        ServiceProcess[] processes =
        [
            ServiceProcess.Launch(_folder, PostgresServer.Settings(database, "api")),
            ServiceProcess.Launch(_folder, PostgresServer.Settings(database, "worker")),
            ServiceProcess.Launch(_folder, PostgresServer.Settings(database, "worker")),
        ];
        try
        {
            await Task.WhenAll(processes.Select(process => process.Ready()));
            ServiceProcess api = processes[0];
            Assert.Equal(HttpStatusCode.NotFound, (await processes[1].Client.Http.GetAsync("/v1/training-jobs")).StatusCode);

            string first = await api.Client.Submit(Long), second = await api.Client.Submit(Long);
            // both at once: one each
            await Task.WhenAll(new[] { first, second }.Select(job => api.Client.Await(job, state => (int)state["progress"]!["step"]! > 0)));
            foreach (string job in (string[])[first, second])
            {
                long began = Stopwatch.GetTimestamp();
                Assert.Equal(HttpStatusCode.Accepted, (await api.Client.Post($"{job}/cancel", "")).StatusCode);
                Assert.Equal("cancelled", (string?)(await api.Client.Ended(job))["status"]);
                Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 2);
            }
        }
        finally
        {
            foreach (ServiceProcess process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_worker_that_is_stopped_or_killed_hands_its_job_to_another_within_30_seconds()
    {
        string database = await postgres.NewDatabase();
        await using ServiceProcess api = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "api"));
        await using ServiceProcess first = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "worker"));
        string job = await api.Client.Submit(Long);
        await api.Client.Await(job, state => state["latestCheckpoint"] is not null);
        await using ServiceProcess second = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "worker"));
        Assert.InRange((await first.Stop()).TotalSeconds, 0, 10);
        await api.Client.Await(job, state => (string?)state["status"] == "running" && (int)state["attempt"]! == 2);

        await using ServiceProcess third = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "worker"));
        long began = Stopwatch.GetTimestamp();
        await second.Kill();
        await api.Client.Await(job, state => (string?)state["status"] == "running" && (int)state["attempt"]! == 3);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_calls_are_answered_503_and_training_waits_and_goes_on()
    {
        string database = await postgres.NewDatabase();
        await using ServiceProcess service = await ServiceProcess.Start(_folder, PostgresServer.Settings(database));
        string job = await service.Client.Submit(Long);
        await service.Client.Await(job, state => state["latestCheckpoint"] is not null);

        await postgres.Stop();
        long stopped = Stopwatch.GetTimestamp();
        HttpStatusCode ready;
        while ((ready = (await service.Client.Http.GetAsync("/health/ready")).StatusCode) == HttpStatusCode.OK)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(stopped).TotalSeconds, 0, 2); // an answer is remembered for a second
            await Task.Delay(50);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
        Assert.InRange(Stopwatch.GetElapsedTime(stopped).TotalSeconds, 0, 3);
        foreach (Task<HttpResponseMessage> call in (Task<HttpResponseMessage>[])
                [service.Client.Http.GetAsync(job), service.Client.Post("/v1/training-jobs", Short)])
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.ServiceUnavailable, await call);
            Assert.NotNull((await call).Headers.RetryAfter);
            Assert.EndsWith(":unavailable", (string?)problem["type"]);
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        await Scrape.Await(service.Client.Http, scrape => double.IsNaN(scrape.Sum("autoencoder_jobs")));
        await postgres.Start();
        await service.Ready();
        await Scrape.Await(service.Client.Http, scrape => scrape.Sum("autoencoder_jobs", "status=\"running\"") == 1);
        int reached = (int)(await service.Client.Json(job))["progress"]!["step"]!;
        JsonNode after = await service.Client.Await(job, state => (int)state["progress"]!["step"]! > reached + 40);
        Assert.Equal(1, (int)after["attempt"]!); // the lease outlived the outage
        await service.Client.Post($"{job}/cancel", "");
        await service.Client.Ended(job);
        Assert.Equal("succeeded", (string?)(await service.Client.Ended(await service.Client.Submit(Short)))["status"]);
    }

    private static async Task<string> Sha(ServiceProcess service, JsonNode job) =>
        (string)(await service.Client.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;

    private static async Task<double[]> Losses(ServiceProcess service, JsonNode job) =>
        [.. (await service.Client.Json($"{job["links"]!["metrics"]}")).AsArray().Select(point => (double)point!["validationLoss"]!)];
}
