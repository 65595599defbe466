using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using Microsoft.Data.Sqlite;

namespace AutoencoderApi.Api.Tests.Limits;

/// <summary>The dearest requests, 24 at once, of a process that has 1 GB: they are answered or refused, and the process lives.</summary>
[Collection(OneAtATime.Name)]
[StartsProcesses]
public sealed class MemoryTests : IDisposable
{
    private const int AtOnce = 24;
    private const string Tiny =
        """{"dataset":"synthetic-digits","steps":1,"batchSize":1,"warmupSteps":0,"channels":[2,2],"kernelSize":1}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_dearest_requests_are_answered_or_refused_in_1_GB()
    {
        using var group = MemoryGroup.Of(1 << 30);
        await using ServiceProcess service = ServiceProcess.Launch(_folder, ServiceProcess.FreePort(), group.Enter);
        await service.Ready();
        HttpClient http = service.Client.Http;
        string job = await service.Client.Submit(Tiny);
        await service.Client.Ended(job);
        string[] networks = [await Import(http, 1), await Import(http, 2), await Import(http, 3), await Import(http, 4)];
        byte[] image = new byte[33_000_000];
        new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }.CopyTo(image, 0);

        await All("loss", i => http.GetAsync($"{job}/loss.png?width=4000&height=4000"), HttpStatusCode.OK);
        await All("figure", i => http.GetAsync($"/v1/checkpoints/latest/reconstructions?count=100&scale=10&first={i}"), HttpStatusCode.OK);
        await All("look", i => http.GetAsync($"{networks[i % networks.Length]}/kernels/hidden1/tiles?count=1&scale=1"), HttpStatusCode.OK);
        await All("upload", i => http.PostAsync("/v1/checkpoints/latest/reconstruction", Png(image)), HttpStatusCode.UnprocessableEntity);
        foreach (string path in (string[])["weights", "onnx"])
        {
            HttpStatusCode[] answers = await Task.WhenAll(
                Enumerable.Range(0, AtOnce).Select(i => Begin(http.BaseAddress!.Port, $"{networks[0]}/{path}")));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        }

        async Task All(string what, Func<int, Task<HttpResponseMessage>> ask, HttpStatusCode answer)
        {
            HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(ask));
            Assert.False(service.HasExited, what);
            Assert.Contains(answers, each => each.StatusCode == answer);
            Assert.All(answers.Where(each => each.StatusCode != answer), refused =>
            {
                Assert.True(
                    refused.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests,
                    $"{what}: {refused.StatusCode}");
                Assert.NotNull(refused.Headers.RetryAfter);
                Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
            });
            Assert.Equal(answer, (await ask(0)).StatusCode); // what was held is returned
        }
    }

    [Fact]
    public async Task A_report_of_many_long_jobs_takes_no_more_than_64_MB()
    {
        await using ServiceProcess service = await ServiceProcess.Start(_folder);
        string seeds = string.Join(',', Enumerable.Range(0, 64));
        using HttpResponseMessage made = await service.Client.Post(
            "/v1/experiments",
            $$$"""{"common":{{{Tiny}}},"grid":{"seed":[{{{seeds}}}]}}"""
        );
        string experiment = made.Headers.Location!.ToString();
        JsonNode ended = await service.Client.Await(experiment, state => (string?)state["status"] == "ended");
        await AddPoints(points: 10_000);
        await service.Client.Http.GetAsync($"{experiment}/report");

        long before = Resident(service.Id);
        string job = $"/v1/training-jobs/{ended["jobs"]![0]!["id"]}";
        Assert.Equal(10_001, (await service.Client.Json($"{job}/metrics")).AsArray().Count);
        await Expect.Png(await service.Client.Http.GetAsync($"{job}/loss.png"));
        string report = await service.Client.Http.GetStringAsync($"{experiment}/report");
        Assert.Contains("base64,", report, StringComparison.Ordinal);
        Assert.InRange(Resident(service.Id) - before, long.MinValue, 64 << 20);
    }

    [Fact]
    public async Task A_batch_of_10_000_images_takes_no_more_than_64_MB_beside_its_body()
    {
        await using ServiceProcess service = await ServiceProcess.Start(_folder);
        HttpClient http = service.Client.Http;
        JsonNode job = await service.Client.Ended(
            await service.Client.Submit("""{"dataset":"synthetic-digits","steps":1,"warmupSteps":0}"""));
        string path = $"/v1/checkpoints/{job["latestCheckpoint"]}/encode";
        Assert.Equal("1, 32, 7, 7", (await NpyAnswer.Read(await Post(NpyAnswer.File(new float[784], 1, 1, 28, 28)))).Shape);
        byte[] batch = NpyAnswer.File([.. Enumerable.Repeat(0.5f, 10_000 * 784)], 10_000, 1, 28, 28);

        long before = Resident(service.Id);
        await File.WriteAllTextAsync($"/proc/{service.Id}/clear_refs", "5"); // proc(5): sets the peak back to what is resident now
        Assert.Equal("10000, 32, 7, 7", (await NpyAnswer.Read(await Post(batch))).Shape);
        Assert.InRange(Status(service.Id, "VmHWM") - before, 0, batch.Length + (64 << 20));
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal("10000, 32, 7, 7", (await NpyAnswer.Read(await Post(batch))).Shape);
        }

        Assert.InRange(Resident(service.Id) - before, long.MinValue, 64 << 20); // what a batch took has gone back

        Task<HttpResponseMessage> Post(byte[] npy) => http.PostAsync(path, NpyAnswer.Body(npy));
    }

    private async Task AddPoints(int points)
    {
        await using var store = new SqliteConnection($"Data Source={Path.Combine(_folder, "autoencoder.db")}");
        await store.OpenAsync();
        await using SqliteCommand command = store.CreateCommand();
        command.CommandText = $"""
            INSERT OR IGNORE INTO metrics("JobId", "Step", "TrainLoss", "ValidationLoss", "DeadUnits", "ElapsedSeconds", "Version")
            SELECT jobs."Id", n.i, 0.1 + 1.0 / n.i, 0.1 + 1.0 / n.i, 0, n.i * 0.01, n.i
            FROM jobs, (WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < {points}) SELECT i FROM c) n
            """;
        await command.ExecuteNonQueryAsync();
    }

    private static long Resident(int process) => Status(process, "VmRSS");

    private static long Status(int process, string field) =>
        1024
        * long.Parse(
            File.ReadLines($"/proc/{process}/status")
                .First(line => line.StartsWith(field, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            null);

    private static ByteArrayContent Png(byte[] image)
    {
        var content = new ByteArrayContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return content;
    }

    /// <summary>A network of nearly the largest size that is taken: 4 million parameters, 48 MB with Adam's moments.</summary>
    private static async Task<string> Import(HttpClient http, int seed)
    {
        TrainingSettings settings = TrainingSettings.For(Architecture.Dense, "synthetic-digits") with
        {
            ImageShape = [1, 128, 128],
            DenseWidths = [120, 64],
            Seed = seed,
        };
        float[] weights = [.. Enumerable.Repeat(0.01f, NetworkDefinition.For(settings).ParameterCount)];
        byte[] file = CheckpointFile.Write(
            new Checkpoint(settings, 0, new Losses(null, null, null), -1, 0, new ExecutionEnvironment(1, "any"), weights, weights, weights)
        );
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage imported = await http.PostAsync("/v1/checkpoints", content);
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        return imported.Headers.Location!.ToString();
    }

    /// <summary>Reads the head of an answer, and for two seconds nothing of the rest.</summary>
    private static async Task<HttpStatusCode> Begin(int port, string path)
    {
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        byte[] head = new byte[12];
        await stream.ReadExactlyAsync(head);
        await Task.Delay(TimeSpan.FromSeconds(2));
        return (HttpStatusCode)int.Parse(Encoding.ASCII.GetString(head, 9, 3), null);
    }
}
