using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Tests.Access;
using AutoencoderApi.Tests;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Tests.Limits;

[Collection(TrainedCollection.Name)]
public sealed class LimitTests(TrainedService trained)
{
    private const string Upload = "/v1/checkpoints/latest/reconstruction";

    [Theory]
    [InlineData("/v1/training-jobs", "application/json", 131_073)]
    [InlineData(Upload, "application/json", 2_097_153)]
    [InlineData(Upload, "image/png", 33_554_433)]
    [InlineData("/v1/checkpoints/latest/decode", "application/json", 2_097_153)]
    [InlineData(Upload, "application/x-npy", 33_554_433)]
    [InlineData("/v1/checkpoints/latest/decode", "application/x-npy", 33_554_433)]
    [InlineData(Upload, "multipart/form-data; boundary=x", 33_554_433)]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_sent(string path, string type, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[bytes]) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.ExpectContinue = true;
        await Expect.Problem(HttpStatusCode.RequestEntityTooLarge, await trained.Service.Http.SendAsync(request));
    }

    [Fact]
    public async Task A_body_that_does_not_tell_its_size_is_refused_where_it_exceeds_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Upload)
        {
            Content = new StringContent(
                $$"""{"pixels":[{{new string(' ', 2_200_000)}}]}""",
                MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.TransferEncodingChunked = true;
        await Expect.Problem(HttpStatusCode.RequestEntityTooLarge, await trained.Service.Http.SendAsync(request));
    }

    [Theory]
    [InlineData("/v1/training-jobs", "name", HttpStatusCode.BadRequest)]
    [InlineData(Upload, "pixels", HttpStatusCode.BadRequest)]
    public async Task JSON_that_is_nested_too_deep_is_refused(string path, string field, HttpStatusCode status) =>
        await Expect.Problem(
            status,
            await trained.Service.Post(path, $$"""{"{{field}}":{{new string('[', 17)}}{{new string(']', 17)}}}""")
        );

    [Theory]
    [InlineData("/layers/conv1/tiles?dataset=synthetic-digits&scale=32")]
    [InlineData("/reconstructions?dataset=synthetic-digits&scale=32&count=100")]
    public async Task A_figure_that_is_too_large_is_not_drawn(string figure)
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await trained.Service.Http.GetAsync(trained.CheckpointOf("zero-unpool") + figure));
        Assert.Equal("urn:autoencoder-api:problem:figure-too-large", (string?)problem["type"]);
    }

    [Fact]
    public void A_caller_reads_so_many_events_at_a_time_and_no_more()
    {
        using var readers = new SseConnectionLimiter(Options.Create(new LimitsOptions { EventReaders = 2 }));
        IDisposable first = readers.TryEnter("a")!;
        Assert.NotNull(readers.TryEnter("a"));
        Assert.Null(readers.TryEnter("a"));
        Assert.NotNull(readers.TryEnter("b"));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(readers.TryEnter("a"));
        Assert.Null(readers.TryEnter("a"));
    }
}

/// <summary>Limits that other tests must not meet: each in a service of its own.</summary>
[StartsProcesses]
public sealed class TightLimitTests : IDisposable
{
    private const string Long = """{"dataset":"synthetic-digits","steps":100000,"warmupSteps":100}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_job_may_ask_for_no_more_than_the_service_gives()
    {
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            ("Limits__Steps", "100"),
            ("Limits__BatchSize", "50"),
            ("Limits__Channels", "16"),
            ("Limits__JobTeraflop", "0.01"));
        foreach ((string body, string field) in ((string, string)[])
                [
                    ("""{"steps":101}""", "steps"),
                    ("""{"steps":1,"batchSize":51}""", "batchSize"),
                    ("""{"steps":1,"batchSize":1,"channels":[8,17]}""", "channels"),
                    ("""{"steps":100,"batchSize":50,"channels":[16,16]}""", "steps"),
                ])
        {
            using HttpResponseMessage response = await service.Client.Post("/v1/training-jobs", body);
            JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, response);
            Assert.Contains("Limits:", (string?)problem["errors"]![field]![0], StringComparison.Ordinal);
        }

        await service.Client.Submit("""{"dataset":"synthetic-digits","steps":1,"batchSize":50,"channels":[4,8]}""");
    }

    [Fact]
    public async Task Only_so_many_jobs_wait_in_all_and_of_one_key()
    {
        string one = ApiKey.Create(), other = ApiKey.Create();
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            [
                .. KeyedService.Settings(0, one, Role.Operator),
                .. KeyedService.Settings(1, other, Role.Operator),
                ("Limits__QueuedJobsPerKey", "3"),
                ("Limits__QueuedJobs", "5"),
            ]);
        using HttpResponseMessage first = await Submit(one);
        JsonNode running = await First(job => (string?)job["status"] == "running");

        int accepted = 0;
        foreach ((string key, int may) in ((string, int)[])[(one, 3), (other, 5)])
        {
            HttpResponseMessage last;
            while ((last = await Submit(key)).StatusCode == HttpStatusCode.Accepted)
            {
                accepted++;
            }

            JsonNode problem = await Expect.Problem(HttpStatusCode.TooManyRequests, last);
            Assert.Equal("urn:autoencoder-api:problem:queue-full", (string?)problem["type"]);
            Assert.NotNull(last.Headers.RetryAfter?.Delta);
            Assert.Equal(may, accepted);
        }

        // It ran all the time, so that none of the others has left the queue.
        JsonNode after = await First(_ => true);
        Assert.Equal(("running", (int)running["attempt"]!), ((string?)after["status"], (int)after["attempt"]!));

        async Task<JsonNode> First(Func<JsonNode, bool> isAwaited)
        {
            service.Client.Http.DefaultRequestHeaders.Add("X-API-Key", one);
            JsonNode job = await service.Client.Await(first.Headers.Location!.ToString(), isAwaited);
            service.Client.Http.DefaultRequestHeaders.Remove("X-API-Key");
            return job;
        }

        async Task<HttpResponseMessage> Submit(string key)
        {
            using HttpRequestMessage request = KeyedService.Request(HttpMethod.Post, "/v1/training-jobs", key);
            request.Content = new StringContent(Long, MediaTypeHeaderValue.Parse("application/json"));
            return await service.Client.Http.SendAsync(request);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flood_is_answered_with_429_by_the_callers_address(bool proxyIsTrusted)
    {
        (string, string)[] limits =
        [
            .. KeyedService.Settings(0, ApiKey.Create(), Role.Reader),
            ("Limits__RequestsPerSecond", "1"),
            ("Limits__BurstSeconds", "20"),
        ];
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            proxyIsTrusted ? [.. limits, ("Access__TrustedProxies__0", "127.0.0.0/8")] : limits);
        HttpResponseMessage last = new();
        for (int i = 0; i < 100 && last.StatusCode != HttpStatusCode.TooManyRequests; i++)
        {
            last = await From("192.0.2.1");
        }

        await Expect.Problem(HttpStatusCode.TooManyRequests, last);
        Assert.NotNull(last.Headers.RetryAfter?.Delta);
        Assert.Equal(proxyIsTrusted ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, (await From("192.0.2.2")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.Http.GetAsync("/health/ready")).StatusCode);

        async Task<HttpResponseMessage> From(string address) =>
            await service.Client.Http.SendAsync(
                KeyedService.Request(HttpMethod.Get, "/v1/training-jobs", null, ("X-Forwarded-For", address)));
    }
}
