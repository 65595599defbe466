using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace AutoencoderApi.Api.Tests;

/// <summary>The real service on a real socket, with a store of its own in a temporary folder.</summary>
public sealed class Service : WebApplicationFactory<Program>
{
    private readonly bool _ownsFolder;

    public Service(string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("autoencoder-").FullName;
        UseKestrel(0);
        StartServer();
        Client = CreateClient();
    }

    public string Folder { get; }

    public HttpClient Client { get; }

    public async Task<JsonNode> Json(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept ?? "application/json");
        using HttpResponseMessage response = await Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public Task<HttpResponseMessage> Post(string path, string json) =>
        Client.PostAsync(path, new StringContent(json, MediaTypeHeaderValue.Parse("application/json")));

    /// <summary>Submits a job and returns its path.</summary>
    public async Task<string> Submit(string json)
    {
        using HttpResponseMessage response = await Post("/v1/training-jobs", json);
        Assert.True(response.StatusCode == System.Net.HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    /// <summary>Polls a job as a frontend would, until <paramref name="until"/> holds.</summary>
    public async Task<JsonNode> Await(string job, Func<JsonNode, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            JsonNode state = await Json(job);
            if (until(state))
            {
                return state;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    public Task<JsonNode> Ended(string job) => Await(job, state => (string)state["status"]! is "succeeded" or "failed" or "cancelled");

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Store:Folder", Folder);
        builder.UseSetting("Training:Threads", "2");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _ownsFolder && Directory.Exists(Folder))
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(Folder, recursive: true);
        }
    }
}

/// <summary>A service shared by a class of tests, with one small trained job of each architecture.</summary>
public sealed class TrainedService : IAsyncLifetime
{
    public static readonly string[] Architectures = ["strided", "zero-unpool", "nearest-unpool", "switch-unpool", "dense"];

    public Service Service { get; } = new();

    public Dictionary<string, JsonNode> Jobs { get; } = [];

    public string CheckpointOf(string architecture) => $"/v1/checkpoints/{Jobs[architecture]["latestCheckpoint"]}";

    public async ValueTask InitializeAsync()
    {
        foreach (string architecture in Architectures)
        {
            string job = await Service.Submit($$"""{"architecture":"{{architecture}}","dataset":"synthetic-digits","steps":40,"warmupSteps":20,"evaluateEvery":20,"checkpointEvery":20}""");
            Jobs[architecture] = await Service.Ended(job);
            Assert.Equal("succeeded", (string?)Jobs[architecture]["status"]);
        }
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class TrainedCollection : ICollectionFixture<TrainedService>
{
    public const string Name = "a service with trained jobs";
}
