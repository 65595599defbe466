using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class KernelTests(TrainedService trained)
{
    /// <summary>Of each layer with weights: their shape, how many tiles they make, and a tile's size.</summary>
    public static TheoryData<string, string, string, int, int, int> Layers =>
        new()
        {
            { "strided", "conv1", "16,1,5,5", 16, 5, 5 },
            { "strided", "code", "32,16,5,5", 512, 5, 5 },
            { "strided", "deconv1", "32,16,5,5", 512, 5, 5 },
            { "strided", "output", "16,1,5,5", 16, 5, 5 },
            { "zero-unpool", "conv2", "32,16,5,5", 512, 5, 5 },
            { "nearest-unpool", "deconv2", "16,1,5,5", 16, 5, 5 },
            { "switch-unpool", "output", "16,1,5,5", 16, 5, 5 },
            { "dense", "hidden1", "300,784", 300, 28, 28 },
            { "dense", "code", "64,300", 1, 64, 300 },
            { "dense", "hidden2", "300,64", 1, 300, 64 },
            { "dense", "output", "784,300", 300, 28, 28 },
        };

    [Theory]
    [MemberData(nameof(Layers))]
    public async Task Every_layer_with_weights_has_its_kernels_as_tiles_and_as_numbers(
        string architecture,
        string layer,
        string shape,
        int tiles,
        int height,
        int width)
    {
        string path = $"{trained.CheckpointOf(architecture)}/kernels/{layer}/tiles?count=all&scale=1&gap=0";
        JsonNode json = await trained.Service.Json(path);
        Assert.Equal(shape, string.Join(',', json["shape"]!.AsArray()));
        JsonArray kernels = json["kernels"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, tiles), kernels.Select(kernel => (int)kernel!["index"]!));
        Assert.All(kernels, kernel =>
            Assert.True((float)kernel!["min"]! <= (float)kernel["mean"]! && (float)kernel["mean"]! <= (float)kernel["max"]!));
        int columns = tiles == 512 ? 16 : (int)Math.Ceiling(Math.Sqrt(tiles)),
            rows = (tiles + columns - 1) / columns;
        Assert.Equal((columns * width, rows * height), await Expect.Png(await trained.Service.Http.GetAsync(path)));
    }

    [Fact]
    public async Task Some_of_the_kernels_are_named_by_what_they_read_and_add_to()
    {
        JsonNode reading = await trained.Service.Json($"{trained.CheckpointOf("strided")}/kernels/code/tiles?first=17&count=2");
        Assert.Equal("17: 1→1, 18: 2→1", Ends(reading));
        JsonNode drawing = await trained.Service.Json($"{trained.CheckpointOf("strided")}/kernels/deconv1/tiles?first=17&count=2");
        Assert.Equal("17: 1→1, 18: 1→2", Ends(drawing));

        static string Ends(JsonNode kernels) =>
            string.Join(", ", kernels["kernels"]!.AsArray().Select(kernel => $"{kernel!["index"]}: {kernel["from"]}→{kernel["to"]}"));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("pool1")]
    public async Task A_layer_without_kernels_is_answered_with_those_that_have_some(string layer)
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.NotFound,
            await trained.Service.Http.GetAsync($"{trained.CheckpointOf("zero-unpool")}/kernels/{layer}/tiles"));
        Assert.Equal("urn:autoencoder-api:problem:layer-not-found", (string?)problem["type"]);
        Assert.EndsWith("conv1, conv2, deconv1, deconv2.", (string?)problem["detail"]);
    }

    [Theory]
    [InlineData("first=512", HttpStatusCode.BadRequest)]
    [InlineData("count=none", HttpStatusCode.BadRequest)]
    [InlineData("palette=rainbow", HttpStatusCode.BadRequest)]
    [InlineData("count=all&scale=32", HttpStatusCode.UnprocessableEntity)] // more pixels than this service draws
    public async Task The_limits_are_those_of_a_layers_maps(string query, HttpStatusCode status) =>
        await Expect.Problem(status, await trained.Service.Http.GetAsync($"{trained.CheckpointOf("strided")}/kernels/code/tiles?{query}"));
}
