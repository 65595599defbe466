using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

/// <summary>
/// The kernels against the same network in plain libtorch operations, on noise: in drawn digits many pixels see the same
/// surroundings, and of equal maxima either may come out larger by a last bit.
/// </summary>
public sealed class KernelNetworkTests
{
    private const int Batch = 7, Threads = 2;
    private const int Draws = 3;
    private const float Rounding = 1e-5f; // of a layer's largest value

    private static readonly int[] s_digit = [1, 28, 28];

    public static TheoryData<Architecture, int, int, int, int> Spread
    {
        get
        {
            var data = new TheoryData<Architecture, int, int, int, int>();
            foreach (Architecture architecture in Enum.GetValues<Architecture>().Where(a => a != Architecture.Dense))
            {
                foreach (int kernel in (int[])[1, 3, 5, 7, 9])
                {
                    foreach ((int first, int second) in ((int, int)[])[(16, 32), (1, 1), (3, 17), (33, 5)])
                    {
                        data.Add(architecture, kernel, first, second, data.Count);
                    }
                }
            }

            data.Add(Architecture.Strided, 5, 64, 64, 0);
            foreach ((int hidden, int code) in ((int, int)[])[(300, 64), (1, 1), (3, 17), (33, 5), (48, 2), (16, 100)])
            {
                data.Add(Architecture.Dense, 5, hidden, code, 0);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Spread))]
    public void Loss_and_gradients_equal_those_of_libtorch(Architecture architecture, int kernel, int first, int second, int draw) =>
        AssertEqual(i => Draw(architecture, s_digit, kernel, first, second, draw + (1_000 * i)), kernel);

    /// <summary>Narrower than a tile of the kernels, a multiple of it, and everything between; grey and in colour.</summary>
    public static TheoryData<Architecture, int[], int> Shapes
    {
        get
        {
            var data = new TheoryData<Architecture, int[], int>();
            foreach (Architecture architecture in Enum.GetValues<Architecture>().Where(a => a != Architecture.Dense))
            {
                foreach (int[] shape in (int[][])[[1, 8, 8], [3, 8, 8], [1, 12, 20], [3, 28, 28], [3, 32, 32], [3, 64, 48]])
                {
                    foreach (int kernel in (int[])[1, 3, 5, 7, 9])
                    {
                        data.Add(architecture, shape, kernel);
                    }
                }
            }

            data.Add(Architecture.Strided, [3, 128, 128], 5);
            data.Add(Architecture.Dense, [3, 8, 12], 5);
            data.Add(Architecture.SwitchUnpool, [1, 8, 128], 5);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Loss_and_gradients_equal_those_of_libtorch_for_images_of_any_shape(Architecture architecture, int[] shape, int kernel) =>
        AssertEqual(i => Draw(architecture, shape, kernel, 3, 17, kernel + (1_000 * i)), kernel);

    public static TheoryData<Architecture, int[], int> StageShapes
    {
        get
        {
            var data = new TheoryData<Architecture, int[], int>();
            foreach (Architecture architecture in Enum.GetValues<Architecture>().Where(a => a != Architecture.Dense))
            {
                foreach (int[] shape in (int[][])[s_digit, [1, 8, 8], [3, 32, 32], [1, 12, 20], [3, 64, 48]])
                {
                    data.Add(architecture, shape, shape[1] % 3 == 0 ? 9 : 5);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(StageShapes))]
    public void Every_layer_the_decoder_and_the_evaluation_equal_those_of_libtorch(Architecture architecture, int[] shape, int kernel) =>
        AssertEqualLayers(Draw(architecture, shape, kernel, 3, 17, 0));

    /// <summary>Codes narrower and wider than a vector register and than the image, of maps with and without a rest.</summary>
    public static TheoryData<Architecture, int[], int> NarrowCodes
    {
        get
        {
            var data = new TheoryData<Architecture, int[], int>();
            Architecture[] architectures = [Architecture.Strided, Architecture.ZeroUnpool, Architecture.NearestUnpool];
            foreach (Architecture architecture in architectures)
            {
                foreach ((int[] shape, int width) in ((int[], int)[])[(s_digit, 2), (s_digit, 33), ([1, 8, 8], 100), ([3, 32, 32], 16)])
                {
                    data.Add(architecture, shape, width);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NarrowCodes))]
    public void With_a_narrow_code_loss_and_gradients_equal_those_of_libtorch(Architecture architecture, int[] shape, int width) =>
        AssertEqual(i => Draw(architecture, shape, 5, 3, 17, 1_000 * i, width), kernel: 5);

    [Theory]
    [MemberData(nameof(NarrowCodes))]
    public void With_a_narrow_code_every_layer_the_decoder_and_the_evaluation_equal_those_of_libtorch(
        Architecture architecture, int[] shape, int width) => AssertEqualLayers(Draw(architecture, shape, 5, 3, 17, 0, width));

    private static void AssertEqualLayers((NetworkDefinition Definition, float[] Weights) network)
    {
        (NetworkDefinition definition, float[] weights) = network;
        using IInferenceModel model = Sessions.Load(EngineKind.Simd, definition, weights);
        using IInferenceModel reference = Sessions.Load(EngineKind.TorchSharp, definition, weights);
        using TrainingSession ours = Sessions.Start(EngineKind.Simd, definition, weights, Threads);
        using TrainingSession plain = Sessions.Start(EngineKind.TorchSharp, definition, weights, Threads);
        DatasetSplit set = Random(definition.Input);
        float[] images = Images(set);
        for (int layer = 0; layer < definition.Layers.Count; layer++)
        {
            float[] expected = reference.Run(definition, images, layer);
            float scale = expected.Max(Math.Abs);
            Assert.All(model.Run(definition, images, layer).Zip(expected, (a, b) => Math.Abs(a - b)), difference =>
                Assert.True(difference <= 1e-5f * scale));
        }

        float[] first = images[..definition.Input.Count];
        float[] code = model.Run(definition, first, definition.CodeIndex);
        Assert.Equal(model.Run(definition, first, definition.Layers.Count - 1), model.Decode(definition, code, first));
        AssertEqualEvaluations(ours, plain, set);
    }

    [Theory]
    [InlineData(28, 300, 64)]
    [InlineData(8, 5, 19)]
    public void The_evaluation_of_a_dense_network_equals_that_of_libtorch(int side, int hidden, int code)
    {
        int[] shape = [1, side, side];
        (NetworkDefinition definition, float[] weights) = Draw(Architecture.Dense, shape, 5, hidden, code, 0);
        using TrainingSession ours = Sessions.Start(EngineKind.Simd, definition, weights, Threads);
        using TrainingSession plain = Sessions.Start(EngineKind.TorchSharp, definition, weights, Threads);
        AssertEqualEvaluations(ours, plain, Random(TensorShape.Of(shape)));
    }

    [Fact]
    public void A_dense_network_learns_the_same_bits_on_any_number_of_threads()
    {
        (NetworkDefinition definition, float[] weights) = Draw(Architecture.Dense, s_digit, 5, 100, 33, 0);
        float[] images = Images(Random(TensorShape.Of(s_digit)));
        (double? Loss, float[] Weights)[] ends = [.. ((int[])[1, 2, 3, 7]).Select(threads =>
        {
            using TrainingSession session = Sessions.Start(EngineKind.Simd, definition, weights, threads);
            double? loss = 0;
            for (int step = 1; step <= 5; step++)
            {
                loss = session.Step(new TrainingBatch(images, images), 0.01, CancellationToken.None);
            }

            return (loss, (float[])[.. session.Weights]);
        })];
        Assert.NotEqual(weights, ends[0].Weights);
        Assert.All(ends, end =>
        {
            Assert.Equal(ends[0].Loss, end.Loss);
            Assert.Equal(ends[0].Weights, end.Weights);
        });
    }

    private static void AssertEqualEvaluations(TrainingSession ours, TrainingSession plain, DatasetSplit set)
    {
        foreach (Noise? noise in (Noise?[])
                [null, new() { Kind = NoiseKind.Gaussian, Amount = 0.3 }, new() { Kind = NoiseKind.SaltAndPepper, Amount = 0.2 }])
        {
            Evaluation there = plain.Evaluate(set, noise, CancellationToken.None)!,
                here = ours.Evaluate(set, noise, CancellationToken.None)!;
            Assert.Equal(there.Loss, here.Loss, 1e-5 * there.Loss);
            Assert.Equal(there with { Loss = 0, Errors = [] }, here with { Loss = 0, Errors = [] });
            Assert.All(there.Errors.Order().Zip(here.Errors.Order()), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * there.Loss));
            Assert.Equal((set.Count, there.Loss), (there.Errors.Count, there.Errors.Average()), (a, b) =>
                a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9 * a.Item2);
        }
    }

    /// <summary>
    /// Both give the same loss and gradients. By chance two maxima of a pooling, or a relu's input and zero, are so close that rounding
    /// decides between them, and all behind follows: only then another draw is looked at.
    /// </summary>
    private static void AssertEqual(Func<int, (NetworkDefinition Plan, float[] Weights)> draw, int kernel)
    {
        for (int i = 0; i < Draws; i++)
        {
            (NetworkDefinition definition, float[] weights) = draw(i);
            using TrainingSession ours = Sessions.Start(EngineKind.Simd, definition, weights, Threads);
            using TrainingSession plain = Sessions.Start(EngineKind.TorchSharp, definition, weights, Threads);
            float[] inputs = Images(Random(definition.Input));
            string? fault = Fault(definition, ours, plain, inputs, kernel);
            if (fault is null)
            {
                return;
            }

            Assert.True(IsByRounding(definition, weights, inputs), fault);
        }

        Assert.Fail($"Rounding decides in each of {Draws} draws.");
    }

    /// <summary>
    /// Whether the first layer in which the two take different units for the largest, or for active, does so between values that rounding
    /// may order.
    /// </summary>
    private static bool IsByRounding(NetworkDefinition definition, float[] weights, float[] images)
    {
        if (definition.Layers.All(layer => layer is Layer.Linear))
        {
            return false;
        }

        using IInferenceModel model = Sessions.Load(EngineKind.Simd, definition, weights);
        using IInferenceModel reference = Sessions.Load(EngineKind.TorchSharp, definition, weights);
        for (int i = 0; i < definition.Layers.Count; i++)
        {
            Layer layer = definition.Layers[i];
            float[] there = reference.Run(definition, images, i), here = model.Run(definition, images, i);
            bool isPooled = definition.Layers.ElementAtOrDefault(i + 1) is Layer.MaxPool;
            float[] gaps = [.. ActiveGaps(layer, there, here), .. isPooled ? MaximumGaps(layer.Output, there, here) : []];
            if (gaps.Length > 0)
            {
                return gaps.Max() <= Rounding * there.Max(Math.Abs);
            }
        }

        return false;
    }

    private static IEnumerable<float> ActiveGaps(Layer layer, float[] there, float[] here) =>
        layer is Layer.Convolution { Activation: Activation.Relu } or Layer.TransposedConvolution { Activation: Activation.Relu }
            ? there.Zip(here).Where(pair => pair.First > 0 != pair.Second > 0).Select(pair => Math.Abs(pair.First - pair.Second))
            : [];

    /// <summary>For each 2×2 block in which the two have their maxima at different places, by how much the other's is smaller.</summary>
    private static IEnumerable<float> MaximumGaps(TensorShape shape, float[] there, float[] here)
    {
        for (int topLeft = 0; topLeft < there.Length; topLeft += 2)
        {
            if (topLeft / shape.Width % 2 == 0)
            {
                int[] block = [topLeft, topLeft + 1, topLeft + shape.Width, topLeft + shape.Width + 1];
                (int expected, int actual) = (Largest(there), Largest(here));
                if (expected != actual)
                {
                    yield return there[expected] - there[actual];
                }

                int Largest(float[] values) => block.Aggregate((best, at) => values[at] > values[best] ? at : best);
            }
        }
    }

    /// <summary>The first thing in which the two differ, or null.</summary>
    private static string? Fault(NetworkDefinition definition, TrainingSession ours, TrainingSession plain, float[] inputs, int kernel)
    {
        float[] targets = [.. inputs.Reverse()]; // unlike the inputs, as with noise
        var batch = new TrainingBatch(inputs, targets);
        double expected = plain.ForwardBackward(batch, CancellationToken.None)!.Value;
        double actual = ours.ForwardBackward(batch, CancellationToken.None)!.Value;
        if (Math.Abs(actual - expected) > 1e-5 * expected)
        {
            return $"loss {actual} in place of {expected}";
        }

        int offset = 0;
        foreach (Parameter parameter in definition.Parameters)
        {
            float[] here = [.. ours.Gradients.Slice(offset, parameter.Count)], there = [.. plain.Gradients.Slice(offset, parameter.Count)];
            bool overAllPixels = parameter.Shape.Length == 1 || kernel == 1; // thousands of both signs, which libtorch adds in one float
            double tolerance = overAllPixels ? 1e-4 * Math.Max(there.Max(Math.Abs), Math.Sqrt(expected)) : 1e-5 * there.Max(Math.Abs);
            double difference = here.Zip(there, (a, b) => Math.Abs((double)a - b)).Max();
            if (!(difference <= tolerance))
            {
                return $"{parameter.Name} off by {difference:E1}, {tolerance:E1} allowed";
            }

            offset += parameter.Count;
        }

        return null;
    }

    private static float[] Images(DatasetSplit set)
    {
        float[] images = new float[Batch * set.PixelsPerImage];
        Pixels.ToFloats(set.Slice(0, Batch), images);
        return images;
    }

    private static DatasetSplit Random(TensorShape images)
    {
        const int Count = 60;
        byte[] pixels = new byte[Count * images.Count];
        new Random(1).NextBytes(pixels);
        return new DatasetSplit(images, pixels, new byte[Count]);
    }

    /// <summary>A network of random activations, with weights and a decoder bias by chance.</summary>
    private static (NetworkDefinition Plan, float[] Weights) Draw(
        Architecture architecture,
        int[] shape,
        int kernel,
        int first,
        int second,
        int draw,
        int? codeWidth = null)
    {
        var random = new Random(draw);
        Activation[] activations = Enum.GetValues<Activation>();
        TrainingSettings settings = TrainingSettings.For(architecture, "synthetic-digits", Any(), Any(), Any()) with
        {
            ImageShape = shape,
            KernelSize = kernel,
            Channels = [first, second],
            DenseWidths = [first, second],
            CodeWidth = codeWidth,
            DecoderBias = random.Next(2) == 0,
        };
        NetworkDefinition definition = NetworkDefinition.For(settings);
        return (definition, WeightInitializer.Initialize(definition, draw));

        Activation Any() => activations[random.Next(activations.Length)];
    }
}
