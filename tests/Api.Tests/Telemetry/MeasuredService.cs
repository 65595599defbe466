using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Telemetry;

/// <summary>
/// A service that sends to a collector and logs as JSON, after a job of 30 steps, one that failed, two reconstructions and one
/// drawing of tiles, with one job that runs and one that waits.
/// </summary>
public sealed class MeasuredService : IAsyncLifetime
{
    public const int Steps = 30;
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    public const string CallerSpan = "b7ad6b7169203331";

    private const string Long = """{"dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private Collector? _collector;
    private ServiceProcess? _process;
    private Scrape? _scrape;

    internal Collector Collector => _collector!;

    internal Scrape Scrape => _scrape!;

    public ServiceProcess Process => _process!;

    public JsonNode Job { get; private set; } = null!;

    public JsonNode FailedJob { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _collector = await Collector.Start();
        await FetchTests.WriteDamaged(_folder);
        _process = await ServiceProcess.Start(
            _folder,
            [.. _collector.Settings(), ("Logging__Console__FormatterName", "json"), ("Datasets__FashionMnist__Folder", _folder)]);
        ServiceClient client = _process.Client;
        Job = await client.Ended(
            await Submit(
                client,
                $$"""
                {"dataset":"synthetic-digits","steps":{{Steps}},"channels":[4,8],"warmupSteps":5,"evaluateEvery":10,"checkpointEvery":15}
                """
            ));
        FailedJob = await client.Ended(await client.Submit("""{"dataset":"fashion-mnist"}"""));
        string checkpoint = $"/v1/checkpoints/{Job["latestCheckpoint"]}";
        foreach (string look in (string[])["reconstruction?index=0", "reconstruction?index=1", "layers/code/tiles?index=0"])
        {
            await Expect.Png(await client.Http.GetAsync($"{checkpoint}/{look}"));
        }

        string running = await client.Submit(Long);
        await client.Await(running, job => (string?)job["status"] == "running");
        string waiting = await client.Submit(Long);
        _scrape = await Scrape.Await(client.Http, scrape =>
            scrape.Sum("autoencoder_jobs", "status=\"running\"") == 1
            && scrape.Sum("autoencoder_jobs", "status=\"queued\"") == 1
            && scrape.Sum("autoencoder_queue_age_seconds") > 0
        ); // jobs are counted once in a while
        await client.Post($"{waiting}/cancel", "");
        await client.Post($"{running}/cancel", "");
    }

    /// <summary>Submits a job as part of the caller's trace, and returns its path.</summary>
    internal static async Task<string> Submit(ServiceClient client, string job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/training-jobs")
        {
            Content = new StringContent(job, MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Add("traceparent", $"00-{TraceId}-{CallerSpan}-01");
        using HttpResponseMessage response = await client.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Collector.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(Name)]
[StartsProcesses]
public sealed class MeasuredCollection : ICollectionFixture<MeasuredService>
{
    public const string Name = "a measured service";
}
