using System.Buffers.Binary;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>The whole service on each engine: training, resume, inspection and export.</summary>
[StartsProcesses]
public sealed class EngineTests : IDisposable
{
    private const string Long =
        """
            {"architecture":"nearest-unpool","dataset":"synthetic-digits","steps":300,
            "channels":[4,8],"warmupSteps":100,"evaluateEvery":100,"checkpointEvery":50}
            """;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("simd", false)]
    [InlineData("torchsharp", true)]
    public async Task Every_architecture_is_trained_inspected_and_exported(string engine, bool loadsLibtorch)
    {
        await using ServiceProcess service = await ServiceProcess.Start(_folder, ("Training__Engine", engine));
        foreach (string architecture in (string[])["strided", "zero-unpool", "nearest-unpool", "switch-unpool", "dense"])
        {
            string size = architecture == "dense" ? "\"denseWidths\":[60,16]" : "\"channels\":[4,8]";
            JsonNode job = await service.Client.Ended(await service.Client.Submit($$"""
                {"architecture":"{{architecture}}","dataset":"synthetic-digits",{{size}},
                "steps":40,"warmupSteps":10,"evaluateEvery":40,"checkpointEvery":40}
                """));
            Assert.Equal("succeeded", (string?)job["status"]);
            double[] losses =
            [
                .. (await service.Client.Json((string)job["links"]!["metrics"]!))
                    .AsArray()
                    .Select(point => (double)point!["validationLoss"]!),
            ];
            Assert.True(losses[^1] < losses[0], $"{architecture}: {string.Join(", ", losses)}");

            string checkpoint = $"/v1/checkpoints/{job["latestCheckpoint"]}";
            Assert.Equal(engine, (string?)Machine(await service.Client.Http.GetByteArrayAsync($"{checkpoint}/weights"))["engine"]);
            if (architecture != "switch-unpool") // whose decoder wants the image beside the code: DecodeTests
            {
                await AssertDecodesToItsReconstruction(service.Client, checkpoint);
            }

            foreach (JsonNode? layer in (await service.Client.Json(checkpoint))["layers"]!.AsArray())
            {
                JsonNode tiles = await service.Client.Json($"{checkpoint}/layers/{layer!["name"]}/tiles?dataset=synthetic-digits&index=0");
                Assert.NotEmpty(tiles["maps"]!.AsArray());
            }

            Assert.NotEmpty(await service.Client.Http.GetByteArrayAsync($"{checkpoint}/onnx"));
        }

        bool isLoaded = File.ReadLines($"/proc/{service.Id}/maps").Any(line => line.Contains("libtorch_cpu", StringComparison.Ordinal));
        Assert.Equal(loadsLibtorch, isLoaded);
    }

    [Theory]
    [InlineData("simd")]
    [InlineData("torchsharp")]
    public async Task A_killed_run_resumes_to_the_weights_of_an_uninterrupted_one(string engine)
    {
        string interrupted = await StartAndKill(engine);
        await using ServiceProcess after = await ServiceProcess.Start(_folder, ("Training__Engine", engine));
        JsonNode resumed = await after.Client.Ended(interrupted), whole = await after.Client.Ended(await after.Client.Submit(Long));
        Assert.Equal("succeeded", (string?)resumed["status"]);
        Assert.Equal(2, (int?)resumed["attempt"]);
        Assert.Empty(resumed["warnings"]!.AsArray());
        Assert.Equal(await Sha(whole), await Sha(resumed));

        async Task<string> Sha(JsonNode job) => (string)(await after.Client.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;
    }

    [Fact]
    public async Task A_run_that_is_resumed_on_the_other_engine_says_so()
    {
        string interrupted = await StartAndKill("simd");
        await using ServiceProcess after = await ServiceProcess.Start(_folder, ("Training__Engine", "torchsharp"));
        JsonNode resumed = await after.Client.Ended(interrupted);
        Assert.Equal("succeeded", (string?)resumed["status"]);
        string warning = (string)Assert.Single(resumed["warnings"]!.AsArray())!;
        Assert.Matches("^Resumed at step [0-9]+ by the engine torchsharp \\(started by simd\\): ", warning);
    }

    private async Task<string> StartAndKill(string engine)
    {
        await using ServiceProcess before = await ServiceProcess.Start(_folder, ("Training__Engine", engine));
        string job = await before.Client.Submit(Long);
        await before.Client.Await(job, state => (int)state["progress"]!["step"]! > 60);
        await before.Kill();
        return job;
    }

    private static async Task AssertDecodesToItsReconstruction(ServiceClient client, string checkpoint)
    {
        const string Digit = "dataset=synthetic-digits&index=3";
        JsonNode code = await client.Json($"{checkpoint}/encode?{Digit}"),
            reconstruction = await client.Json($"{checkpoint}/reconstruction?{Digit}");
        var body = new JsonObject { ["shape"] = code["shape"]!.DeepClone(), ["values"] = code["values"]!.DeepClone() };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{checkpoint}/decode") { Content = JsonContent.Create(body) };
        request.Headers.Accept.ParseAdd("application/json");
        using HttpResponseMessage decoded = await client.Http.SendAsync(request);
        string text = await decoded.Content.ReadAsStringAsync();
        Assert.True(decoded.IsSuccessStatusCode, text);
        Assert.Equal(Numbers(reconstruction["pixels"]!), Numbers(JsonNode.Parse(text)!["pixels"]!));
    }

    private static double[] Numbers(JsonNode node) =>
        node is JsonArray array ? [.. array.SelectMany(item => Numbers(item!))] : [(double)node];

    private static JsonNode Machine(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        return JsonNode.Parse((string)JsonNode.Parse(file.AsSpan(8, length))!["__metadata__"]!["machine"]!)!;
    }
}
