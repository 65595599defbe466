using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain.Numerics;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests;

/// <summary>Many images or codes in one NPY file.</summary>
[Collection(TrainedCollection.Name)]
public sealed class BatchTests(TrainedService trained)
{
    private const int Pixels = 784;
    private const string Dataset = "dataset=synthetic-digits";
    private const HttpStatusCode Bad = HttpStatusCode.UnprocessableEntity, Large = HttpStatusCode.RequestEntityTooLarge;
    private const string Unusable = "urn:autoencoder-api:problem:picture-unusable";

    private HttpClient Http => trained.Service.Http;

    public static TheoryData<string> Architectures => [.. TrainedService.Architectures];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task Every_item_of_a_batch_has_the_bits_that_it_has_alone(string architecture)
    {
        string path = trained.CheckpointOf(architecture);
        const int Count = 300; // more than one pass
        byte[] images = NpyAnswer.File(await Digits(Count), Count, 1, 28, 28);
        int[] asked = [0, 1, 150, Count - 1];
        (string shape, float[] reconstructions) = await Send($"{path}/reconstruction", images);
        Assert.Equal("300, 1, 28, 28", shape);
        (string codeShape, float[] codes) = await Send($"{path}/encode", images);
        int size = codes.Length / Count;
        foreach (int index in asked)
        {
            JsonNode alone = await trained.Service.Json($"{path}/reconstruction?{Dataset}&index={index}"),
                code = await trained.Service.Json($"{path}/encode?{Dataset}&index={index}");
            Assert.Equal(Numbers(alone["pixels"]!), reconstructions[(index * Pixels)..((index + 1) * Pixels)]);
            Assert.Equal(Numbers(code["values"]!), codes[(index * size)..((index + 1) * size)]);
            Assert.Equal($"300, {string.Join(", ", Numbers(code["shape"]!))}", codeShape);
        }

        byte[] sent = NpyFile.Write([.. codeShape.Split(", ").Select(axis => int.Parse(axis, CultureInfo.InvariantCulture))], codes);
        if (architecture == "switch-unpool")
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Post($"{path}/decode?switchesFrom=1", sent));
            Assert.Equal("urn:autoencoder-api:problem:switches-missing", (string?)problem["type"]);
        }
        else
        {
            Assert.Equal(reconstructions, (await Send($"{path}/decode", sent)).Values);
        }
    }

    [Fact]
    public async Task A_layers_values_come_of_one_image_as_JSON_or_NPY_and_of_a_batch_as_NPY()
    {
        string path = $"{trained.CheckpointOf("zero-unpool")}/layers/deconv1/values";
        JsonNode layer = await trained.Service.Json($"{path}?{Dataset}&index=2");
        Assert.Equal(("deconv1", "[16,7,7]"), ((string?)layer["layer"], layer["shape"]!.ToJsonString()));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?{Dataset}&index=2");
        request.Headers.Accept.ParseAdd(NpyAnswer.Type);
        (string shape, float[] values) = await NpyAnswer.Read(await Http.SendAsync(request));
        Assert.Equal("16, 7, 7", shape);
        Assert.Equal(Numbers(layer["values"]!), values);
        (shape, float[] batch) = await Send(path, NpyAnswer.File(await Digits(3), 3, 1, 28, 28));
        Assert.Equal("3, 16, 7, 7", shape);
        Assert.Equal(values, batch[(2 * values.Length)..]);
        using var png = new ByteArrayContent(await Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/2.png"));
        png.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        Assert.Equal(
            layer.ToJsonString(),
            JsonNode.Parse(await (await Http.PostAsync(path, png)).Content.ReadAsStringAsync())!.ToJsonString());
        foreach (HttpResponseMessage missing in (HttpResponseMessage[])
            [
                await Http.GetAsync($"{trained.CheckpointOf("strided")}/layers/pool1/values"),
                await Post($"{trained.CheckpointOf("strided")}/layers/pool1/values", NpyFile.Write([1, 1, 28, 28], new float[Pixels])),
            ])
        {
            Assert.Equal(
                "urn:autoencoder-api:problem:layer-not-found",
                (string?)(await Expect.Problem(HttpStatusCode.NotFound, missing))["type"]);
        }
    }

    [Fact]
    public async Task Bytes_are_255ths_one_image_is_a_batch_too_and_the_first_bytes_tell_a_batch()
    {
        string path = $"{trained.CheckpointOf("dense")}/encode";
        float[] digits = await Digits(2);
        (_, float[] expected) = await Send(path, NpyFile.Write([2, 1, 28, 28], digits));
        byte[] bytes = NpyFile.Write([2, 1, 28, 28], [.. digits.Select(value => (byte)MathF.Round(value * 255))]);
        Assert.Equal(expected, (await Send(path, bytes)).Values);
        using HttpResponseMessage untyped = await Http.PostAsync(path, new ByteArrayContent(bytes));
        Assert.Equal(expected, (await NpyAnswer.Read(untyped)).Values);
        (string shape, float[] one) = await Send(path, NpyAnswer.File(digits[..Pixels], 1, 1, 28, 28));
        Assert.Equal("1, 64, 1, 1", shape);
        Assert.Equal(expected[..64], one);
    }

    [Fact]
    public async Task A_batch_takes_another_unpooling_and_noise_and_its_answer_is_NPY_whatever_is_accepted()
    {
        string path = trained.CheckpointOf("switch-unpool");
        byte[] digits = NpyAnswer.File(await Digits(2), 2, 1, 28, 28);
        float[] nearest = (await Send($"{path}/reconstruction?unpooling=nearest", digits)).Values;
        float[] noisy = (await Send($"{path}/reconstruction?noise=gaussian&amount=0.2&noiseSeed=5", digits)).Values;
        for (int index = 0; index < 2; index++)
        {
            string one = $"{path}/reconstruction?{Dataset}&index={index}";
            JsonNode alone = await trained.Service.Json($"{one}&unpooling=nearest"),
                disturbed = await trained.Service.Json($"{one}&noise=gaussian&amount=0.2&noiseSeed=5");
            Assert.Equal(Numbers(alone["pixels"]!), nearest[(index * Pixels)..((index + 1) * Pixels)]);
            Assert.Equal(Numbers(disturbed["pixels"]!), noisy[(index * Pixels)..((index + 1) * Pixels)]);
        }

        await Expect.Problem(
            HttpStatusCode.UnprocessableEntity, await Post($"{trained.CheckpointOf("strided")}/reconstruction?unpooling=zero", digits));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/reconstruction") { Content = NpyAnswer.Body(digits) };
        request.Headers.Accept.ParseAdd("application/json");
        Assert.Equal("2, 1, 28, 28", (await NpyAnswer.Read(await Http.SendAsync(request))).Shape);
    }

    public static TheoryData<string, byte[], HttpStatusCode, string> Refused => new()
    {
        { "rank 3", NpyFile.Write([1, 28, 28], new float[Pixels]), Bad, "a batch for this network is [N, 1, 28, 28]" },
        { "another shape", NpyFile.Write([1, 1, 14, 56], new float[Pixels]), Bad, "[N, 1, 28, 28]" },
        { "rank 5", NpyFile.Write([1, 1, 1, 28, 28], new float[Pixels]), Bad, "[N, 1, 28, 28]" },
        { "no image", NpyAnswer.File([], 0, 1, 28, 28), Bad, "N is 0" },
        { "too many", NpyFile.Write([10_001, 1, 28, 28], new byte[10_001 * Pixels]), Large, "Limits:BatchImages" },
        { "NaN", With(float.NaN), Bad, "Value 3 of image 1 is NaN" },
        { "above", With(1.001f), Bad, "Value 3 of image 1 is 1.001" },
        { "below", With(-0.001f), Bad, "Value 3 of image 1 is -0.001" },
        { "Fortran", Changed("False", "True "), Bad, "Fortran" },
        { "float64", Changed("<f4", "<f8"), Bad, "astype('<f4')" },
        { "big-endian", Changed("<f4", ">f4"), Bad, "astype('<f4')" },
        { "truncated", With(0)[..^1], Bad, "bytes follow its header" },
        { "too long", [.. With(0), 0], Bad, "bytes follow its header" },
        { "another N", Changed("(2, 1", "(9, 1"), Bad, "bytes follow its header" },
        { "huge N", Changed("(2, 1, 28, 28), }  ", "(99999, 1, 28, 28)}"), Bad, "bytes follow its header" },
        { "nothing", [], HttpStatusCode.BadRequest, "The body is empty" },
        { "no NPY", [1, 2, 3], Bad, "does not begin as an NPY file" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_batch_that_is_none_of_this_network_is_refused(string what, byte[] file, HttpStatusCode status, string said)
    {
        foreach (string operation in (string[])["reconstruction", "encode", "layers/code/values"])
        {
            JsonNode problem = await Expect.Problem(status, await Post($"{trained.CheckpointOf("strided")}/{operation}", file));
            Assert.Contains(said, (string?)problem["detail"], StringComparison.Ordinal);
            Assert.True(status != HttpStatusCode.UnprocessableEntity || (string?)problem["type"] == Unusable, what);
        }
    }

    [Fact]
    public async Task A_batch_of_more_bytes_than_the_limit_is_refused_whatever_it_declares()
    {
        byte[] file = [.. With(0), .. new byte[33_554_432]];
        foreach (string operation in (string[])["reconstruction", "encode", "layers/code/values", "decode"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{trained.CheckpointOf("strided")}/{operation}")
            {
                Content = NpyAnswer.Body(file),
                Headers = { ExpectContinue = true }, // the answer comes before the body is sent
            };
            JsonNode problem = await Expect.Problem(Large, await Http.SendAsync(request));
            Assert.Contains("33554432 bytes", (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_batch_of_codes_that_are_none_of_this_network_is_refused()
    {
        string path = $"{trained.CheckpointOf("dense")}/decode";
        float[] codes = new float[2 * 64];
        Assert.Equal("2, 1, 28, 28", (await Send(path, NpyFile.Write([2, 64, 1, 1], codes))).Shape);
        await Refuse(NpyFile.Write([2, 32, 2, 1], codes), "a batch for this network is [N, 64, 1, 1]");
        await Refuse(NpyAnswer.File([], 0, 64, 1, 1), "N is 0");
        await Refuse(NpyFile.Write([2, 64, 1, 1], new byte[2 * 64]), "astype('<f4')");
        await Refuse(NpyFile.Write([2, 64, 1, 1], codes)[..^1], "bytes follow its header");
        await Refuse(NpyFile.Write([2, 64, 1, 1], [.. codes[1..], float.PositiveInfinity]), "Value 63 of code 1 is Infinity");
        await Refuse(NpyFile.Write([2, 64, 1, 1], [2e15f, .. codes[1..]]), "Value 0 of code 0 is 2E+15");
        await Expect.Problem(
            HttpStatusCode.RequestEntityTooLarge, await Post(path, NpyFile.Write([10_001, 64, 1, 1], new float[10_001 * 64])));

        async Task Refuse(byte[] file, string said)
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Post(path, file));
            Assert.Equal("urn:autoencoder-api:problem:code-unusable", (string?)problem["type"]);
            Assert.Contains(said, (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("reconstruction.png", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("layers/code/tiles", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("activations", HttpStatusCode.UnsupportedMediaType)]
    public async Task An_operation_of_one_image_takes_no_batch(string operation, HttpStatusCode status) => await Expect.Problem(
        status, await Post($"{trained.CheckpointOf("strided")}/{operation}", NpyFile.Write([1, 1, 28, 28], new float[Pixels])));

    [Fact]
    public async Task A_batch_counts_in_the_memory_of_requests_until_it_is_answered_or_its_caller_leaves()
    {
        MemoryBudget memory = trained.Inside.GetRequiredService<MemoryBudget>();
        await Until(() => IsFree(memory));
        string path = $"{trained.CheckpointOf("nearest-unpool")}/layers/conv1/values"; // 50 kB of an image: 502 MB
        byte[] images = NpyFile.Write([10_000, 1, 28, 28], new byte[10_000 * Pixels]);
        for (int i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = NpyAnswer.Body(images) };
            using HttpResponseMessage begun = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(128 + (10_000L * 12_544 * 4), begun.Content.Headers.ContentLength);
            await (await begun.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[1 << 16]);
            Assert.False(IsFree(memory));
        }

        await Until(() => IsFree(memory)); // no longer computed, and given back

        Assert.Equal("1, 16, 28, 28", (await Send(path, NpyFile.Write([1, 1, 28, 28], new float[Pixels]))).Shape);
    }

    /// <summary>Whether no request holds anything.</summary>
    private static bool IsFree(MemoryBudget memory)
    {
        string[] callers = ["one test", "another"];
        long[] all = [memory.Share, memory.Share / 3];
        bool[] granted = [.. callers.Zip(all, (caller, bytes) => memory.Take(caller, bytes) == MemoryGrant.Granted)];
        for (int i = 0; i < granted.Length; i++)
        {
            if (granted[i])
            {
                memory.Return(callers[i], all[i]);
            }
        }

        return granted.All(each => each);
    }

    private static async Task Until(Func<bool> holds)
    {
        for (int i = 0; !holds(); i++)
        {
            Assert.True(i < 200, "not within 10 s");
            await Task.Delay(50);
        }
    }

    private static byte[] With(float value)
    {
        float[] values = new float[2 * Pixels];
        values[Pixels + 3] = value;
        return NpyFile.Write([2, 1, 28, 28], values);
    }

    /// <summary>A batch of two with another text, as long, in its header.</summary>
    private static byte[] Changed(string from, string to)
    {
        byte[] file = With(0);
        int at = file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(from));
        System.Text.Encoding.ASCII.GetBytes(to, file.AsSpan(at));
        return file;
    }

    /// <summary>The first images of the test split, in 0..1.</summary>
    private async Task<float[]> Digits(int count)
    {
        var values = new List<float>();
        for (int index = 0; index < count; index++)
        {
            JsonNode image = await trained.Service.Json($"/v1/datasets/synthetic-digits/test/{index}");
            values.AddRange(Numbers(image["pixels"]!));
        }

        return [.. values];
    }

    private Task<HttpResponseMessage> Post(string path, byte[] npy) => Http.PostAsync(path, NpyAnswer.Body(npy));

    private async Task<(string Shape, float[] Values)> Send(string path, byte[] npy) => await NpyAnswer.Read(await Post(path, npy));

    private static float[] Numbers(JsonNode values) =>
        [.. values.AsArray().Select(value => float.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture))];
}
