using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Export;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// The exported models in ONNX Runtime against the service. On noise: in drawn digits many pixels see the same surroundings, and of
/// equal maxima either may come out larger by a last bit.
/// </summary>
[Collection(TrainedCollection.Name)]
public sealed class ExportTests(TrainedService trained)
{
    private const int Draws = 3; // two maxima can be as close as that by chance, but not in three draws
    private const float Tolerance = 1e-5f;

    public static TheoryData<string, int> Networks =>
        new(TrainedService.Architectures.SelectMany(architecture => new[] { (architecture, 1), (architecture, 3) }));

    public static TheoryData<Architecture, int, int?> Kernels
    {
        get
        {
            var data = new TheoryData<Architecture, int, int?>();
            foreach (Architecture architecture in Enum.GetValues<Architecture>())
            {
                foreach (int kernel in (int[])[1, 3, 5, 9])
                {
                    data.Add(architecture, kernel, null);
                }

                if (Architectures.Of(architecture).SizeFields.Contains(SizeFields.CodeWidth))
                {
                    data.Add(architecture, 5, 7);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task The_model_reconstructs_and_encodes_as_the_service_does(string architecture, int images)
    {
        string checkpoint = trained.CheckpointOf(architecture);
        using InferenceSession session = Open(await trained.Service.Http.GetByteArrayAsync($"{checkpoint}/onnx"));
        await AssertInSomeDraw(async draw =>
        {
            float[] noise = Noise(images * 784, draw);
            (float[] reconstructions, float[] codes) = Run(session, noise);
            float[] expected = [], expectedCodes = [];
            foreach (float[] image in noise.Chunk(784))
            {
                expected = [.. expected, .. await Ask($"{checkpoint}/reconstruction", image, "pixels")];
                expectedCodes = [.. expectedCodes, .. await Ask($"{checkpoint}/encode", image, "values")];
            }

            return Math.Max(Difference(expected, reconstructions), Difference(expectedCodes, codes));
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Every_size_of_kernel_and_every_activation_is_exported_for_images_that_are_not_square(
        Architecture architecture,
        int kernel,
        int? codeWidth)
    {
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            TrainingSettings settings = TrainingSettings.For(architecture, "any", activation, activation, activation) with
            {
                ImageShape = [3, 12, 20],
                KernelSize = kernel,
                Channels = [3, 5],
                DenseWidths = [20, 10],
                CodeWidth = codeWidth,
                DecoderBias = kernel != 3,
            };
            await AssertInSomeDraw(async draw =>
            {
                float[] weights = [.. Noise(NetworkDefinition.For(settings).ParameterCount, draw).Select(value => (value - 0.5f) / 4)];
                Checkpoint checkpoint = new Checkpoint(settings, 0, new Losses(null, null, null), -1, 0,
                    new ExecutionEnvironment(1, "any"), weights, null, null);
                using var model = new Model(checkpoint);
                using InferenceSession session = Open(await Onnx(checkpoint));
                float[] images = Noise(2 * model.Definition.Input.Count, draw);
                return Difference(model.Reconstruct(images), Run(session, images).Reconstructions);
            });
        }
    }

    private static async Task<byte[]> Onnx(Checkpoint checkpoint)
    {
        var model = new MemoryStream();
        int offset = 0;
        await new OnnxExporter(checkpoint.Settings).WriteAsync(
            model,
            (parameter, target) =>
            {
                target.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(checkpoint.Weights.AsSpan(offset, parameter.Count)));
                offset += parameter.Count;
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return model.ToArray();
    }

    [Fact]
    public async Task Of_equal_maxima_the_first_is_the_switch()
    {
        TrainingSettings settings = TrainingSettings.For(Architecture.SwitchUnpool, "any") with { KernelSize = 1, Channels = [1, 1] };
        Checkpoint checkpoint = new Checkpoint(
            settings,
            0,
            new Losses(null, null, null),
            -1,
            0,
            new ExecutionEnvironment(1, "any"),
            [1, 0, 1, 0, 1, 1],
            null,
            null);
        using InferenceSession session = Open(await Onnx(checkpoint));
        float[] pixels = Run(session, [.. Enumerable.Repeat(1f, 784)]).Reconstructions;
        Assert.All(pixels.Index(), pixel =>
            Assert.Equal(pixel.Index / 28 % 4 == 0 && pixel.Index % 28 % 4 == 0 ? 0.7310586f : 0.5f, pixel.Item, Tolerance));
    }

    [Fact]
    public async Task The_model_says_what_it_is()
    {
        JsonNode checkpoint = await trained.Service.Json(trained.CheckpointOf("strided"));
        using HttpResponseMessage response = await trained.Service.Http.GetAsync($"{trained.CheckpointOf("strided")}/onnx");
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal($"strided-40-{checkpoint["id"]}.onnx", response.Content.Headers.ContentDisposition!.FileName);
        Assert.Equal($"\"{checkpoint["sha256"]}-onnx1\"", response.Headers.ETag!.Tag);
        using InferenceSession session = Open(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal([-1, 1, 28, 28], session.InputMetadata["picture"].Dimensions);
        Assert.Equal([-1, 1, 28, 28], session.OutputMetadata["reconstruction"].Dimensions);
        Assert.Equal([-1, 32, 7, 7], session.OutputMetadata["code"].Dimensions);
        string settings = session.ModelMetadata.CustomMetadataMap["settings"];
        Assert.True(JsonNode.DeepEquals(checkpoint["settings"], JsonNode.Parse(settings)), settings);

        using var again = new HttpRequestMessage(HttpMethod.Get, $"{trained.CheckpointOf("strided")}/onnx")
        {
            Headers = { IfNoneMatch = { response.Headers.ETag } },
        };
        Assert.Equal(HttpStatusCode.NotModified, (await trained.Service.Http.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task A_checkpoint_that_is_not_there_has_no_model() =>
        await Expect.Problem(HttpStatusCode.NotFound, await trained.Service.Http.GetAsync("/v1/checkpoints/nothing/onnx"));

    private static async Task AssertInSomeDraw(Func<int, Task<float>> differenceIn)
    {
        var differences = new List<float>();
        while (differences.Count < Draws && !differences.Exists(difference => difference <= Tolerance))
        {
            differences.Add(await differenceIn(differences.Count));
        }

        Assert.True(differences[^1] <= Tolerance, $"off by {string.Join(", ", differences)}");
    }

    private static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        return new InferenceSession(model, options);
    }

    private static (float[] Reconstructions, float[] Codes) Run(InferenceSession session, float[] images)
    {
        int[] shape = session.InputMetadata["picture"].Dimensions[1..];
        int count = images.Length / (shape[0] * shape[1] * shape[2]);
        var input = NamedOnnxValue.CreateFromTensor("picture", new DenseTensor<float>(images, [count, .. shape]));
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run([input], ["reconstruction", "code"]);
        return ([.. outputs[0].AsEnumerable<float>()], [.. outputs[1].AsEnumerable<float>()]);
    }

    private async Task<float[]> Ask(string path, float[] image, string field)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(new { pixels = image }),
            Headers = { Accept = { new("application/json") } },
        };
        using HttpResponseMessage response = await trained.Service.Http.SendAsync(request);
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return [.. answer[field]!.AsArray().Select(value => (float)value!)];
    }

    /// <summary>
    /// The largest difference, as a fraction of the largest value where that is over 1: codes of relu layers go into the
    /// hundreds.
    /// </summary>
    private static float Difference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return 1
            / Math.Max(1, expected.Max())
            * expected.Zip(actual, (a, b) => float.IsNaN(b) ? float.PositiveInfinity : Math.Abs(a - b)).Max(); // Max passes over NaN
    }

    private static float[] Noise(int count, int draw)
    {
        var random = new Random(draw);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }
}
