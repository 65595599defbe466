using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Networks;

namespace AutoencoderApi.Training.Tests;

/// <summary>
/// The kernels against the same network in plain libtorch operations, on noise: in drawn digits many pixels see the same
/// surroundings, and of equal maxima either may come out larger by a last bit.
/// </summary>
public sealed class VectorNetworkTests
{
    private const int Batch = 7, Threads = 2;
    private const int Draws = 3; // the maxima of a pooling can be as close as that by chance, but not in three draws

    private static readonly DigitSet s_noise = Noise();

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
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Spread))]
    public void Loss_and_gradients_equal_those_of_libtorch(Architecture architecture, int kernel, int first, int second, int draw)
    {
        string?[] faults =
        [
            .. Enumerable.Range(0, Draws)
                .Select(i => Fault(architecture, kernel, first, second, draw + (1_000 * i)))
                .TakeWhile(fault => fault is not null),
        ];
        Assert.True(faults.Length < Draws, string.Join("; ", faults));
    }

    [Theory]
    [InlineData(Architecture.Strided)]
    [InlineData(Architecture.ZeroUnpool)]
    [InlineData(Architecture.NearestUnpool)]
    [InlineData(Architecture.SwitchUnpool)]
    public void Every_stage_and_the_evaluation_equal_those_of_libtorch(Architecture architecture)
    {
        (NetworkPlan plan, float[] weights) = Draw(architecture, 5, 3, 17, 0);
        using var viewer = new VectorViewer(plan, weights);
        using var ours = new VectorNetwork(plan, weights, Threads);
        using var plain = new LibtorchNetwork(plan, weights, Threads, trainable: true);
        float[] pictures = Pictures();
        for (int stage = 0; stage < plan.Stages.Count; stage++)
        {
            float[] expected = plain.Look(pictures, stage);
            float scale = expected.Max(Math.Abs);
            Assert.All(viewer.Look(pictures, stage).Zip(expected, (a, b) => Math.Abs(a - b)), difference => Assert.True(difference <= 1e-5f * scale));
        }

        Evaluation there = plain.Evaluate(s_noise, CancellationToken.None)!, here = ours.Evaluate(s_noise, CancellationToken.None)!;
        Assert.Equal(there.Loss, here.Loss, 1e-5 * there.Loss);
        Assert.Equal(there with { Loss = 0 }, here with { Loss = 0 });
    }

    /// <summary>The first thing in which the two differ, or null.</summary>
    private static string? Fault(Architecture architecture, int kernel, int first, int second, int draw)
    {
        (NetworkPlan plan, float[] weights) = Draw(architecture, kernel, first, second, draw);
        using var ours = new VectorNetwork(plan, weights, Threads);
        using var plain = new LibtorchNetwork(plan, weights, Threads, trainable: true);
        float[] pictures = Pictures();
        float expected = plain.Learn(pictures), actual = ours.Learn(pictures);
        if (Math.Abs(actual - expected) > 1e-5f * expected)
        {
            return $"loss {actual} in place of {expected}";
        }

        int offset = 0;
        foreach (Parameter parameter in plan.Parameters)
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

    private static float[] Pictures()
    {
        float[] pictures = new float[Batch * s_noise.PixelsPerImage];
        Pixels.ToFloats(s_noise.Slice(0, Batch), pictures);
        return pictures;
    }

    private static DigitSet Noise()
    {
        byte[] pixels = new byte[60 * 28 * 28];
        new Random(1).NextBytes(pixels);
        return new DigitSet(new(1, 28, 28), pixels, new byte[60]);
    }

    /// <summary>A network of random activations, with weights and a decoder bias by chance.</summary>
    private static (NetworkPlan Plan, float[] Weights) Draw(Architecture architecture, int kernel, int first, int second, int draw)
    {
        var random = new Random(draw);
        Activation[] activations = Enum.GetValues<Activation>();
        TrainingSettings settings = TrainingSettings.For(architecture, "synthetic-digits", Any(), Any(), Any()) with
        {
            KernelSize = kernel,
            Channels = [first, second],
            DecoderBias = random.Next(2) == 0,
        };
        NetworkPlan plan = NetworkPlan.For(settings);
        return (plan, Initializer.Draw(plan, draw));

        Activation Any() => activations[random.Next(activations.Length)];
    }
}
