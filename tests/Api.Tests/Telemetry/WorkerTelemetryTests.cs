using System.Net;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Tests.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Telemetry;

[StartsProcesses]
public sealed class WorkerTelemetryTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_job_that_another_worker_goes_on_with_stays_one_trace_and_a_worker_is_scraped_like_the_api()
    {
        string database = await postgres.NewDatabase(), key = ApiKey.Create();
        await using Collector collector = await Collector.Start();
        await using ServiceProcess api = await ServiceProcess.Start(
            _folder,
            [.. PostgresServer.Settings(database, "api"), .. collector.Settings()]);
        await using ServiceProcess first = await ServiceProcess.Start(
            _folder,
            [.. PostgresServer.Settings(database, "worker"), .. collector.Settings()]);
        string job = await MeasuredService.Submit(api.Client, """{"dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000}""");
        await api.Client.Await(job, state => (int)state["progress"]!["step"]! > 0);
        await using ServiceProcess second = await ServiceProcess.Start(
            _folder,
            [.. PostgresServer.Settings(database, "worker"), .. collector.Settings(), .. KeyedService.Settings(0, key, Role.Reader)]);
        await first.Stop();
        await api.Client.Await(job, state => (int)state["attempt"]! == 2 && (string?)state["status"] == "running");

        await Expect.Problem(HttpStatusCode.Unauthorized, await second.Client.Http.GetAsync("/metrics"));
        second.Client.Http.DefaultRequestHeaders.Add(ApiKeyAuthenticationHandler.Header, key);
        await Scrape.Await(second.Client.Http, scrape =>
            scrape.Sum("autoencoder_jobs", "status=\"running\"") == 1 && scrape.Sum("autoencoder_training_step_duration_seconds_count") > 0
        );

        await api.Client.Post($"{job}/cancel", "");
        await api.Client.Ended(job);
        await collector.Await(span => IsRun(span) && span.Attributes["job.attempt"] == "2");
        Span[] trace = [.. collector.Spans.Where(span => span.TraceId == MeasuredService.TraceId)];
        Span enqueue = trace.Single(span => span.Name == "enqueue training-jobs");
        Assert.Equal(
            [("1", "queued", enqueue.Id), ("2", "cancelled", enqueue.Id)],
            trace.Where(IsRun).Select(run => (run.Attributes["job.attempt"], run.Attributes["job.outcome"], run.ParentId)).Order());

        static bool IsRun(Span span) => span.Name == "run training-jobs";
    }
}
