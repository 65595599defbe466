using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

[StartsProcesses]
public sealed class SharedDatasetTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName,
        _elsewhere = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_elsewhere, recursive: true);
    }

    [Fact]
    public async Task A_worker_with_another_folder_trains_on_what_was_sent_to_the_API()
    {
        string database = await postgres.NewDatabase();
        await using ServiceProcess api = await ServiceProcess.Start(_folder, PostgresServer.Settings(database, "api"));
        await using ServiceProcess worker = await ServiceProcess.Start(_elsewhere, PostgresServer.Settings(database, "worker"));
        using HttpResponseMessage made = await api.Client.PutZip("mine", OwnImages.Zip(OwnImages.Labelled(60)));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await api.Client.PutZip("mine", OwnImages.Zip(OwnImages.Labelled(60)))).StatusCode);

        string running = await api.Client.Submit("""{"dataset":"mine","steps":100000}""");
        await api.Client.Await(running, job => (int)job["progress"]!["step"]! > 0);
        JsonNode problem = await Expect.Problem(HttpStatusCode.Conflict, await api.Client.Http.DeleteAsync("/v1/datasets/mine"));
        Assert.Contains(running.Split('/')[^1], (string?)problem["detail"], StringComparison.Ordinal);
        await api.Client.Post($"{running}/cancel", "");
        await api.Client.Ended(running);

        JsonNode job = await api.Client.Ended(await api.Client.Submit("""{"dataset":"mine","steps":5,"channels":[4,8]}"""));
        Assert.Equal("succeeded", (string?)job["status"]);
        Assert.Equal((28, 28), await Expect.Png(await api.Client.Http.GetAsync("/v1/datasets/mine/test/0.png")));
        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.Http.DeleteAsync("/v1/datasets/mine")).StatusCode);
    }
}
