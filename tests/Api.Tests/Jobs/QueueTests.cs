using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Jobs;

/// <summary>What a job that waits says of its place, and that the places come true.</summary>
[StartsProcesses]
public sealed class QueueTests : IAsyncLifetime
{
    private const string Job =
        """{"dataset":"synthetic-digits","channels":[4,8],"steps":150,"evaluateEvery":150,"checkpointEvery":150,"film":false,"seed":1}""";

    private const string Long =
        """{"dataset":"synthetic-digits","channels":[4,8],"steps":100000,"evaluateEvery":100000,"checkpointEvery":100000,"film":false}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly string[] _keys = [ApiKey.Create(), ApiKey.Create()];
    private ServiceProcess? _service;

    private ServiceProcess Service => _service!;

    public async ValueTask InitializeAsync() => _service = await ServiceProcess.Start(
        _folder,
        [
            ("Training__ParallelJobs", "1"),
            .. _keys.SelectMany((key, i) => new[]
            {
                ($"Access__Keys__{i}__Hash", ApiKey.HashOf(key)),
                ($"Access__Keys__{i}__Role", "operator"),
                ($"Access__Keys__{i}__Name", $"key-{i}"),
            }),
        ]);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_waiting_job_says_how_many_are_ahead_and_the_turn_of_its_key_counts()
    {
        (ServiceClient a, ServiceClient b) = (Client(0), Client(1));
        string running = await a.Submit(Long);
        await a.Await(running, job => (string)job["status"]! == "running");
        string[] ofA = [await a.Submit(Job), await a.Submit(Job), await a.Submit(Job)];
        Assert.Equal((int[])[0, 1, 2], await Ahead(a, ofA));
        string[] ofB = [await b.Submit(Job), await b.Submit(Job)];
        await Task.Delay(TimeSpan.FromSeconds(1)); // the places are computed once a second
        Assert.Equal((int[])[0, 2], await Ahead(b, ofB)); // the key that was never served comes first, and again after one job of the other
        Assert.Equal((int[])[1, 3, 4], await Ahead(a, ofA));
        Assert.Null((await a.Json(running))["queue"]);
        JsonNode listed = (await a.Json("/v1/training-jobs?status=queued"))["items"]!;
        Assert.Equal([0, 1, 2, 3, 4], listed.AsArray().Select(job => (int)job!["queue"]!["ahead"]!).Order());

        await a.Post($"{running}/cancel", "");
        DateTime[] started = [.. await Task.WhenAll(ofB.Concat(ofA).Select(async job => (DateTime)(await a.Ended(job))["startedAt"]!))];
        Assert.Equal([0, 2, 1, 3, 4], started.Select(at => started.Count(other => other < at)));
        string metrics = await a.Http.GetStringAsync("/metrics");
        Assert.Contains("autoencoder_queue_claims_total{key=\"key-0\"} 4", metrics.Replace("otel_scope_name=\"AutoencoderApi.Jobs\",", ""),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_place_is_part_of_the_tag_but_no_news_to_wait_for()
    {
        ServiceClient client = Client(0);
        string running = await client.Submit(Long);
        string first = await client.Submit(Job), second = await client.Submit(Job);
        await client.Await(running, job => (string)job["status"]! == "running");
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        (string tag, int ahead) = await Tagged(second);
        Assert.Equal(1, ahead);
        await client.Post($"{first}/cancel", "");
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        Assert.NotEqual(tag, (await Tagged(second)).Tag);

        using var wait = new HttpRequestMessage(HttpMethod.Get, second);
        wait.Headers.Add("If-None-Match", tag);
        wait.Headers.Add("Prefer", "wait=2");
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await client.Http.SendAsync(wait);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds > 1.5); // held, though the tag is another by now
        Assert.Equal((HttpStatusCode.NotModified, tag), (answer.StatusCode, answer.Headers.ETag!.ToString()));

        async Task<(string Tag, int Ahead)> Tagged(string job)
        {
            using HttpResponseMessage response = await client.Http.GetAsync(job);
            JsonNode state = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            return (response.Headers.ETag!.ToString(), (int)state["queue"]!["ahead"]!);
        }
    }

    private static async Task<int[]> Ahead(ServiceClient client, string[] jobs) =>
        await Task.WhenAll(jobs.Select(async job => (int)(await client.Json(job))["queue"]!["ahead"]!));

    private ServiceClient Client(int key)
    {
        var http = new HttpClient { BaseAddress = Service.Client.Http.BaseAddress };
        http.DefaultRequestHeaders.Add("X-Api-Key", _keys[key]);
        return new ServiceClient(http);
    }
}
