using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class CodeTests(TrainedService trained)
{
    private const string Dataset = "dataset=synthetic-digits";
    private const string Npy = "application/x-npy";

    private HttpClient Http => trained.Service.Http;

    public static TheoryData<string> Architectures => [.. TrainedService.Architectures];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task A_code_comes_as_numbers_and_goes_back_to_the_very_bits_of_the_reconstruction(string architecture)
    {
        string checkpoint = trained.CheckpointOf(architecture);
        JsonNode expected = (await trained.Service.Json($"{checkpoint}/reconstruction?{Dataset}&index=3"))["pixels"]!;
        JsonNode code = await trained.Service.Json($"{checkpoint}/encode?{Dataset}&index=3");
        int[] shape = architecture == "dense" ? [64, 1, 1] : [32, 7, 7];
        Assert.Equal(shape, Numbers<int>(code["shape"]));

        using HttpResponseMessage byJson = await Decode(checkpoint, code.ToJsonString(), $"?{Dataset}&switchesFrom=3");
        Assert.Equal(Numbers<float>(expected), Numbers<float>(await Pixels(byJson)));

        using HttpResponseMessage file = await Send(HttpMethod.Get, $"{checkpoint}/encode?{Dataset}&index=3", null, Npy);
        Assert.Equal(Npy, file.Content.Headers.ContentType?.MediaType);
        byte[] npy = await file.Content.ReadAsByteArrayAsync();
        Assert.Equal(Numbers<float>(code["values"]), NpyFile.Read(npy, shape).Value());
        using HttpResponseMessage byFile = await Send(
            HttpMethod.Post,
            $"{checkpoint}/decode?{Dataset}&switchesFrom=3",
            Body(npy),
            "application/json");
        Assert.Equal(Numbers<float>(expected), Numbers<float>(await Pixels(byFile)));
    }

    [Fact]
    public async Task An_uploaded_digit_is_encoded_as_the_same_digit_of_the_data_set_is()
    {
        string path = $"{trained.CheckpointOf("strided")}/encode";
        var png = new ByteArrayContent(await Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png"))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("image/png") },
        };
        Assert.Equal(
            await Http.GetStringAsync($"{path}?{Dataset}&index=3"),
            await (await Http.PostAsync(path, png)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_decoded_code_is_an_image_by_default()
    {
        string checkpoint = trained.CheckpointOf("nearest-unpool");
        string code = await Http.GetStringAsync($"{checkpoint}/encode?{Dataset}");
        using HttpResponseMessage decoded = await trained.Service.Post($"{checkpoint}/decode?scale=3", code);
        Assert.Equal((84, 84), await Expect.Png(decoded));
        Assert.Equal(
            await Http.GetByteArrayAsync($"{checkpoint}/reconstruction?{Dataset}&scale=3"),
            await decoded.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Switches_come_from_an_image_and_without_one_the_answer_says_so()
    {
        string checkpoint = trained.CheckpointOf("switch-unpool");
        JsonNode code = await trained.Service.Json($"{checkpoint}/encode?{Dataset}&index=3");
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Decode(checkpoint, code.ToJsonString()));
        Assert.Equal("urn:autoencoder-api:problem:switches-missing", (string?)problem["type"]);
        await Expect.Problem(HttpStatusCode.NotFound, await Decode(checkpoint, code.ToJsonString(), $"?{Dataset}&switchesFrom=2000"));

        byte[] png = await Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png");
        code["pixels"] = new JsonArray([.. (await PixelsOf(png)).Select(pixel => (JsonNode)(pixel / 255f))]);
        JsonNode expected = (await trained.Service.Json($"{checkpoint}/reconstruction?{Dataset}&index=3"))["pixels"]!;
        Assert.Equal(Numbers<float>(expected), Numbers<float>(await Pixels(await Decode(checkpoint, code.ToJsonString()))));
        Assert.NotEqual(
            Numbers<float>(expected),
            Numbers<float>(await Pixels(await Decode(checkpoint, Without(code), $"?{Dataset}&switchesFrom=4"))));

        code["pixels"]!.AsArray().RemoveAt(0);
        await Expect.Problem(HttpStatusCode.BadRequest, await Decode(checkpoint, code.ToJsonString()));

        static string Without(JsonNode code)
        {
            JsonNode copy = code.DeepClone();
            copy.AsObject().Remove("pixels");
            return copy.ToJsonString();
        }
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("""{"shape":null,"values":[1]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"shape":[64,1,1],"values":[VALUES],"more":1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"shape":[64,1,1],"values":[NaN]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"shape":[8,8],"values":[VALUES]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"shape":[64,1,1],"values":[1,2]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"shape":[64,1,1],"values":[VALUES,1]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"shape":[64,1,1],"values":[1e39VALUES]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"shape":[64,1,1],"values":[-2e15VALUES]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"shape":[64,1,1],"values":[1e15VALUES]}""", HttpStatusCode.OK)]
    public async Task A_code_that_is_none_of_this_network_is_refused(string json, HttpStatusCode status)
    {
        string ones = string.Join(',', Enumerable.Repeat(1, 64));
        using HttpResponseMessage response = await Decode(
            trained.CheckpointOf("dense"),
            json.Replace("5VALUES", $"5{ones[1..]}", StringComparison.Ordinal)
                .Replace("9VALUES", $"9{ones[1..]}", StringComparison.Ordinal)
                .Replace("VALUES", ones, StringComparison.Ordinal));
        if (status == HttpStatusCode.OK)
        {
            Assert.All(Numbers<float>(await Pixels(response)), pixel => Assert.True(float.IsFinite(pixel)));
        }
        else
        {
            await Expect.Problem(status, response);
        }
    }

    [Fact]
    public async Task A_file_that_is_no_code_of_this_network_is_refused_and_nothing_breaks()
    {
        string path = $"{trained.CheckpointOf("dense")}/decode";
        float[] values = [.. Enumerable.Range(0, 64).Select(i => i / 64f)];
        byte[] whole = NpyFile.Write([64, 1, 1], values);
        Assert.Equal((28, 28), await Expect.Png(await Http.PostAsync(path, Body(whole))));
        await Refused(HttpStatusCode.BadRequest, Body([]));
        await Refused(HttpStatusCode.UnprocessableEntity, Body(whole[..^1]));
        await Refused(HttpStatusCode.UnprocessableEntity, Body([.. whole, 0]));
        await Refused(HttpStatusCode.UnprocessableEntity, Body(NpyFile.Write([32, 2, 1], values)));
        await Refused(HttpStatusCode.UnprocessableEntity, Body(NpyFile.Write([64, 1, 1], [.. values[1..], float.NaN])));
        await Refused(HttpStatusCode.UnprocessableEntity, Body(NpyFile.Write([64, 1, 1], [.. values[1..], float.NegativeInfinity])));
        Assert.Equal((28, 28), await Expect.Png(await Http.PostAsync(path, new ByteArrayContent(whole)))); // its first bytes tell
        await Refused(HttpStatusCode.UnsupportedMediaType, new ByteArrayContent([1, 2, 3]));
        await Refused(HttpStatusCode.UnsupportedMediaType, new StringContent("1, 2, 3", MediaTypeHeaderValue.Parse("text/csv")));
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] mutated = [.. whole];
            mutated[random.Next(128)] = (byte)random.Next(256);
            using HttpResponseMessage response = await Http.PostAsync(path, Body(mutated));
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity, $"{response.StatusCode} at {i}");
        }

        async Task Refused(HttpStatusCode status, HttpContent body) => await Expect.Problem(status, await Http.PostAsync(path, body));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task The_way_between_two_digits_begins_and_ends_at_their_reconstructions(string architecture)
    {
        string checkpoint = trained.CheckpointOf(architecture);
        string path = $"{checkpoint}/interpolation?{Dataset}&from=3&to=4&frames=5";
        JsonArray frames = (await trained.Service.Json(path))["frames"]!.AsArray();
        Assert.Equal([0, 0.25f, 0.5f, 0.75f, 1], frames.Select(frame => (float)frame!["position"]!));
        foreach ((int frame, int index) in ((int, int)[])[(0, 3), (4, 4)])
        {
            JsonNode reconstruction = await trained.Service.Json($"{checkpoint}/reconstruction?{Dataset}&index={index}");
            Assert.Equal(Numbers<float>(reconstruction["pixels"]), Numbers<float>(frames[frame]!["pixels"]));
        }

        byte[] strip = await Http.GetByteArrayAsync($"{path}&scale=1"),
            first = await Http.GetByteArrayAsync($"{checkpoint}/reconstruction?{Dataset}&index=3"),
            last = await Http.GetByteArrayAsync($"{checkpoint}/reconstruction?{Dataset}&index=4");
        (byte[] row, byte[] start, byte[] end) = (await PixelsOf(strip), await PixelsOf(first), await PixelsOf(last));
        int width = (5 * 28) + (4 * 2);
        Assert.Equal(width * 28, row.Length);
        for (int y = 0; y < 28; y++)
        {
            Assert.Equal(start[(y * 28)..((y + 1) * 28)], row[(y * width)..((y * width) + 28)]);
            Assert.Equal(end[(y * 28)..((y + 1) * 28)], row[(((y + 1) * width) - 28)..((y + 1) * width)]);
        }
    }

    [Theory]
    [InlineData("interpolation?frames=1", HttpStatusCode.BadRequest)]
    [InlineData("interpolation?frames=65", HttpStatusCode.BadRequest)]
    [InlineData("interpolation?scale=33", HttpStatusCode.BadRequest)]
    [InlineData("interpolation?frames=64&scale=32", HttpStatusCode.UnprocessableEntity)] // more pixels than this service draws
    [InlineData("interpolation?dataset=synthetic-digits&from=2000", HttpStatusCode.NotFound)]
    [InlineData("interpolation?dataset=synthetic-digits&to=-1", HttpStatusCode.NotFound)]
    [InlineData("interpolation?dataset=imagenet", HttpStatusCode.NotFound)]
    [InlineData("encode?dataset=synthetic-digits&index=2000", HttpStatusCode.NotFound)]
    [InlineData("encode?dataset=synthetic-digits&split=dev", HttpStatusCode.BadRequest)]
    public async Task A_question_that_makes_no_sense_is_answered_with_a_problem(string question, HttpStatusCode status) =>
        await Expect.Problem(status, await Http.GetAsync($"{trained.CheckpointOf("strided")}/{question}"));

    private Task<HttpResponseMessage> Decode(string checkpoint, string code, string query = "") =>
        Send(
            HttpMethod.Post,
            $"{checkpoint}/decode{query}",
            new StringContent(code, MediaTypeHeaderValue.Parse("application/json")),
            "application/json");

    private Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body, string accept)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Accept.ParseAdd(accept);
        return Http.SendAsync(request);
    }

    private static ByteArrayContent Body(byte[] npy) => new(npy) { Headers = { ContentType = new MediaTypeHeaderValue(Npy) } };

    private static async Task<JsonNode?> Pixels(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!["pixels"];
    }

    private static async Task<byte[]> PixelsOf(byte[] png)
    {
        using ImageDecoder decoder = new ImageDecoder(new ImageLimits());
        return (await decoder.DecodeAsync(png, channels: 1, AnyMemory.New(), CancellationToken.None)).Value().Planes[0].Pixels;
    }

    private static T[] Numbers<T>(JsonNode? array)
        where T : IParsable<T> => [.. array!.AsArray().Select(number => T.Parse(number!.ToJsonString(), CultureInfo.InvariantCulture))];
}
