using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

/// <summary>Built-in data sets where workers have neither files nor a network, and several processes answer calls.</summary>
[StartsProcesses]
public sealed class SharedFetchTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const string Job = """{"architecture":"dense","denseWidths":[30,10],"dataset":"mnist","steps":2}""";

    private readonly string[] _folders = [.. Enumerable.Range(0, 3).Select(_ => Directory.CreateTempSubdirectory("autoencoder-").FullName)];

    public void Dispose() => Array.ForEach(_folders, folder => Directory.Delete(folder, recursive: true));

    [Fact]
    public async Task One_process_fetches_for_all_another_takes_over_where_it_is_killed_and_workers_reach_no_mirror()
    {
        string database = await postgres.NewDatabase();
        using Mirror mirror = Mirror.OfMnist(Manner.Holding), forbidden = Mirror.OfMnist(Manner.Right);
        await using ServiceProcess worker = ServiceProcess.Launch(_folders[2], Settings(database, "worker", forbidden));
        await using ServiceProcess first = await ServiceProcess.Start(_folders[0], Settings(database, "api", mirror));
        await using ServiceProcess second = ServiceProcess.Launch(_folders[1], Settings(database, "api", mirror));
        string job = await first.Client.Submit(Job);
        await mirror.WaitUntilAsked();
        await Task.WhenAll(second.Ready(), worker.Ready());
        string other = await second.Client.Submit(Job);
        Assert.Equal(
            "succeeded",
            (string?)
                (
                    await second.Client.Ended(
                        await second.Client.Submit("""{"architecture":"dense","dataset":"synthetic-digits","steps":1}""")
                    )
                )["status"]);
        Assert.Single(mirror.Asked); // by the first, which holds the right to fetch

        await first.Kill();
        mirror.Manner = Manner.Right;
        foreach (string path in (string[])[job, other])
        {
            JsonNode ended = await second.Client.Ended(path);
            Assert.Equal(("succeeded", 1), ((string?)ended["status"], (int)ended["attempt"]!));
        }

        Assert.Equal(1 + 4, mirror.Asked.Count);
        Assert.Empty(forbidden.Asked);
        Assert.Equal("available", (string?)(await second.Client.Json("/v1/datasets/mnist"))["status"]);
    }

    [Fact]
    public async Task What_lies_in_the_API_s_folder_alone_is_stored_once_a_worker_lacks_it()
    {
        string database = await postgres.NewDatabase();
        await using ServiceProcess api = await ServiceProcess.Start(
            _folders[0],
            [.. PostgresServer.Settings(database, "api"), ("Datasets__Mnist__Folder", MnistFolder.Path)]);
        await using ServiceProcess worker = await ServiceProcess.Start(_folders[1], PostgresServer.Settings(database, "worker"));
        JsonNode job = await api.Client.Ended(await api.Client.Submit("""{"architecture":"dense","steps":2}"""));
        Assert.Equal(("mnist", "succeeded", 1), ((string?)job["settings"]!["dataset"], (string?)job["status"], (int)job["attempt"]!));
    }

    [Fact]
    public async Task A_fetch_outlives_a_store_that_is_away()
    {
        string database = await postgres.NewDatabase();
        using Mirror mirror = Mirror.OfMnist(Manner.Holding);
        await using ServiceProcess service = await ServiceProcess.Start(_folders[0], Settings(database, "all", mirror));
        string job = await service.Client.Submit(Job);
        await mirror.WaitUntilAsked();
        await postgres.Stop();
        mirror.Manner = Manner.Right;
        while (mirror.Asked.Count < 4)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken); // it is stored in vain
        await postgres.Start();
        await service.Ready();
        Assert.Equal("succeeded", (string?)(await service.Client.Ended(job))["status"]);
        Assert.Equal(4, mirror.Asked.Count);
    }

    private static (string, string)[] Settings(string database, string role, Mirror mirror) =>
        [.. PostgresServer.Settings(database, role), ("Datasets__Mnist__Mirrors__0", mirror.Address),
            ("Datasets__DownloadTimeoutSeconds", "120")];
}
