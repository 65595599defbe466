using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Tests;

/// <summary>Networks on images that are not grey 28×28, imported as checkpoints.</summary>
[Collection(TrainedCollection.Name)]
public sealed class ShapeTests(TrainedService trained)
{
    private static readonly TensorShape s_color = new(3, 12, 20);

    private HttpClient Http => trained.Service.Http;

    public static TheoryData<Architecture, int[]> Networks =>
        new()
        {
            { Architecture.Strided, [3, 12, 20] },
            { Architecture.NearestUnpool, [3, 64, 48] },
            { Architecture.SwitchUnpool, [1, 8, 8] },
            { Architecture.Dense, [3, 12, 20] },
        };

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task A_network_of_any_shape_is_looked_at_in_its_own_size_and_colours(Architecture architecture, int[] sizes)
    {
        (string path, Checkpoint checkpoint) = await Import(architecture, sizes);
        using var model = new Model(checkpoint);
        TensorShape shape = model.Definition.Input;
        float[] image = Drawn(shape);
        Assert.Equal(sizes, (await trained.Service.Json(path))["settings"]!["imageShape"]!.AsArray().Select(size => (int)size!));

        string body = $$"""{"pixels":[{{string.Join(',', image)}}]}""";
        float[] expected = model.Reconstruct(image);
        JsonNode numbers = await Json(await Post($"{path}/reconstruction", body));
        // libtorch adds in an order of its own
        Assert.Equal(expected, numbers["pixels"]!.AsArray().Select(value => (float)value!), (a, b) => Math.Abs(a - b) < 1e-5);
        byte[] drawn = await Pixels(await trained.Service.Post($"{path}/reconstruction", body), shape);
        AssertSame(InterleavedImage.FromUnit(shape, expected).Pixels, drawn);
        // of that size: untouched
        AssertSame(drawn, await Pixels(await Http.PostAsync($"{path}/reconstruction", Png(shape, image)), shape));
        AssertSame(drawn, await Pixels(await Http.PostAsync($"{path}/reconstruction?preprocess=none", Png(shape, image)), shape));
        Assert.Equal(
            ((shape.Width * 3 * 2) + 4, shape.Height * 2),
            await Expect.Png(await trained.Service.Post($"{path}/reconstruction?layout=difference&scale=2", body)));

        JsonNode code = await Json(await Post($"{path}/encode", body));
        Assert.Equal(model.Definition.CodeShape.ToArray(), code["shape"]!.AsArray().Select(size => (int)size!));
        string decode = $$"""
            {"shape":{{code["shape"]!.ToJsonString()}},"values":{{code["values"]!.ToJsonString()}},
            "pixels":[{{string.Join(',', image)}}]}
            """;
        AssertSame(drawn, await Pixels(await trained.Service.Post($"{path}/decode", decode), shape));

        foreach (Layer layer in model.Definition.Layers)
        {
            JsonNode tiles = await Json(await Post($"{path}/layers/{layer.Name}/tiles?count=all", body));
            Assert.Equal(layer.Output.ToArray(), tiles["shape"]!.AsArray().Select(size => (int)size!));
            await Expect.Png(await trained.Service.Post($"{path}/layers/{layer.Name}/tiles?scale=1", body));
        }

        int perUnit = shape.Channels;
        Layer first = model.Definition.Layers[0];
        JsonNode kernels = await trained.Service.Json($"{path}/kernels/{first.Name}/tiles?count=all");
        Assert.Equal(first.Output.Channels * perUnit, kernels["kernels"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_image_of_another_size_is_fitted_onto_black_in_its_colours()
    {
        (string path, Checkpoint checkpoint) = await Import(Architecture.Strided, s_color.ToArray());
        using var model = new Model(checkpoint);
        byte[] red = [.. Enumerable.Repeat((byte[])[200, 100, 0], 40 * 20).SelectMany(pixel => pixel)]; // 40×20: 20×10 in the frame
        float[] framed = new float[s_color.Count];
        for (int i = 20; i < 220; i++)
        {
            (framed[i], framed[240 + i]) = (200 / 255f, 100 / 255f);
        }

        byte[] expected = InterleavedImage.FromUnit(s_color, model.Reconstruct(framed)).Pixels;
        foreach (string preprocess in (string[])["auto", "resize"])
        {
            var body = new ByteArrayContent(PngFile.Write(40, 20, 8, PngFile.Color, red));
            Assert.Equal(expected, await Pixels(await Http.PostAsync($"{path}/reconstruction?preprocess={preprocess}", body), s_color));
        }
    }

    [Fact]
    public async Task What_does_not_fit_the_networks_shape_is_refused_and_both_shapes_are_told()
    {
        (string path, _) = await Import(Architecture.Strided, s_color.ToArray());
        foreach (string question in (string[])["reconstruction?", "reconstructions?", "encode?", "layers/code/tiles?", "interpolation?"])
        {
            JsonNode problem = await Expect.Problem(
                HttpStatusCode.UnprocessableEntity,
                await Http.GetAsync($"{path}/{question}dataset=synthetic-digits"));
            Assert.Equal("urn:autoencoder-api:problem:picture-unusable", (string?)problem["type"]);
            Assert.Contains("[1, 28, 28]", (string?)problem["detail"], StringComparison.Ordinal);
            Assert.Contains("[3, 12, 20]", (string?)problem["detail"], StringComparison.Ordinal);
        }

        JsonNode mnist = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Http.PostAsync($"{path}/reconstruction?preprocess=mnist", Png(s_color, Drawn(s_color))));
        Assert.Contains("[1, 28, 28]", (string?)mnist["detail"], StringComparison.Ordinal);
        await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Http.PostAsync($"{path}/reconstruction?preprocess=none", Png(new(3, 8, 8), Drawn(new(3, 8, 8)))));
        await Expect.Problem(
            HttpStatusCode.BadRequest,
            await trained.Service.Post($"{path}/reconstruction", $$"""{"pixels":[{{string.Join(',', new float[784])}}]}""")
        );

        string id = path[(path.LastIndexOf('/') + 1)..];
        JsonNode start = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await trained.Service.Post("/v1/training-jobs", $$"""{"dataset":"synthetic-digits","startFrom":"{{id}}"}""")
        );
        Assert.Equal("urn:autoencoder-api:problem:unprocessable", (string?)start["type"]);
    }

    [Fact]
    public async Task The_largest_image_and_code_are_taken_as_JSON()
    {
        (string path, Checkpoint checkpoint) = await Import(Architecture.Strided, [3, 128, 128], [2, 64], train: false);
        using var model = new Model(checkpoint);
        float[] image = [.. Drawn(model.Definition.Input).Select(value => value == 0 ? 0.12345679f : value)];
        string body = $$"""{"pixels":[{{string.Join(',', image)}}]}""";
        Assert.Equal((128, 128), await Expect.Png(await trained.Service.Post($"{path}/reconstruction", body)));
        JsonNode code = await Json(await Post($"{path}/encode", body));
        Assert.Equal((128, 128), await Expect.Png(await trained.Service.Post($"{path}/decode", code.ToJsonString())));
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await trained.Service.Post($"{path}/reconstruction?scale=32&layout=pair", body));
        Assert.Equal("urn:autoencoder-api:problem:figure-too-large", (string?)problem["type"]);
    }

    private async Task<(string Path, Checkpoint Checkpoint)> Import(
        Architecture architecture,
        int[] shape,
        int[]? channels = null,
        bool train = true)
    {
        TensorShape images = TensorShape.Of(shape);
        TrainingSettings settings = TrainingSettings.For(architecture, "colours", output: Activation.Sigmoid) with
        {
            ImageShape = shape,
            Channels = channels ?? [3, 5],
            DenseWidths = [20, 6],
            KernelSize = 3,
            Steps = 5,
            BatchSize = 4,
            WarmupSteps = 0,
        };
        DatasetSplit set = new DatasetSplit(images, (byte[])[.. Enumerable.Range(0, 10 * images.Count).Select(i => (byte)(i * 7))],
            new byte[10]);
        Checkpoint checkpoint = Trainer.CreateInitialState(settings, threads: 1);
        if (train)
        {
            checkpoint = new Trainer(new Dataset("colours", set, set, set), checkpoint)
                .Train(CancellationToken.None)
                .OfType<TrainingEvent.Checkpointed>()
                .Last()
                .Checkpoint;
        }

        using var body = new ByteArrayContent(CheckpointFile.Write(checkpoint))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };
        using HttpResponseMessage response = await Http.PostAsync("/v1/checkpoints", body);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (response.Headers.Location!.ToString(), checkpoint);
    }

    /// <summary>The same bytes, but for a last bit of a float that lies between two of them.</summary>
    private static void AssertSame(byte[] expected, byte[] actual) => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1);

    /// <summary>Values that are whole bytes, so that a PNG holds them exactly.</summary>
    private static float[] Drawn(TensorShape shape) => [.. Enumerable.Range(0, shape.Count).Select(i => (byte)(i * 5) / 255f)];

    private static ByteArrayContent Png(TensorShape shape, float[] values) => new(PngFile.Write(
        shape.Width, shape.Height, 8, shape.Channels == 1 ? PngFile.Gray : PngFile.Color, InterleavedImage.FromUnit(shape, values).Pixels));

    private async Task<HttpResponseMessage> Post(string path, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Accept.ParseAdd("application/json");
        return await Http.SendAsync(request);
    }

    private static async Task<JsonNode> Json(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The pixels of a PNG of that shape, in the order of <see cref="InterleavedImage.Pixels"/>.</summary>
    private static async Task<byte[]> Pixels(HttpResponseMessage response, TensorShape shape)
    {
        Assert.Equal((shape.Width, shape.Height), await Expect.Png(response));
        using ImageDecoder decoder = new ImageDecoder(new ImageLimits());
        byte[] png = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(shape.Channels == 1 ? PngFile.Gray : PngFile.Color, png[25]); // the header's colour type
        var decoded = (await decoder.DecodeAsync(png, shape.Channels, AnyMemory.New(), CancellationToken.None)).Value();
        return InterleavedImage.FromPlanes(shape, (byte[])[.. decoded.Planes.SelectMany(plane => plane.Pixels)]).Pixels;
    }
}
