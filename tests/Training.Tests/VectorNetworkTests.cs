using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Networks;

namespace AutoencoderApi.Training.Tests;

/// <summary>The kernels against the same network in plain libtorch operations.</summary>
public sealed class VectorNetworkTests
{
    private const int Batch = 7, Threads = 2;

    private static readonly DigitSet s_digits = SyntheticDigits.Create(60, 1, 1).Train;

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
        (NetworkPlan plan, float[] weights) = Draw(architecture, kernel, first, second, draw);
        float[] pictures = new float[Batch * s_digits.PixelsPerImage];
        Pixels.ToFloats(s_digits.Slice(0, Batch), pictures);
        using var ours = new VectorNetwork(plan, weights, Threads);
        using var plain = new LibtorchNetwork(plan, weights, Threads, trainable: true);
        float expected = plain.Learn(pictures);
        Assert.Equal(expected, ours.Learn(pictures), 1e-5f * expected);
        int offset = 0;
        foreach (Parameter parameter in plan.Parameters)
        {
            ReadOnlySpan<float> here = ours.Gradients.Slice(offset, parameter.Count), there = plain.Gradients.Slice(offset, parameter.Count);
            double difference = here.ToArray().Zip(there.ToArray(), (a, b) => Math.Abs((double)a - b)).Max();
            double scale = there.ToArray().Max(Math.Abs);
            if (parameter.Shape.Length == 1 || kernel == 1)
            {
                scale = Math.Max(scale, 2 * Math.Sqrt(expected)); // both sum over all pixels slopes of both signs, which are this large together
            }

            Assert.True(difference <= 1e-5 * scale, $"{parameter.Name}: off by {difference / scale:E1} of the largest");
            offset += parameter.Count;
        }
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
        float[] pictures = new float[Batch * s_digits.PixelsPerImage];
        Pixels.ToFloats(s_digits.Slice(0, Batch), pictures);
        for (int stage = 0; stage < plan.Stages.Count; stage++)
        {
            float[] expected = plain.Look(pictures, stage);
            float scale = expected.Max(Math.Abs);
            Assert.All(viewer.Look(pictures, stage).Zip(expected, (a, b) => Math.Abs(a - b)), difference => Assert.True(difference <= 1e-5f * scale));
        }

        Evaluation there = plain.Evaluate(s_digits, CancellationToken.None)!, here = ours.Evaluate(s_digits, CancellationToken.None)!;
        Assert.Equal(there.Loss, here.Loss, 1e-5 * there.Loss);
        Assert.Equal(there with { Loss = 0 }, here with { Loss = 0 });
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
