using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

/// <summary>Every layer's values, and how one of them came about.</summary>
[Collection(TrainedCollection.Name)]
public sealed class ActivationTests(TrainedService trained)
{
    private const string Digit = "dataset=synthetic-digits&index=3";

    private HttpClient Http => trained.Service.Http;

    public static TheoryData<string> Architectures => [.. TrainedService.Architectures];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task Every_layer_comes_in_one_file_with_the_switches_of_poolings_and_an_upload_gives_the_same(string architecture)
    {
        string path = trained.CheckpointOf(architecture);
        byte[] file = await Http.GetByteArrayAsync($"{path}/activations?{Digit}");
        JsonObject header = Header(file);
        JsonArray layers = (await trained.Service.Json(path))["layers"]!.AsArray();
        Assert.Equal("[1,28,28]", header["input"]!["shape"]!.ToJsonString());
        foreach (JsonNode? layer in layers)
        {
            Assert.Equal(layer!["shape"]!.ToJsonString(), header[(string)layer["name"]!]!["shape"]!.ToJsonString());
        }

        JsonNode reconstruction = await trained.Service.Json($"{path}/reconstruction?{Digit}"),
            code = await trained.Service.Json($"{path}/encode?{Digit}");
        Assert.Equal(Numbers(reconstruction["pixels"]!), Floats(file, "output"));
        Assert.Equal(Numbers(code["values"]!), Floats(file, "code"));
        string[] switches = [.. header.Select(entry => entry.Key).Where(name => name.EndsWith(".switches", StringComparison.Ordinal))];
        Assert.Equal(architecture is "strided" or "dense" ? [] : ["pool1.switches", "code.switches"], switches);
        Assert.All(switches, name =>
        {
            Assert.Equal("U8", (string?)header[name]!["dtype"]);
            Assert.All(Bytes(file, name), place => Assert.InRange(place, 0, 3));
        });

        using HttpResponseMessage upload = await Upload($"{path}/activations");
        Assert.Equal(file, await upload.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task The_terms_of_a_unit_sum_up_to_its_value_in_the_activations(string architecture)
    {
        string path = trained.CheckpointOf(architecture);
        await AssertUnitsAreTheirSums(path);
        foreach (JsonNode? layer in (await trained.Service.Json(path))["layers"]!.AsArray())
        {
            string unit = $"{path}/layers/{layer!["name"]}/units/0/0/0";
            using HttpResponseMessage upload = await Upload(unit);
            Assert.Equal(
                (await trained.Service.Json($"{unit}?{Digit}")).ToJsonString(),
                JsonNode.Parse(await upload.Content.ReadAsStringAsync())!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("strided")]
    [InlineData("zero-unpool")]
    [InlineData("nearest-unpool")]
    public async Task The_terms_of_a_unit_sum_up_in_a_network_with_a_narrow_code_too(string architecture)
    {
        JsonNode job = await trained.Service.Ended(await trained.Service.Submit(
            $$"""
            {"architecture":"{{architecture}}","dataset":"synthetic-digits","steps":20,"channels":[4,8],"codeWidth":5,
            "stopOnCollapse":false}
            """));
        await AssertUnitsAreTheirSums($"/v1/checkpoints/{job["latestCheckpoint"]}");
    }

    /// <summary>Of units drawn from every layer, of all networks above over a thousand.</summary>
    private async Task AssertUnitsAreTheirSums(string path)
    {
        const int UnitsOfLayer = 20;
        byte[] file = await Http.GetByteArrayAsync($"{path}/activations?{Digit}");
        var random = new Random(1);
        foreach (JsonNode? layer in (await trained.Service.Json(path))["layers"]!.AsArray())
        {
            int[] shape = [.. layer!["shape"]!.AsArray().Select(size => (int)size!)];
            double[] values = Floats(file, (string)layer["name"]!);
            for (int i = 0; i < UnitsOfLayer; i++)
            {
                (int channel, int row, int column) = (random.Next(shape[0]), random.Next(shape[1]), random.Next(shape[2]));
                string unit = $"{path}/layers/{layer["name"]}/units/{channel}/{row}/{column}?{Digit}";
                AssertIsItsSum(await trained.Service.Json(unit), (float)values[(((channel * shape[1]) + row) * shape[2]) + column]);
            }
        }
    }

    private static void AssertIsItsSum(JsonNode unit, float value)
    {
        Assert.Equal(value, (float)unit["value"]!);
        double sum = unit["terms"]!.AsArray().Sum(term => (double)term!["product"]!) + (double)unit["bias"]!;
        double rounding = 1e-5 * Math.Max(1, Math.Abs(sum));
        Assert.Equal(sum, (double)unit["preActivation"]!, rounding);
        Assert.Equal(value, Apply((string)unit["activation"]!, sum), rounding);
        Assert.All(unit["terms"]!.AsArray(), term =>
        {
            double product = (double)term!["value"]! * (double)term["weight"]!;
            Assert.Equal(product, (double)term["product"]!, 1e-6 * Math.Max(1, Math.Abs(product)));
        });
        Assert.True((int)unit["receptiveField"]!["height"]! is > 0 and <= 28);
        Assert.True((int)unit["projectiveField"]!["width"]! is > 0 and <= 28);
    }

    [Fact]
    public async Task Another_unpooling_changes_the_reconstruction_and_the_networks_own_does_not()
    {
        string path = $"{trained.CheckpointOf("switch-unpool")}/reconstruction?{Digit}";
        double[] own = await Pixels("");
        Assert.Equal(own, await Pixels("&unpooling=switch"));
        Assert.NotEqual(own, await Pixels("&unpooling=zero"));
        byte[] file = await Http.GetByteArrayAsync($"{trained.CheckpointOf("switch-unpool")}/activations?{Digit}&unpooling=nearest");
        Assert.Equal(await Pixels("&unpooling=nearest"), Floats(file, "output"));
        await Expect.Png(await Http.GetAsync($"{path}&unpooling=nearest&layout=difference"));

        async Task<double[]> Pixels(string unpooling) => Numbers((await trained.Service.Json(path + unpooling))["pixels"]!);
    }

    [Theory]
    [InlineData("strided", "activations?unpooling=zero", HttpStatusCode.UnprocessableEntity, "does not unpool")]
    [InlineData("dense", "reconstruction?unpooling=zero", HttpStatusCode.UnprocessableEntity, "does not unpool")]
    [InlineData("zero-unpool", "reconstruction?unpooling=switch", HttpStatusCode.UnprocessableEntity, "was not built for them")]
    [InlineData("zero-unpool", "activations?unpooling=max", HttpStatusCode.BadRequest, "unpooling")]
    [InlineData("strided", "layers/code/units/32/0/0", HttpStatusCode.NotFound, "32 channels of 7 rows and 7 columns")]
    [InlineData("strided", "layers/code/units/0/7/0", HttpStatusCode.NotFound, "counted from 0")]
    [InlineData("strided", "layers/code/units/0/0/-1", HttpStatusCode.NotFound, "counted from 0")]
    [InlineData("strided", "layers/pool1/units/0/0/0", HttpStatusCode.NotFound, "It has conv1, code")]
    [InlineData("strided", "layers/code/units/a/0/0", HttpStatusCode.BadRequest, "channel")]
    public async Task What_is_not_there_is_refused_with_what_there_is(string architecture, string path, HttpStatusCode status, string said)
    {
        string dataset = path.Contains('?', StringComparison.Ordinal) ? $"&{Digit}" : $"?{Digit}";
        JsonNode problem = await Expect.Problem(status, await Http.GetAsync($"{trained.CheckpointOf(architecture)}/{path}{dataset}"));
        Assert.Contains(said, problem.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> Upload(string path)
    {
        using var png = new ByteArrayContent(await Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png"));
        png.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        HttpResponseMessage response = await Http.PostAsync(path, png);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response;
    }

    private static JsonObject Header(byte[] file) =>
        JsonNode.Parse(file.AsSpan(8, (int)BinaryPrimitives.ReadUInt64LittleEndian(file)))!.AsObject();

    private static byte[] Bytes(byte[] file, string tensor)
    {
        int start = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        JsonArray offsets = Header(file)[tensor]!["data_offsets"]!.AsArray();
        return file[(start + (int)offsets[0]!)..(start + (int)offsets[1]!)];
    }

    private static double[] Floats(byte[] file, string tensor) =>
        [.. MemoryMarshal.Cast<byte, float>(Bytes(file, tensor)).ToArray().Select(value => (double)value)];

    private static double[] Numbers(JsonNode values) => [.. values.AsArray().Select(value => (double)(float)value!)];

    private static double Apply(string activation, double x) => activation switch
    {
        "relu" => Math.Max(0, x),
        "sigmoid" => 1 / (1 + Math.Exp(-x)),
        "tanh" => Math.Tanh(x),
        _ => x,
    };
}
