using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Images;

namespace AutoencoderApi.Api.Tests.Datasets;

[Collection(TrainedCollection.Name)]
public sealed class OwnShapeTests(TrainedService trained)
{
    private const int Width = 12, Height = 16;

    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task Coloured_images_of_ones_own_size_go_from_a_zip_through_every_architecture_to_tiles_in_that_size()
    {
        byte[] zip = OwnImages.Zip(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    ($"{i % 4}/{i:d2}.png", PngFile.Write(Width, Height, 8, PngFile.Color, OwnImages.Noise(i, Width * Height * 3)))));
        using HttpResponseMessage put = await Service.PutZip("tiny-colours", zip);
        Assert.True(put.StatusCode == HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
        Assert.Equal(
            (Width * 3, Height * 3),
            await Expect.Png(await Service.Http.GetAsync("/v1/datasets/tiny-colours/test/0.png?scale=3")));

        using HttpResponseMessage made = await Service.Post(
            "/v1/experiments",
            """
            {"preset":"convolutional-autoencoder","common":{"dataset":"tiny-colours","steps":6,
            "batchSize":8,"evaluateEvery":3,"channels":[2,3],"denseWidths":[9,5]}}
            """);
        Assert.True(made.StatusCode == HttpStatusCode.Accepted, await made.Content.ReadAsStringAsync());
        JsonNode experiment = await Service.Await(made.Headers.Location!.ToString(), state => (string?)state["status"] == "ended");
        foreach (JsonNode job in experiment["jobs"]!.AsArray().Select(job => job!))
        {
            Assert.Equal("succeeded", (string?)job["status"]);
            string model = $"/v1/checkpoints/{job["latestCheckpoint"]}", digit = "dataset=tiny-colours&split=test&index=1";
            Assert.Equal("3,16,12", string.Join(',', (await Service.Json($"{model}/layers")).AsArray()[^1]!["shape"]!.AsArray()));
            Assert.Equal((Width * 2, Height * 2), await Expect.Png(await Service.Http.GetAsync($"{model}/reconstruction?{digit}&scale=2")));
            Assert.Equal(3 * Width * Height, (await Service.Json($"{model}/reconstruction?{digit}"))["pixels"]!.AsArray().Count);
            Assert.Equal(
                ((3 * Width) + 2, Height),
                await Expect.Png(await Service.Http.GetAsync($"{model}/layers/output/tiles?{digit}&columns=3&gap=1&scale=1")));
        }

        string report = await Service.Http.GetStringAsync((string)experiment["links"]!["report"]!);
        Assert.Contains("3 × 4 × 3", report); // the code of strided, in channels, height and width
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync((string)experiment["links"]!["self"]!)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/tiny-colours")).StatusCode);
    }
}
