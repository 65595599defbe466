using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Tests.Access;
using AutoencoderApi.Api.Tests.Telemetry;
using AutoencoderApi.Tests;
using Microsoft.Data.Sqlite;

namespace AutoencoderApi.Api.Tests.Datasets;

/// <summary>Built-in data sets that are not here: how they get into the store, and what waits for them meanwhile.</summary>
[StartsProcesses]
public sealed class FetchTests : IDisposable
{
    private const string Job = """
        {"architecture":"dense","denseWidths":[30,10],"dataset":"mnist","steps":20,
        "warmupSteps":5,"evaluateEvery":10,"checkpointEvery":20}
        """;
    private const string Fashion = """{"dataset":"fashion-mnist","steps":5}""";

    /// <summary>No file is asked for twice because the machine is busy.</summary>
    private static readonly (string, string) s_patient = ("Datasets__DownloadTimeoutSeconds", "120");

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName,
        _other = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_other, recursive: true);
    }

    [Fact]
    public async Task A_job_waits_without_a_worker_until_its_data_set_is_stored_and_is_then_the_run_that_it_is_on_the_files()
    {
        using Mirror mirror = Mirror.OfMnist(Manner.Holding);
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            ("Datasets__Mnist__Mirrors__0", mirror.Address),
            s_patient);
        ServiceClient client = service.Client;
        JsonNode before = await client.Json("/v1/datasets/mnist");
        Assert.Equal(("pending", 55_000), ((string?)before["status"], (int)before["splits"]!["train"]!));
        // on the default, which is not MNIST
        JsonNode other = await client.Json(await client.Submit("""{"architecture":"dense","steps":1}"""));
        Assert.Equal("synthetic-digits", (string?)other["settings"]!["dataset"]);
        Assert.Empty(mirror.Asked);

        string waiting = await Keyed(client, "once"), cancelled = await client.Submit(Job);
        Assert.Equal(waiting, await Keyed(client, "once"));
        JsonNode experiment = await Answer(
            HttpStatusCode.Accepted,
            await client.Post("/v1/experiments", """{"common":{"architecture":"dense","dataset":"mnist","steps":1},"jobs":[{}]}""")
        );
        await mirror.WaitUntilAsked();
        Assert.Equal(
            "succeeded",
            (string?)
                (await client.Ended(await client.Submit("""{"architecture":"dense","dataset":"synthetic-digits","steps":1}""")))["status"]
        );
        JsonNode job = await client.Json(waiting);
        Assert.Equal(("queued", 0), ((string?)job["status"], (int)job["attempt"]!));
        Assert.Contains(
            "waits for the data set mnist",
            (string?)Assert.Single(job["warnings"]!.AsArray()),
            StringComparison.OrdinalIgnoreCase);
        await Scrape.Await(client.Http, scrape =>
            scrape.Sum("autoencoder_jobs", "status=\"queued\"") == 3 && scrape.Sum("autoencoder_queue_age_seconds") == 0);
        Assert.Equal("pending", (string?)(await client.Json("/v1/datasets/mnist"))["status"]);
        JsonNode early = await Expect.Problem(
            HttpStatusCode.ServiceUnavailable,
            await client.Http.GetAsync("/v1/datasets/mnist/test/0.png"));
        Assert.EndsWith(":dataset-pending", (string?)early["type"], StringComparison.Ordinal);
        await Answer(HttpStatusCode.OK, await client.Post($"{cancelled}/cancel", ""));

        mirror.Manner = Manner.Right;
        job = await client.Ended(waiting);
        Assert.Equal(("succeeded", 1, 0), ((string?)job["status"], (int)job["attempt"]!, job["warnings"]!.AsArray().Count));
        Assert.Equal("cancelled", (string?)(await client.Json(cancelled))["status"]);
        Assert.Equal(1, await Rows("SELECT count(*) FROM jobs WHERE \"ExperimentId\" IS NOT NULL AND \"PendingDataset\" IS NULL"));
        await client.Await((string)experiment["links"]!["self"]!, now => (string?)now["jobs"]![0]!["status"] == "succeeded");
        Assert.Equal(4, mirror.Asked.Count);

        await using ServiceProcess onFiles = await ServiceProcess.Start(_other, ("Datasets__Mnist__Folder", MnistFolder.Path));
        JsonNode same = await onFiles.Client.Ended(await onFiles.Client.Submit(Job));
        Assert.Equal(await Sha(onFiles, same), await Sha(service, job));
        Assert.Equal(
            await onFiles.Client.Http.GetByteArrayAsync("/v1/datasets/mnist/train/7.png"),
            await client.Http.GetByteArrayAsync("/v1/datasets/mnist/train/7.png"));
        Assert.Equal(
            (await onFiles.Client.Json("/v1/datasets/mnist")).ToJsonString(),
            (await client.Json("/v1/datasets/mnist")).ToJsonString());
        Assert.Equal(3, (await client.Json("/v1/datasets")).AsArray().Count);
    }

    [Fact]
    public async Task A_stored_data_set_is_the_default_from_then_on_and_is_fetched_again_where_its_bytes_are_damaged()
    {
        using Mirror mirror = Mirror.OfMnist(Manner.Right);
        await using (ServiceProcess first = await ServiceProcess.Start(_folder, ("Datasets__Mnist__Mirrors__0", mirror.Address)))
        {
            await first.Client.Ended(await first.Client.Submit("""{"architecture":"dense","dataset":"mnist","steps":1}"""));
            await Expect.Problem(HttpStatusCode.Conflict, await first.Client.Http.DeleteAsync("/v1/datasets/mnist"));
            await Expect.Problem(HttpStatusCode.Conflict, await first.Client.PutZip("mnist", OwnImages.Zip(OwnImages.Labelled(10))));
        }

        await using (ServiceProcess second = await ServiceProcess.Start(_folder)) // downloads are off
        {
            JsonNode job = await second.Client.Ended(await second.Client.Submit("""{"architecture":"dense","steps":1}"""));
            Assert.Equal(("mnist", "succeeded"), ((string?)job["settings"]!["dataset"], (string?)job["status"]));
        }

        Assert.Equal(1, await Rows("UPDATE dataset_chunks SET \"Content\" = zeroblob(length(\"Content\")) WHERE \"Number\" = 3"));
        await using ServiceProcess third = await ServiceProcess.Start(_folder, ("Datasets__Mnist__Mirrors__0", mirror.Address));
        JsonNode again = await third.Client.Ended(await third.Client.Submit("""{"architecture":"dense","steps":1}"""));
        Assert.Equal("succeeded", (string?)again["status"]);
        Assert.Equal(8, mirror.Asked.Count);
        await Expect.Png(await third.Client.Http.GetAsync("/v1/datasets/mnist/test/0.png"));
        Assert.Equal(1, await Rows("SELECT count(*) FROM datasets"));
    }

    [Fact]
    public async Task A_fetch_that_fails_ends_the_jobs_with_its_reason_and_for_a_minute_none_is_made()
    {
        using var mirror = new Mirror(Manner.Away, new Dictionary<string, byte[]> { ["train-images-idx3-ubyte.gz"] = [] });
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            ("Datasets__FashionMnist__Mirrors__0", mirror.Address),
            ("Datasets__DownloadTimeoutSeconds", "1"));
        ServiceClient client = service.Client;
        long began = Stopwatch.GetTimestamp();
        JsonNode job = await client.Ended(await client.Submit(Fashion));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 60);
        Assert.Equal(("failed", 0), ((string?)job["status"], (int)job["attempt"]!));
        Assert.EndsWith(":dataset-unavailable", (string?)job["error"]!["type"], StringComparison.Ordinal);
        string reason = (string)job["error"]!["detail"]!;
        Assert.Contains(Path.Combine(_folder, "datasets", "fashion-mnist"), reason, StringComparison.Ordinal);
        Assert.Contains(mirror.Address, reason, StringComparison.Ordinal);

        await AssertRefused(client, reason);
        int asked = mirror.Asked.Count;
        Assert.Equal(
            1,
            await Rows(
                "UPDATE dataset_fetches SET \"FailedAt\" = strftime('%Y-%m-%d %H:%M:%f', 'now', '-61 seconds') WHERE \"FailedAt\" IS "
                + "NOT NULL"
            ));
        mirror.Manner = Manner.Holding;
        Assert.Equal("pending", (string?)(await client.Json("/v1/datasets/fashion-mnist"))["status"]);
        string second = await client.Submit(Fashion);
        while (mirror.Asked.Count == asked)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await Answer(HttpStatusCode.OK, await client.Post($"{second}/cancel", ""));
    }

    [Fact]
    public async Task Files_that_are_damaged_end_the_job_and_are_then_told_in_the_list()
    {
        await WriteDamaged(_other);
        await using ServiceProcess service = await ServiceProcess.Start(_folder, ("Datasets__FashionMnist__Folder", _other));
        Assert.Equal(3, (int)(await service.Client.Json("/v1/datasets/fashion-mnist"))["splits"]!["train"]!); // no image was read
        JsonNode job = await service.Client.Ended(await service.Client.Submit(Fashion));
        string reason = (string)job["error"]!["detail"]!;
        Assert.Contains("train-images-idx3-ubyte.gz", reason, StringComparison.Ordinal);
        await AssertRefused(service.Client, reason);
    }

    [Fact]
    public async Task A_reader_of_images_starts_no_download_and_an_operator_does()
    {
        using var mirror = new Mirror(Manner.Holding, new Dictionary<string, byte[]> { ["train-images-idx3-ubyte.gz"] = [] });
        string reader = ApiKey.Create(), @operator = ApiKey.Create();
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            [
                ("Datasets__FashionMnist__Mirrors__0", mirror.Address),
                s_patient,
                .. KeyedService.Settings(0, reader, Role.Reader),
                .. KeyedService.Settings(1, @operator, Role.Operator),
            ]);
        HttpClient http = service.Client.Http;
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Get(reader));
        Assert.EndsWith(":dataset-unavailable", (string?)problem["type"], StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // requests are looked for each second
        Assert.Empty(mirror.Asked);
        await Expect.Problem(HttpStatusCode.ServiceUnavailable, await Get(@operator));
        await mirror.WaitUntilAsked();
        await Expect.Problem(HttpStatusCode.ServiceUnavailable, await Get(reader));

        Task<HttpResponseMessage> Get(string key) =>
            http.SendAsync(KeyedService.Request(HttpMethod.Get, "/v1/datasets/fashion-mnist/test/0.png", key));
    }

    [Fact]
    public async Task On_a_full_disk_the_job_ends_with_that_reason_and_nothing_of_the_data_set_fills_it()
    {
        using Mirror mirror = Mirror.OfMnist(Manner.Right);
        Assert.SkipUnless(await Run("mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", _other), "Mounting a small tmpfs needs root.");
        try
        {
            await using ServiceProcess service = await ServiceProcess.Start(_other, ("Datasets__Mnist__Mirrors__0", mirror.Address));
            JsonNode job = await service.Client.Ended(
                await service.Client.Submit("""{"architecture":"dense","dataset":"mnist","steps":1}""")
            );
            Assert.Contains("no room", (string?)job["error"]!["detail"], StringComparison.Ordinal);
            Assert.Equal("unavailable", (string?)(await service.Client.Json("/v1/datasets/mnist"))["status"]);
            Assert.InRange(new DriveInfo(_other).AvailableFreeSpace, 70 << 20, 80 << 20);
            Assert.Equal(
                "succeeded",
                (string?)(await service.Client.Ended(await service.Client.Submit("""{"architecture":"dense","steps":1}""")))["status"]
            );
        }
        finally
        {
            await Run("umount", "--lazy", _other);
        }
    }

    /// <summary>Four files whose headers and labels are right, and whose images end half way.</summary>
    internal static async Task WriteDamaged(string folder)
    {
        foreach ((string part, int count) in ((string, int)[])[("train", 5_003), ("t10k", 10)])
        {
            byte[] images = OwnImages.Gzip(OwnImages.Idx(OwnImages.Noise(1, count * 784), count, 28, 28));
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), images[..(images.Length / 2)]);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), OwnImages.Idx(new byte[count], count));
        }
    }

    /// <summary>List, images, jobs and experiments all say that the data set cannot be had, and why.</summary>
    private static async Task AssertRefused(ServiceClient client, string reason)
    {
        JsonNode now = await client.Json("/v1/datasets/fashion-mnist");
        Assert.Equal(("unavailable", reason), ((string?)now["status"], (string?)now["reason"]));
        foreach (Task<HttpResponseMessage> call in (Task<HttpResponseMessage>[])
                [
                    client.Http.GetAsync("/v1/datasets/fashion-mnist/test/0.png"),
                    client.Post("/v1/training-jobs", Fashion),
                    client.Post("/v1/experiments", $$"""{"jobs":[{},{{Fashion}}]}"""),
                ])
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await call);
            Assert.EndsWith(":dataset-unavailable", (string?)problem["type"], StringComparison.Ordinal);
            Assert.Equal(reason, (string?)problem["detail"]);
        }
    }

    private static async Task<string> Keyed(ServiceClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/training-jobs")
        {
            Content = new StringContent(Job, MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Add("Idempotency-Key", key);
        HttpResponseMessage response = await client.Http.SendAsync(request);
        await Answer(HttpStatusCode.Accepted, response);
        return response.Headers.Location!.ToString();
    }

    private static async Task<JsonNode> Answer(HttpStatusCode status, HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        return JsonNode.Parse(body)!;
    }

    private static async Task<string> Sha(ServiceProcess service, JsonNode job) =>
        (string)(await service.Client.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;

    /// <summary>Rows that a statement on the store has found or changed.</summary>
    private async Task<long> Rows(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "autoencoder.db")}");
        await connection.OpenAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return sql.StartsWith("SELECT", StringComparison.Ordinal)
            ? (long)(await command.ExecuteScalarAsync())!
            : await command.ExecuteNonQueryAsync();
    }

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
