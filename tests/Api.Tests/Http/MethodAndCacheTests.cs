using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AutoencoderApi.Api.Tests.OpenApi;

namespace AutoencoderApi.Api.Tests.Http;

[Collection(TrainedCollection.Name)]
public sealed class MethodAndCacheTests(TrainedService trained)
{
    private static readonly string[] s_compared =
        ["ETag", "Cache-Control", "Vary", "Content-Type", "Content-Length", "Content-Disposition", "Last-Modified", "Accept-Ranges",
        "Retry-After"];

    private HttpClient Client => trained.Service.Http;

    [Fact]
    public async Task HEAD_is_wherever_GET_is_and_sends_the_headers_of_GET_without_the_body()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        await trained.Service.Await($"/v1/experiments/{paths.Experiment}", experiment => (string?)experiment["status"] == "ended");
        string[] operations = [.. (await Operation.All(trained.Service)).Where(operation => operation.Method == HttpMethod.Get)
            .Select(paths.Of)];
        foreach (string path in (IEnumerable<string>)[
            .. operations, "/v1/training-jobs/none", "/v1/checkpoints/nope/weights", "/v1/training-jobs?limit=0", "/openapi/v1.json",
            "/swagger/index.html", "/", "/metrics", "/health/ready"])
        {
            using HttpResponseMessage get = await Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead),
                head = await Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            Assert.True(get.StatusCode == head.StatusCode, $"{path}: GET {get.StatusCode}, HEAD {head.StatusCode}");
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            foreach (string header in s_compared.Where(header => header != "Content-Length" || (HasLength(head) && HasLength(get))))
            {
                Assert.True(Values(get, header) == Values(head, header),
                    $"{path}: {header} is '{Values(get, header)}' of GET, and '{Values(head, header)}' of HEAD");
            }
        }

        using HttpResponseMessage weights = await Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/v1/checkpoints/{paths.Checkpoint}/weights"));
        Assert.Equal((await Client.GetByteArrayAsync($"/v1/checkpoints/{paths.Checkpoint}/weights")).Length,
            weights.Content.Headers.ContentLength);

        static bool HasLength(HttpResponseMessage response) => response.Content.Headers.Contains("Content-Length");
    }

    [Fact]
    public async Task HEAD_of_a_running_jobs_events_ends_at_once_though_the_events_go_on()
    {
        string job = await trained.Service.Submit("""{"dataset":"synthetic-digits","steps":100000}""");
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using HttpResponseMessage head = await Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{job}/events"), soon.Token);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (head.StatusCode, head.Content.Headers.ContentType?.MediaType));
        using HttpResponseMessage events = await Client.GetAsync($"{job}/events", HttpCompletionOption.ResponseHeadersRead, soon.Token);
        Assert.Equal("no", events.Headers.GetValues("X-Accel-Buffering").Single());
        await trained.Service.Post($"{job}/cancel", "");
    }

    [Fact]
    public async Task What_follows_a_HEAD_on_the_same_connection_is_the_next_answer()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Client.BaseAddress!.Port);
        await using NetworkStream stream = client.GetStream();
        string[] paths = [$"{trained.CheckpointOf("strided")}/weights", "/v1/training-jobs",
            $"{trained.CheckpointOf("strided")}/reconstruction", "/v1/nope"];
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            string.Concat(paths.Select(path => $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            + "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        string received = await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync();
        string[] parts = received.Split("\r\n\r\n");
        Assert.Equal(["200", "200", "200", "404", "200"], parts.Take(5).Select(part => part.Split(' ')[1]));
        Assert.StartsWith("Healthy", parts[5][parts[5].IndexOf("Healthy", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Everything_of_the_API_is_private_and_asked_for_again_and_varies_by_what_it_depends_on()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        foreach (Operation operation in (await Operation.All(trained.Service)).Where(operation => operation.Method == HttpMethod.Get))
        {
            using HttpResponseMessage response = await Client.GetAsync(paths.Of(operation), HttpCompletionOption.ResponseHeadersRead);
            Assert.True(response.IsSuccessStatusCode, $"{operation}: {response.StatusCode}");
            CacheControlHeaderValue? cache = response.Headers.CacheControl;
            Assert.True(cache is { Private: true } && (
                operation.Id == "downloadWeights" ? cache.Extensions.Any(more => more.Name == "immutable") : cache.NoCache),
                $"{operation}: {cache}");
            string[] varies =
            [
                .. operation.AnswerTypes.Count > 1 ? ["Accept"]
                    : operation.AnswerTypes.Contains("text/event-stream") ? ["Last-Event-ID"]
                    : (string[])[],
                .. response.Content.Headers.ContentType?.MediaType == "application/json" ? ["Accept-Encoding"] : (string[])[],
            ];
            Assert.True(
                varies.Order().SequenceEqual(response.Headers.Vary.Order()),
                $"{operation}: Vary {string.Join(',', response.Headers.Vary)}");
        }
    }

    [Fact]
    public async Task Only_a_file_under_its_own_id_may_be_kept_and_its_304_says_so_too()
    {
        string path = $"{trained.CheckpointOf("strided")}/weights";
        using HttpResponseMessage file = await Client.GetAsync(path), byTag = await Client.GetAsync("/v1/checkpoints/latest/weights");
        Assert.Equal(("immutable, max-age=31536000, private", "no-cache, private"), (Sorted(file), Sorted(byTag)));
        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { file.Headers.ETag! } } };
        using HttpResponseMessage known = await Client.SendAsync(again);
        Assert.Equal((HttpStatusCode.NotModified, Sorted(file)), (known.StatusCode, Sorted(known)));

        static string Sorted(HttpResponseMessage response) =>
            string.Join(", ", response.Headers.CacheControl!.ToString().Split(", ").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bytes=99999999-", HttpStatusCode.RequestedRangeNotSatisfiable)]
    [InlineData(null, HttpStatusCode.PreconditionFailed)]
    public async Task A_file_that_is_not_sent_is_a_problem_under_every_Accept(string? range, HttpStatusCode status)
    {
        foreach (string? accept in (string?[])["application/octet-stream", "image/png", null])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{trained.CheckpointOf("strided")}/weights");
            request.Headers.TryAddWithoutValidation("Range", range);
            request.Headers.TryAddWithoutValidation("If-Match", range is null ? "\"other\"" : null);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using HttpResponseMessage response = await Client.SendAsync(request);
            await Expect.Problem(status, response);
            Assert.Null(response.Content.Headers.ContentDisposition);
            Assert.Equal(range is not null, response.Content.Headers.ContentRange?.Length is > 0);
        }
    }

    private static string Values(HttpResponseMessage response, string header) =>
        string.Join(", ", response.Headers.Concat(response.Content.Headers).Where(one => one.Key == header).SelectMany(one => one.Value));
}
