using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

public sealed class LayerTests
{
    public static MatrixTheoryData<EngineKind, Architecture, bool> Networks =>
        new([EngineKind.Simd, EngineKind.TorchSharp], Enum.GetValues<Architecture>(), [false, true]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_layer_equals_plain_nested_loops(EngineKind engine, Architecture architecture, bool decoderBias)
    {
        TrainingSettings settings = TrainingSettings.For(
            architecture,
            "synthetic-digits",
            Activation.Tanh,
            Activation.Sigmoid,
            Activation.Linear
        ) with
        {
            Channels = [2, 3],
            KernelSize = 5,
            DenseWidths = [20, 6],
            DecoderBias = decoderBias,
        };
        byte[] digit = new byte[784];
        SyntheticDigits.Render(1, 0, digit);

        AssertLayers(
            engine,
            settings,
            Trainer.CreateInitialState(settings, threads: 1).Weights,
            [.. digit.Select(value => value / 255f)],
            1e-5);
    }

    /// <summary>
    /// With kernels of one tap and weight 1 a network only pools and unpools. Of its images' four grey levels most blocks hold
    /// one twice: what comes back where shows which of equal values counts as the maximum.
    /// </summary>
    [Theory]
    [InlineData(EngineKind.Simd, Architecture.ZeroUnpool)]
    [InlineData(EngineKind.Simd, Architecture.NearestUnpool)]
    [InlineData(EngineKind.Simd, Architecture.SwitchUnpool)]
    [InlineData(EngineKind.TorchSharp, Architecture.ZeroUnpool)]
    [InlineData(EngineKind.TorchSharp, Architecture.NearestUnpool)]
    [InlineData(EngineKind.TorchSharp, Architecture.SwitchUnpool)]
    public void Of_equal_maxima_the_first_in_reading_order_is_remembered(EngineKind engine, Architecture architecture)
    {
        TrainingSettings settings = TrainingSettings.For(
            architecture,
            "synthetic-digits",
            Activation.Linear,
            Activation.Linear,
            Activation.Linear
        ) with
        {
            Channels = [1, 1],
            KernelSize = 1,
        };
        float[] weights =
        [
            .. NetworkDefinition
                .For(settings)
                .Parameters.Select(parameter => parameter.Name.EndsWith(".weight", StringComparison.Ordinal) ? 1f : 0f),
        ];
        var random = new SplitMix64(1);
        // below 0 too: a pool padded by zeros would show
        float[] image = [.. Enumerable.Range(0, 784).Select(_ => random.NextBelow(4) - 2f)];

        AssertLayers(engine, settings, weights, image, 0);
    }

    private static void AssertLayers(EngineKind engine, TrainingSettings settings, float[] weights, float[] image, double tolerance)
    {
        NetworkDefinition definition = NetworkDefinition.For(settings);
        Dictionary<string, double[]> expected = new ReferenceNetwork(definition, weights).Activations(image);
        using var model = new Model(Trainer.CreateInitialState(settings, threads: 1, weights), engine);
        foreach (Layer layer in definition.Layers)
        {
            float[] actual = model.Look(layer, image).Values;
            Assert.Equal(layer.Output.Count, actual.Length);
            double worst = expected[layer.Name].Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second));
            Assert.True(worst <= tolerance, $"{layer.Name} is off by {worst}");
        }
    }
}
