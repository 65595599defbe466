using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.Telemetry;

[Collection(MeasuredCollection.Name)]
public sealed class TelemetryTests(MeasuredService service)
{
    private const string Short = """{"dataset":"synthetic-digits","steps":2,"channels":[4,8]}""";

    private string Id => (string)service.Job["id"]!;

    [Fact]
    public async Task One_trace_joins_the_call_the_queue_the_run_its_evaluations_and_its_checkpoints()
    {
        await service.Collector.Await(span => span.TraceId == MeasuredService.TraceId && span.Name == "run training-jobs");
        Span[] trace = [.. service.Collector.Spans.Where(span => span.TraceId == MeasuredService.TraceId)];
        Span call = trace.Single(span => span.ParentId == MeasuredService.CallerSpan);
        Assert.StartsWith("POST ", call.Name);
        Span enqueue = trace.Single(span => span.ParentId == call.Id);
        Span run = trace.Single(span => span.ParentId == enqueue.Id);
        Assert.Equal(("enqueue training-jobs", "run training-jobs"), (enqueue.Name, run.Name));
        Assert.Equal((Id, Id), (enqueue.Attributes["job.id"], run.Attributes["job.id"]));
        Assert.Equal(
            ("strided", "synthetic-digits", "1", "succeeded"),
            (
                run.Attributes["job.architecture"],
                run.Attributes["job.dataset"],
                run.Attributes["job.attempt"],
                run.Attributes["job.outcome"]));
        Assert.Equal(["0", "10", "20", "30"], StepsOf("evaluate"));
        Assert.Equal(["15", "30"], StepsOf("write checkpoint"));

        string[] StepsOf(string name) =>
            [.. trace.Where(span => span.Name == name && span.ParentId == run.Id).Select(span => span.Attributes["job.step"]).Order()];
    }

    [Fact]
    public async Task A_job_that_fails_marks_its_run_as_failed_and_says_why()
    {
        string failed = (string)service.FailedJob["id"]!;
        await service.Collector.Await(IsItsRun);
        Span run = service.Collector.Spans.Single(IsItsRun);
        Assert.True(run.Failed);
        Assert.Equal(
            ("urn:autoencoder-api:problem:dataset-unavailable", "failed"),
            (run.Attributes["error.type"], run.Attributes["job.outcome"]));

        bool IsItsRun(Span span) => span.Name == "run training-jobs" && span.Attributes["job.id"] == failed;
    }

    [Fact]
    public void The_measurements_are_those_of_what_was_done()
    {
        Scrape scrape = service.Scrape;
        Assert.Equal(
            [1, 1, 1, 1, 0, 0],
            ((string[])["succeeded", "failed", "running", "queued", "cancelling", "cancelled"]).Select(status =>
                scrape.Sum("autoencoder_jobs", $"status=\"{status}\"")));
        Assert.InRange(scrape.Sum("autoencoder_queue_age_seconds"), 1e-4, 60);
        Assert.InRange(
            scrape.Sum("autoencoder_training_step_duration_seconds_count", "architecture=\"strided\""),
            MeasuredService.Steps,
            100_000);
        double perStep =
            scrape.Sum("autoencoder_training_step_duration_seconds_sum") / scrape.Sum("autoencoder_training_step_duration_seconds_count");
        Assert.InRange(perStep, 1e-4, 1);
        Assert.Equal(
            2,
            scrape.Sum("autoencoder_inference_duration_seconds_count", "architecture=\"strided\"", "operation=\"reconstruct\""));
        Assert.Equal(1, scrape.Sum("autoencoder_inference_duration_seconds_count", "architecture=\"strided\"", "operation=\"look\""));
        Assert.Equal(1, scrape.Sum("autoencoder_model_cache_lookups_total", "result=\"miss\""));
        Assert.Equal(2, scrape.Sum("autoencoder_model_cache_lookups_total", "result=\"hit\""));
        Assert.InRange(scrape.Sum("dotnet_process_memory_working_set_bytes"), 50e6, 8e9);
        Assert.Equal(
            2,
            scrape.Sum(
                "http_server_request_duration_seconds_count",
                "http_route=\"/v1/checkpoints/{reference}/reconstruction\"",
                "http_response_status_code=\"200\""));
    }

    [Fact]
    public async Task Measurements_are_also_sent_to_the_collector()
    {
        for (int i = 0; i < 200 && !IsThere(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(IsThere());

        bool IsThere() =>
            service.Collector.Metrics.Any(message =>
                message.Contains("autoencoder.training.step.duration", StringComparison.Ordinal)
                && message.Contains("autoencoder-api", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_line_that_a_run_logs_carries_the_ids_of_its_job_and_its_trace()
    {
        JsonNode[] lines =
        [
            .. service
                .Process.Output()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.StartsWith('{'))
                .Select(line => JsonNode.Parse(line)!),
        ];
        JsonNode[] ofRun =
        [
            .. lines.Where(line =>
                (string?)line["Category"] == "AutoencoderApi.Api.Jobs.TrainingJobRunner"
                && line.ToJsonString().Contains(Id, StringComparison.Ordinal)),
        ];
        Assert.Equal(2, ofRun.Length); // it begins, it ends
        Assert.All(ofRun, line =>
        {
            JsonNode[] scopes = [.. line["Scopes"]!.AsArray().Select(scope => scope!)];
            Assert.Contains(scopes, scope => (string?)scope["JobId"] == Id);
            Assert.Contains(scopes, scope => (string?)scope["TraceId"] == MeasuredService.TraceId);
            Assert.True(DateTimeOffset.TryParse((string?)line["Timestamp"], out _));
        });
    }

    [Fact]
    public async Task Without_an_endpoint_no_connection_is_opened_and_runs_are_logged_with_the_callers_trace_id_all_the_same()
    {
        using var usual = new TcpListener(IPAddress.Loopback, 4318); // where OpenTelemetry sends by HTTP unless told otherwise
        try
        {
            usual.Start();
        }
        catch (SocketException)
        {
            Assert.Skip("Another program has OpenTelemetry's usual port, 4318.");
        }

        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using (
            ServiceProcess quiet = await ServiceProcess.Start(
                folder,
                [.. Collector.Soon, ("OTEL_EXPORTER_OTLP_ENDPOINT", ""), ("Logging__Console__FormatterName", "json")]))
        {
            await quiet.Client.Ended(await MeasuredService.Submit(quiet.Client, Short));
            await quiet.Stop();
            Assert.Contains(quiet.Output().Split('\n'), line =>
                line.Contains("is now Succeeded", StringComparison.Ordinal)
                && line.Contains($"\"TraceId\":\"{MeasuredService.TraceId}\"", StringComparison.Ordinal));
        }

        Assert.False(usual.Pending());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_collector_that_never_answers_holds_up_neither_a_job_nor_the_end_of_the_process()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(); // connections are taken by the system, and nobody reads from them
        await using (
            ServiceProcess process = await ServiceProcess.Start(
                folder,
                ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{silent.LocalEndpoint}"),
                ("OTEL_BSP_SCHEDULE_DELAY", "100")))
        {
            JsonNode job = await process.Client.Ended(await process.Client.Submit(Short));
            Assert.Equal("succeeded", (string?)job["status"]);
            Assert.InRange((await process.Stop()).TotalSeconds, 0, 8);
        }

        Directory.Delete(folder, recursive: true);
    }
}
