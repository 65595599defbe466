using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class CheckpointTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task A_job_keeps_a_checkpoint_of_every_interval_and_of_its_end()
    {
        JsonNode page = await Service.Json($"/v1/checkpoints?jobId={trained.Jobs["strided"]["id"]}");
        Assert.Equal([40, 20], page["items"]!.AsArray().Select(checkpoint => (int)checkpoint!["step"]!));
        Assert.Null(page["items"]![1]!["losses"]!["test"]);
        Assert.NotNull(page["items"]![0]!["losses"]!["test"]);
    }

    [Fact]
    public async Task The_weights_are_the_file_that_the_checkpoint_describes()
    {
        JsonNode checkpoint = await Service.Json(trained.CheckpointOf("strided"));
        using HttpResponseMessage response = await Service.Http.GetAsync($"{trained.CheckpointOf("strided")}/weights");
        byte[] file = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((int)checkpoint["bytes"]!, file.Length);
        Assert.Equal((string?)checkpoint["sha256"], Convert.ToHexStringLower(SHA256.HashData(file)));
        Assert.Equal($"\"{checkpoint["sha256"]}\"", response.Headers.ETag!.Tag);
        Checkpoint read = CheckpointFile.Read(file).Value();
        Assert.Equal(40, read.Step);

        using var again = new HttpRequestMessage(HttpMethod.Get, $"{trained.CheckpointOf("strided")}/weights");
        again.Headers.IfNoneMatch.Add(response.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, (await Service.Http.SendAsync(again)).StatusCode);

        using var part = new HttpRequestMessage(HttpMethod.Get, $"{trained.CheckpointOf("strided")}/weights")
        {
            Headers = { Range = new RangeHeaderValue(8, 15) },
        };
        using HttpResponseMessage partial = await Service.Http.SendAsync(part);
        Assert.Equal(HttpStatusCode.PartialContent, partial.StatusCode);
        Assert.Equal(file[8..16], await partial.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Latest_is_the_newest_checkpoint_and_best_has_the_lowest_test_loss()
    {
        JsonArray all = (await Service.Json("/v1/checkpoints?limit=200"))["items"]!.AsArray();
        all = [.. all.Where(checkpoint => !(bool)checkpoint!["imported"]!).Select(checkpoint => checkpoint!.DeepClone())];
        Assert.Equal((string)all[0]!["id"]!, all.Select(checkpoint => (string)checkpoint!["id"]!).Max(StringComparer.Ordinal));
        double best = (double)(await Service.Json("/v1/checkpoints/best"))["losses"]!["test"]!;
        Assert.All(all.Where(checkpoint => checkpoint!["losses"]!["test"] is not null), checkpoint =>
            Assert.True((double)checkpoint!["losses"]!["test"]! >= best));
    }

    [Fact]
    public async Task The_layers_hold_all_parameters_of_the_network()
    {
        JsonArray layers = (await Service.Json($"{trained.CheckpointOf("strided")}/layers")).AsArray();
        Assert.Equal(["conv1", "code", "deconv1", "output"], layers.Select(layer => (string)layer!["name"]!));
        Assert.Equal([416, 12832, 12800, 400], layers.Select(layer => (int)layer!["parameters"]!));
    }

    [Theory]
    [InlineData("/v1/checkpoints/nothing", HttpStatusCode.NotFound)]
    [InlineData("/v1/checkpoints/00000000-0000-0000-0000-000000000000/weights", HttpStatusCode.NotFound)]
    [InlineData("/v1/checkpoints/..%2f..%2fetc%2fpasswd/layers", HttpStatusCode.NotFound)]
    [InlineData("/v1/checkpoints?architecture=cnn", HttpStatusCode.BadRequest)]
    [InlineData("/v1/checkpoints?jobId=x", HttpStatusCode.BadRequest)]
    public async Task A_checkpoint_that_is_not_there_is_answered_with_a_problem(string path, HttpStatusCode status) =>
        await Expect.Problem(status, await Service.Http.GetAsync(path));
}
