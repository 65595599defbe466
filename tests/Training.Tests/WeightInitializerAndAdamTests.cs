using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines.Simd;
using AutoencoderApi.Training.Runs;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Tests;

public sealed class WeightInitializerAndAdamTests
{
    private static readonly NetworkDefinition s_dense = NetworkDefinition.For(TrainingSettings.For(Architecture.Dense, "mnist"));

    [Fact]
    public void Weights_follow_the_normal_distribution_truncated_at_two_sigma()
    {
        float[] sorted = [.. WeightInitializer.Initialize(s_dense, 1).Take(784 * 300).Order()];
        Assert.Equal(0, sorted.Average(), 1e-3);
        Assert.Equal(0.08796, Math.Sqrt(sorted.Average(w => (double)w * w)), 1e-3); // 0.1 × 0.8796, the truncated σ
        Assert.True(sorted[0] > -0.2f && sorted[^1] < 0.2f);
        double distance = Cdf(sorted).Select((cdf, i) => Math.Abs(cdf - ((i + 0.5) / sorted.Length))).Max();
        Assert.True(distance < 1.63 / Math.Sqrt(sorted.Length), $"Kolmogorov-Smirnov distance {distance}"); // 1 % level

        static double[] Cdf(float[] weights)
        {
            double[] phi = Phi([-2, 2, .. weights.Select(w => w / 0.1)]);
            return [.. phi.Skip(2).Select(below => (below - phi[0]) / (phi[1] - phi[0]))];
        }

        static double[] Phi(double[] z)
        {
            using var scope = NewDisposeScope();
            return (0.5 * (1 + (tensor(z) / Math.Sqrt(2)).erf())).data<double>().ToArray();
        }
    }

    [Fact]
    public void Biases_are_a_tenth_and_the_seed_decides_the_weights()
    {
        float[] weights = WeightInitializer.Initialize(s_dense, 1);
        Assert.All(weights.AsSpan(784 * 300, 300).ToArray(), bias => Assert.Equal(0.1f, bias));
        Assert.Equal(weights, WeightInitializer.Initialize(s_dense, 1));
        Assert.NotEqual(weights, WeightInitializer.Initialize(s_dense, 2));
    }

    [Theory]
    [InlineData(Architecture.Strided, null, "conv1", 25)]
    [InlineData(Architecture.Strided, null, "code", 400)]
    [InlineData(Architecture.Strided, null, "deconv1", 200)]
    [InlineData(Architecture.Strided, null, "output", 100)]
    [InlineData(Architecture.NearestUnpool, null, "deconv1", 800)]
    [InlineData(Architecture.NearestUnpool, null, "deconv2", 400)]
    [InlineData(Architecture.Strided, 32, "code", 1_568)]
    [InlineData(Architecture.Strided, 32, "expand", 32)]
    [InlineData(Architecture.Dense, null, "output", 300)]
    public void By_LeCun_a_weight_is_as_small_as_its_unit_has_inputs_and_biases_are_zero(
        Architecture architecture, int? codeWidth, string layer, double inputs)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "mnist", codeWidth: codeWidth) with
        {
            Initialization = Initialization.Lecun,
            Seed = 3,
        };
        var definition = NetworkDefinition.For(settings);
        float[] weights = WeightInitializer.Initialize(settings);
        Assert.Equal(1, Deviation($"{layer}.weight") / (0.8796 / Math.Sqrt(inputs)), 0.1);
        Assert.All(definition.Parameters.Where(parameter => parameter.Shape.Length == 1), bias => Assert.Equal(0, Deviation(bias.Name)));

        double Deviation(string name)
        {
            int start = definition.Parameters.TakeWhile(parameter => parameter.Name != name).Sum(parameter => parameter.Count);
            int count = definition.Parameters.Single(parameter => parameter.Name == name).Count;
            return Math.Sqrt(weights.AsSpan(start, count).ToArray().Average(weight => (double)weight * weight));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(64)]
    public void The_weights_of_a_narrow_code_are_as_small_as_its_sums_are_long(int width)
    {
        TrainingSettings narrow = TrainingSettings.For(Architecture.Strided, "mnist", codeWidth: width);
        var definition = NetworkDefinition.For(narrow);
        float[] weights = WeightInitializer.Initialize(definition, 1);
        Assert.Equal(0.8796 * Math.Sqrt(2.0 / (1_568 + width)), DeviationOf("code.weight"), 1.5e-3);
        Assert.Equal(0.8796 * 0.1, DeviationOf("expand.weight"), 2e-3);

        double DeviationOf(string name)
        {
            int start = definition.Parameters.TakeWhile(parameter => parameter.Name != name).Sum(parameter => parameter.Count);
            int count = definition.Parameters.Single(parameter => parameter.Name == name).Count;
            return Math.Sqrt(weights.AsSpan(start, count).ToArray().Average(weight => (double)weight * weight));
        }
    }

    [Fact]
    public void Adam_takes_the_steps_that_libtorchs_takes()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        Tensor target = randn(37, generator: random);
        float[] weights = randn(37, generator: random).data<float>().ToArray();
        var ours = new Adam(new float[37], new float[37]);
        using var optimizer = optim.Adam([new TorchSharp.Modules.Parameter(tensor(weights))], 0.01);
        Tensor leaf = optimizer.parameters().Single();
        for (int step = 1; step <= 50; step++)
        {
            optimizer.zero_grad();
            (leaf - target).pow(4).sum().backward();
            optimizer.step();
            float[] gradients = [.. weights.Zip(target.data<float>().ToArray(), (w, t) => 4 * MathF.Pow(w - t, 3))];
            ours.Step(weights, gradients, first: 0, step, 0.01);
        }

        Assert.All(weights.Zip(leaf.data<float>().ToArray()), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
    }
}
