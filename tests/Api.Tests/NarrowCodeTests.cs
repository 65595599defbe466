using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

/// <summary>Networks whose code is a vector of <c>codeWidth</c> numbers.</summary>
[Collection(TrainedCollection.Name)]
public sealed class NarrowCodeTests(TrainedService trained)
{
    private const string Digit = "dataset=synthetic-digits&index=3";

    private ServiceClient Service => trained.Service;

    [Theory]
    [InlineData("strided", "conv1 features code expand deconv1 output")]
    [InlineData("zero-unpool", "conv1 pool1 conv2 features code expand deconv1 unpool1 deconv2 output")]
    [InlineData("nearest-unpool", "conv1 pool1 conv2 features code expand deconv1 unpool1 deconv2 output")]
    public async Task It_trains_is_inspected_and_decodes_its_code_to_the_reconstruction(string architecture, string layers)
    {
        JsonNode job = await Service.Ended(await Service.Submit(Body(architecture, 8)));
        Assert.Equal("succeeded", (string?)job["status"]);
        Assert.Equal((8, true, "sigmoid"), (
            (int)job["settings"]!["codeWidth"]!,
            (bool)job["settings"]!["decoderBias"]!,
            (string)job["settings"]!["outputActivation"]!));
        string path = $"/v1/checkpoints/{job["latestCheckpoint"]}";
        JsonNode checkpoint = await Service.Json(path);
        Assert.Equal((784, 8, 98.0), ((int)checkpoint["inputSize"]!, (int)checkpoint["codeSize"]!, (double)checkpoint["compression"]!));
        JsonArray found = checkpoint["layers"]!.AsArray();
        Assert.Equal(layers.Split(' '), found.Select(layer => (string)layer!["name"]!));
        Assert.Equal("[8,1,1]", Layer("code")["shape"]!.ToJsonString());
        Assert.Equal("[8,7,7]", Layer("features")["shape"]!.ToJsonString());
        Assert.Equal("[8,7,7]", Layer("expand")["shape"]!.ToJsonString());
        Assert.Equal((8 * 8 * 49) + 8, (int)Layer("code")["parameters"]!);
        foreach (JsonNode? layer in found)
        {
            await Expect.Png(await Service.Http.GetAsync($"{path}/layers/{layer!["name"]}/tiles?{Digit}"));
        }

        JsonNode code = await Service.Json($"{path}/encode?{Digit}");
        Assert.Equal(8, code["values"]!.AsArray().Count);
        using HttpResponseMessage decoded = await Service.Post($"{path}/decode", code.ToJsonString());
        Assert.Equal(
            await Service.Http.GetByteArrayAsync($"{path}/reconstruction?{Digit}"),
            await decoded.Content.ReadAsByteArrayAsync());
        Assert.NotEmpty(await Service.Http.GetByteArrayAsync($"{path}/onnx"));
        await Expect.Png(await Service.Http.GetAsync($"{path}/kernels/code/tiles"));

        JsonNode Layer(string name) => found.Single(layer => (string)layer!["name"]! == name)!;
    }

    [Fact]
    public async Task Switches_refuse_it_and_say_why_and_other_networks_and_widths_are_refused_by_field()
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity, await Service.Post("/v1/training-jobs", Body("switch-unpool", 8)));
        Assert.Contains("switches carry the shape of each image past the code", (string?)problem["detail"], StringComparison.Ordinal);
        problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Service.Post("/v1/experiments", $$"""{"jobs":[{{Body("strided", 8)}},{{Body("switch-unpool", 8)}}]}"""));
        Assert.Contains("switches", (string?)problem["detail"], StringComparison.Ordinal);
        foreach (string body in (string[])
            ["""{"architecture":"dense","codeWidth":8}""", Body("strided", 1), Body("strided", 513), Body("strided", -2)])
        {
            problem = await Expect.Problem(HttpStatusCode.BadRequest, await Service.Post("/v1/training-jobs", body));
            Assert.NotNull(problem["errors"]!["codeWidth"]);
        }
    }

    [Fact]
    public async Task A_job_starts_from_weights_of_its_own_width_only()
    {
        JsonNode job = await Service.Ended(await Service.Submit(Body("strided", 5)));
        string start = $",\"startFrom\":{job["latestCheckpoint"]!.ToJsonString()}}}";
        JsonNode same = await Service.Ended(await Service.Submit(Body("strided", 5)[..^1] + start));
        Assert.Equal("succeeded", (string?)same["status"]);
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity, await Service.Post("/v1/training-jobs", Body("strided", 6)[..^1] + start));
        Assert.Contains("codeWidth", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_architecture_says_how_wide_its_usual_code_is()
    {
        JsonArray architectures = (await Service.Json("/v1/architectures")).AsArray();
        Assert.Equal(
            [("strided", 1568, 0.5), ("zero-unpool", 1568, 0.5), ("nearest-unpool", 1568, 0.5), ("switch-unpool", 1568, 0.5),
                ("dense", 64, 12.25)],
            architectures.Select(each => ((string)each!["name"]!, (int)each["codeSize"]!, (double)each["compression"]!)));
        Assert.Equal(
            [true, true, true, false, false],
            architectures.Select(each => each!["sizeFields"]!.AsArray().Any(field => (string)field! == "codeWidth")));
    }

    private static string Body(string architecture, int width) =>
        $$"""
        {"architecture":"{{architecture}}","dataset":"synthetic-digits","codeWidth":{{width}},"channels":[4,8],"steps":20,
        "warmupSteps":5,"evaluateEvery":10,"checkpointEvery":20,"stopOnCollapse":false}
        """.Trim();
}
