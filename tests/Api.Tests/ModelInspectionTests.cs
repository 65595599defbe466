using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class ModelInspectionTests(TrainedService trained)
{
    private const string Dataset = "dataset=synthetic-digits";

    private HttpClient Client => trained.Service.Http;

    public static TheoryData<string, string, int, int, int> Layers =>
        new()
        {
            { "strided", "conv1", 16, 14, 14 },
            { "strided", "code", 32, 7, 7 },
            { "strided", "deconv1", 16, 14, 14 },
            { "strided", "output", 1, 28, 28 },
            { "zero-unpool", "conv1", 16, 28, 28 },
            { "zero-unpool", "pool1", 16, 14, 14 },
            { "zero-unpool", "conv2", 32, 14, 14 },
            { "zero-unpool", "code", 32, 7, 7 },
            { "zero-unpool", "deconv1", 16, 7, 7 },
            { "zero-unpool", "unpool1", 16, 14, 14 },
            { "zero-unpool", "deconv2", 1, 14, 14 },
            { "zero-unpool", "output", 1, 28, 28 },
            { "nearest-unpool", "unpool1", 16, 14, 14 },
            { "nearest-unpool", "output", 1, 28, 28 },
            { "switch-unpool", "unpool1", 32, 14, 14 },
            { "switch-unpool", "deconv1", 16, 14, 14 },
            { "switch-unpool", "unpool2", 16, 28, 28 },
            { "switch-unpool", "output", 1, 28, 28 },
            { "dense", "hidden1", 300, 1, 1 },
            { "dense", "code", 64, 1, 1 },
            { "dense", "hidden2", 300, 1, 1 },
            { "dense", "output", 1, 28, 28 },
        };

    [Theory]
    [MemberData(nameof(Layers))]
    public async Task Every_layer_has_its_shape_and_its_tiles(string architecture, string layer, int channels, int height, int width)
    {
        string path = $"{trained.CheckpointOf(architecture)}/layers/{layer}/tiles?{Dataset}&scale=2&gap=1&count=all";
        JsonNode json = await trained.Service.Json(path);
        Assert.Equal([channels, height, width], json["shape"]!.AsArray().Select(size => (int)size!));
        (int tiles, int tileHeight, int tileWidth) = (channels, height, width) switch
        {
            (300, _, _) => (1, 15, 20),
            (64, _, _) => (1, 8, 8),
            _ => (channels, height, width),
        };
        Assert.Equal(tiles, json["maps"]!.AsArray().Count);
        int columns = (int)Math.Ceiling(Math.Sqrt(tiles)), rows = (tiles + columns - 1) / columns;
        Assert.Equal(((columns * tileWidth * 2) + columns - 1, (rows * tileHeight * 2) + rows - 1), await Expect.Png(await Get(path)));
    }

    [Fact]
    public async Task Zero_fill_is_dotted_and_nearest_is_made_of_blocks()
    {
        GrayImage dotted = await Decode(await Get($"{trained.CheckpointOf("zero-unpool")}/layers/output/tiles?{Dataset}&scale=1"));
        GrayImage blocks = await Decode(await Get($"{trained.CheckpointOf("nearest-unpool")}/layers/output/tiles?{Dataset}&scale=1"));
        for (int y = 0; y < 28; y++)
        {
            for (int x = 0; x < 28; x++)
            {
                Assert.True((x % 2 == 0 && y % 2 == 0) || dotted.Pixels[(y * 28) + x] == 0, $"zero-fill has ink at {x},{y}");
                Assert.Equal(blocks.Pixels[((y & ~1) * 28) + (x & ~1)], blocks.Pixels[(y * 28) + x]);
            }
        }
    }

    [Fact]
    public async Task A_digit_uploaded_in_any_form_is_reconstructed_like_the_same_digit_of_the_data_set()
    {
        string checkpoint = trained.CheckpointOf("strided");
        byte[] png = await Client.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png");
        double[] pixels =
        [
            .. (await Decode(await Get("/v1/datasets/synthetic-digits/test/3.png"))).Pixels.Select(value => (double)(value / 255f)),
        ];
        string expected = Mse(await Get($"{checkpoint}/reconstruction?{Dataset}&index=3"));
        var raw = new ByteArrayContent(png) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        Assert.Equal(expected, Mse(await Client.PostAsync($"{checkpoint}/reconstruction", raw)));
        Assert.Equal(expected, Mse(await Client.PostAsync($"{checkpoint}/reconstruction", Form("image", png))));
        Assert.Equal(
            expected,
            Mse(await trained.Service.Post($"{checkpoint}/reconstruction", $$"""{"pixels":[{{string.Join(',', pixels)}}]}"""))
        );

        static string Mse(HttpResponseMessage response) => response.Headers.GetValues("Reconstruction-Mse").Single();
    }

    [Fact]
    public async Task A_reconstruction_comes_as_an_image_or_as_numbers()
    {
        string path = $"{trained.CheckpointOf("strided")}/reconstruction?{Dataset}&index=1";
        Assert.Equal((28, 28), await Expect.Png(await Get(path)));
        Assert.Equal((28 * 8, 28 * 8), await Expect.Png(await Get($"{path}&scale=8")));
        (int pair, _) = await Expect.Png(await Get($"{path}&scale=4&layout=pair"));
        (int difference, _) = await Expect.Png(await Get($"{path}&scale=4&layout=difference"));
        Assert.True(28 * 8 <= pair && pair < difference && 28 * 12 <= difference);
        JsonNode json = await trained.Service.Json(path);
        Assert.Equal(784, json["pixels"]!.AsArray().Count);
        Assert.InRange((double)json["mse"]!, 1e-6, 0.2);
    }

    [Fact]
    public async Task The_two_row_figure_is_as_wide_as_its_digits()
    {
        (int ten, int height) = await Expect.Png(await Get($"{trained.CheckpointOf("strided")}/reconstructions?{Dataset}&scale=2"));
        (int three, _) = await Expect.Png(
            await Get($"{trained.CheckpointOf("strided")}/reconstructions?{Dataset}&scale=2&first=5&count=3"));
        Assert.True(ten >= 560 && height >= 112 && three is >= 168 and < 200);
    }

    [Theory]
    [InlineData("layers/nothing/tiles", HttpStatusCode.NotFound)]
    [InlineData("layers/code/tiles?count=none", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?count=0", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?first=32", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?scale=33", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?columns=0", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?gap=17", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?range=all", HttpStatusCode.BadRequest)]
    [InlineData("layers/code/tiles?palette=rainbow", HttpStatusCode.BadRequest)]
    [InlineData("reconstruction?scale=0", HttpStatusCode.BadRequest)]
    [InlineData("reconstruction?scale=big", HttpStatusCode.BadRequest)]
    [InlineData("reconstruction?layout=triple", HttpStatusCode.BadRequest)]
    [InlineData("reconstruction?dataset=imagenet", HttpStatusCode.NotFound)]
    [InlineData("reconstruction?dataset=fashion-mnist", HttpStatusCode.UnprocessableEntity)]
    [InlineData("reconstruction?dataset=synthetic-digits&split=dev", HttpStatusCode.BadRequest)]
    [InlineData("reconstruction?dataset=synthetic-digits&index=-1", HttpStatusCode.NotFound)]
    [InlineData("reconstruction?dataset=synthetic-digits&index=2000", HttpStatusCode.NotFound)]
    [InlineData("reconstructions?dataset=synthetic-digits&first=1999", HttpStatusCode.NotFound)]
    [InlineData("reconstructions?dataset=synthetic-digits&count=101", HttpStatusCode.BadRequest)]
    public async Task A_question_that_makes_no_sense_is_answered_with_a_problem(string question, HttpStatusCode status) =>
        await Expect.Problem(status, await Get($"{trained.CheckpointOf("strided")}/{question}"));

    [Fact]
    public async Task An_upload_that_is_no_image_is_refused_and_says_what_to_send()
    {
        string path = $"{trained.CheckpointOf("strided")}/reconstruction";
        byte[] png = await Client.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/0.png");
        await Refused(HttpStatusCode.UnsupportedMediaType, Form("image", "only text"u8.ToArray()));
        await Refused(HttpStatusCode.UnprocessableEntity, Form("image", png[..(png.Length / 2)]));
        await Refused(HttpStatusCode.UnprocessableEntity, Form("image", WithSize(png, 0, 0)));
        await Refused(HttpStatusCode.RequestEntityTooLarge, Form("image", WithSize(png, 30_000, 30_000)));
        await Refused(HttpStatusCode.BadRequest, Form("image", []));
        await Refused(HttpStatusCode.BadRequest, Form("picture", png));
        await Refused(HttpStatusCode.BadRequest, new ByteArrayContent([]));
        await Refused(
            HttpStatusCode.BadRequest,
            new StringContent("""{"pixels":[1,2,3]}""", MediaTypeHeaderValue.Parse("application/json"))
        );
        await Refused(HttpStatusCode.BadRequest, new StringContent("""{"pixels":null}""", MediaTypeHeaderValue.Parse("application/json")));
        await Refused(
            HttpStatusCode.BadRequest,
            new StringContent("not multipart at all", MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x")));
        await Expect.Problem(HttpStatusCode.BadRequest, await Client.PostAsync($"{path}?preprocess=magic", Form("image", png)));

        async Task Refused(HttpStatusCode status, HttpContent body) =>
            await Expect.Problem(status, await Client.PostAsync(path, body));
    }

    private static MultipartFormDataContent Form(string name, byte[] content) =>
        new() { { new ByteArrayContent(content), name, "digit.png" } };

    /// <summary>The PNG with another width and height in its header, checksum included (PNG specification, section 11.2.2).</summary>
    private static byte[] WithSize(byte[] png, int width, int height)
    {
        byte[] changed = [.. png];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(20), height);
        uint crc = uint.MaxValue;
        foreach (byte value in changed.AsSpan(12, 17))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(29), ~crc);
        return changed;
    }

    private static async Task<GrayImage> Decode(HttpResponseMessage response)
    {
        using ImageDecoder decoder = new ImageDecoder(new ImageLimits());
        Result<DecodedImage, ProblemHttpResult> decoding = await decoder.DecodeAsync(
            await response.Content.ReadAsByteArrayAsync(),
            channels: 1,
            AnyMemory.New(),
            CancellationToken.None);
        return decoding.Value().Planes[0];
    }

    private Task<HttpResponseMessage> Get(string path) => Client.GetAsync(path);
}
