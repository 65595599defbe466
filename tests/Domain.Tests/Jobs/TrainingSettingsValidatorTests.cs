using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests.Jobs;

public sealed class TrainingSettingsValidatorTests
{
    private static readonly TrainingSettings s_defaults = TrainingSettings.For(Architecture.Strided, "mnist");

    [Fact]
    public void Each_architectures_own_settings_are_allowed() =>
        Assert.All(Enum.GetValues<Architecture>(), architecture =>
            Assert.Empty(TrainingSettingsValidator.Validate(TrainingSettings.For(architecture, "mnist"))));

    [Theory]
    [InlineData("steps", 1, 100_000)]
    [InlineData("batchSize", 1, 1_000)]
    [InlineData("seed", 0, int.MaxValue)]
    [InlineData("warmupSteps", 0, 100_000)]
    [InlineData("evaluateEvery", 1, 100_000)]
    [InlineData("checkpointEvery", 1, 100_000)]
    [InlineData("channels", 1, 64)]
    [InlineData("denseWidths", 1, 1_568)]
    [InlineData("kernelSize", 1, 9)]
    public void Whole_numbers_are_allowed_from_their_lower_to_their_upper_bound(string field, int lower, int upper)
    {
        Assert.All((int[])[lower, upper], value =>
            Assert.All(With(field, value), settings => Assert.Empty(TrainingSettingsValidator.Validate(settings))));
        int[] outside = upper == int.MaxValue ? [lower - 1, int.MinValue] : [lower - 1, upper + 1, int.MinValue, int.MaxValue];
        Assert.All(outside, value => Assert.All(With(field, value), settings => AssertNames(field, settings)));
    }

    [Theory]
    [InlineData(1e-6, true)]
    [InlineData(0.01, true)]
    [InlineData(1, true)]
    [InlineData(0.99e-6, false)]
    [InlineData(0, false)]
    [InlineData(-0.01, false)]
    [InlineData(1.000001, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    public void The_learning_rate_is_a_number_from_a_millionth_to_1(double rate, bool allowed)
    {
        TrainingSettings settings = s_defaults with { LearningRate = rate };

        if (allowed)
        {
            Assert.Empty(TrainingSettingsValidator.Validate(settings));
        }
        else
        {
            AssertNames("learningRate", settings);
        }
    }

    [Fact]
    public void Kernels_are_odd() =>
        Assert.All(Enumerable.Range(1, 9), size =>
            Assert.Equal(size % 2 == 0, TrainingSettingsValidator.Validate(s_defaults with { KernelSize = size }).ContainsKey("kernelSize"))
        );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Channels_and_widths_come_in_pairs(int count)
    {
        int[] values = [.. Enumerable.Repeat(8, count)];

        AssertNames("channels", s_defaults with { Channels = values });
        AssertNames("denseWidths", s_defaults with { DenseWidths = values });
    }

    [Fact]
    public void An_architecture_that_there_is_not_is_answered_with_those_there_are() =>
        Assert.Contains(
            "strided, zero-unpool",
            TrainingSettingsValidator.Validate(s_defaults with { Architecture = (Architecture)99 })["architecture"]);

    [Theory]
    [InlineData(new[] { 1, 8, 8 }, true)]
    [InlineData(new[] { 3, 128, 128 }, true)]
    [InlineData(new[] { 1, 12, 20 }, true)]
    [InlineData(new[] { 2, 28, 28 }, false)]
    [InlineData(new[] { 4, 28, 28 }, false)]
    [InlineData(new[] { 1, 30, 28 }, false)]
    [InlineData(new[] { 1, 28, 4 }, false)]
    [InlineData(new[] { 1, 132, 28 }, false)]
    [InlineData(new[] { 28, 28 }, false)]
    [InlineData(new int[0], false)]
    public void Images_have_one_or_three_channels_and_sides_divisible_by_4(int[] shape, bool allowed)
    {
        TrainingSettings settings = s_defaults with { ImageShape = shape };
        if (allowed)
        {
            Assert.Empty(TrainingSettingsValidator.Validate(settings));
        }
        else
        {
            AssertNames("imageShape", settings);
        }
    }

    [Theory]
    [InlineData(0.001, true)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(1.01, false)]
    [InlineData(double.NaN, false)]
    public void Noise_has_an_amount_up_to_1(double amount, bool allowed)
    {
        TrainingSettings settings = s_defaults with { Noise = new Noise { Kind = NoiseKind.Gaussian, Amount = amount } };
        Assert.Equal(allowed, TrainingSettingsValidator.Validate(settings).Count == 0);
        AssertNames("noise", s_defaults with { Noise = new Noise { Kind = (NoiseKind)7, Amount = 0.5 } });
    }

    [Fact]
    public void Large_images_allow_narrower_dense_networks_and_smaller_batches()
    {
        TrainingSettings dense = TrainingSettings.For(Architecture.Dense, "mnist"), wide = dense with { DenseWidths = [1_024, 1_024] };
        Assert.Empty(TrainingSettingsValidator.Validate(wide));
        AssertNames("denseWidths", wide with { ImageShape = [3, 32, 32] });
        Assert.Empty(TrainingSettingsValidator.Validate(dense with { ImageShape = [3, 32, 32] }));
        Assert.Empty(TrainingSettingsValidator.Validate(dense with { ImageShape = [3, 128, 128], DenseWidths = [40, 40] }));
        Assert.Contains(
            "at most 162 for",
            TrainingSettingsValidator.Validate(s_defaults with { ImageShape = [3, 128, 128], BatchSize = 163 })["batchSize"]);
        Assert.Empty(TrainingSettingsValidator.Validate(s_defaults with { ImageShape = [3, 128, 128], BatchSize = 162 }));
    }

    [Fact]
    public void Every_violation_is_named_at_once() =>
        Assert.Equal(
            ["batchSize", "kernelSize", "steps"],
            TrainingSettingsValidator.Validate(s_defaults with { Steps = 0, BatchSize = 0, KernelSize = 4 }).Keys.Order());

    private static void AssertNames(string field, TrainingSettings settings) =>
        Assert.Equal([field], TrainingSettingsValidator.Validate(settings).Keys);

    /// <summary>The defaults with the field at <paramref name="value"/>; for a pair, with either of its two there.</summary>
    private static TrainingSettings[] With(string field, int value) => field switch
    {
        "steps" => [s_defaults with { Steps = value }],
        "batchSize" => [s_defaults with { BatchSize = value }],
        "seed" => [s_defaults with { Seed = value }],
        "warmupSteps" => [s_defaults with { WarmupSteps = value }],
        "evaluateEvery" => [s_defaults with { EvaluateEvery = value }],
        "checkpointEvery" => [s_defaults with { CheckpointEvery = value }],
        "channels" => [s_defaults with { Channels = [value, 8] }, s_defaults with { Channels = [8, value] }],
        "denseWidths" => [s_defaults with { DenseWidths = [value, 8] }, s_defaults with { DenseWidths = [8, value] }],
        "kernelSize" => [s_defaults with { KernelSize = value }],
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no such field"),
    };
}
