using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Verifications;

namespace AutoencoderApi.Domain.Tests.Verifications;

/// <summary>Any one bit of a checkpoint that differs is found, and named as its file names it.</summary>
public sealed class CheckpointComparisonTests
{
    private static readonly TrainingSettings s_settings = TrainingSettings.For(Architecture.Strided, "any") with
    {
        Channels = [1, 2],
        KernelSize = 3,
        Steps = 10,
    };

    private static readonly NetworkDefinition s_network = NetworkDefinition.For(s_settings);

    [Fact]
    public void Equal_checkpoints_are_equal()
    {
        var comparison = new CheckpointComparison(Checkpoint(), Checkpoint());
        Assert.Null(comparison.FirstDifference());
        Assert.Empty(comparison.LossDifferences());
        VerifiedContent content = comparison.Content(measuresLosses: true);
        Assert.Equal(
            (3 * s_network.Parameters.Count, 3 * s_network.ParameterCount, true, true),
            (content.Tensors, content.Values, content.Optimizer, content.File));
        Assert.Equal(["train", "validation", "test", "errorQuantiles"], content.Losses);
        Assert.Empty(comparison.Content(measuresLosses: false).Losses);
    }

    [Fact]
    public void The_last_bit_of_any_one_value_is_found_in_its_tensor_and_at_its_place()
    {
        Checkpoint measured = Checkpoint();
        string[] suffixes = ["", ".exp_avg", ".exp_avg_sq"];
        for (int vector = 0; vector < 3; vector++)
        {
            int at = 0;
            foreach (Parameter parameter in s_network.Parameters)
            {
                for (int i = 0; i < parameter.Count; i++)
                {
                    Checkpoint stated = Checkpoint();
                    float[] values = vector switch { 0 => stated.Weights, 1 => stated.FirstMoment!, _ => stated.SecondMoment! };
                    values[at + i] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(values[at + i]) ^ 1);
                    var comparison = new CheckpointComparison(stated, measured);
                    TensorDifference difference = comparison.FirstDifference()!;
                    Assert.Equal((parameter.Name + suffixes[vector], i, 1), (difference.Tensor, difference.Index, difference.Count));
                    Assert.False(comparison.Content(measuresLosses: true).File);
                }

                at += parameter.Count;
            }
        }
    }

    [Fact]
    public void Minus_zero_is_not_zero()
    {
        Checkpoint stated = Checkpoint(), measured = Checkpoint();
        (stated.Weights[0], measured.Weights[0]) = (-0f, 0f);
        Assert.Equal(0, new CheckpointComparison(stated, measured).FirstDifference()!.Index);
    }

    [Fact]
    public void Each_stated_loss_that_differs_is_named_and_what_is_not_stated_is_not_compared()
    {
        Checkpoint measured = Checkpoint();
        (string Name, Checkpoint Stated)[] all =
        [
            ("train", measured with { Losses = measured.Losses with { Train = 0.4 } }),
            ("validation", measured with { Losses = measured.Losses with { Validation = 0.4 } }),
            ("test", measured with { Losses = measured.Losses with { Test = 0.4 } }),
            ("errorQuantiles[500]", measured with { Errors = ErrorQuantiles.Of([0, 0.25, 0.375, 1]) }),
            ("lossSum", measured with { LossSum = 2 }),
            ("evaluatedStep", measured with { EvaluatedStep = 9 }),
        ];
        foreach ((string name, Checkpoint stated) in all)
        {
            IReadOnlyList<LossDifference> differences = new CheckpointComparison(stated, measured).LossDifferences();
            Assert.StartsWith(name.Split('[')[0], Assert.Single(differences).Name, StringComparison.Ordinal);
        }

        var silent = new CheckpointComparison(measured.ToFrame(), measured);
        Assert.Empty(silent.LossDifferences());
        Assert.Null(silent.FirstDifference());
        Assert.Equal((s_network.Parameters.Count, false), (silent.Content(true).Tensors, silent.Content(true).Optimizer));
    }

    private static Checkpoint Checkpoint()
    {
        float[] Vector(float scale) => [.. Enumerable.Range(1, s_network.ParameterCount).Select(i => scale * i)];
        return new Checkpoint(
            s_settings,
            Step: 10,
            new Losses(0.1, 0.2, 0.3),
            EvaluatedStep: 10,
            LossSum: 1,
            new ExecutionEnvironment(1, "avx2", "simd"),
            Vector(0.01f),
            Vector(0.001f),
            Vector(0.0001f))
        {
            Data = new DataProfile(Background.Dark, [0, 1]),
            Errors = ErrorQuantiles.Of([0, 0.25, 0.5, 1]),
        };
    }
}
