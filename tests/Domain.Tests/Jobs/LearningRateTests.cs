using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests.Jobs;

public sealed class LearningRateTests
{
    private const double Rate = 0.01;

    // 5,000 steps, 500 of warm-up, cosine
    private static readonly TrainingSettings s_defaults = TrainingSettings.For(Architecture.Strided, "mnist");

    [Theory]
    [InlineData(0, Rate / 500)]
    [InlineData(1, Rate * 2 / 500)]
    [InlineData(249, Rate / 2)]
    [InlineData(499, Rate)]
    [InlineData(500, Rate)]
    [InlineData(2750, Rate / 2)]
    [InlineData(4999, 1.2184696e-9)] // 0.01 · ½(1 + cos(π · 4499 / 4500))
    public void By_default_it_climbs_for_500_steps_and_falls_along_half_a_cosine(int step, double expected) =>
        Assert.Equal(expected, s_defaults.LearningRateAt(step), expected * 1e-6);

    [Fact]
    public void It_never_rises_after_the_warm_up_and_stays_above_zero()
    {
        double[] rates = [.. Enumerable.Range(499, 4501).Select(s_defaults.LearningRateAt)];

        Assert.All(rates.Zip(rates.Skip(1)), pair => Assert.True(pair.Second <= pair.First));
        Assert.All(rates, rate => Assert.True(rate > 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(500)]
    public void A_run_no_longer_than_its_warm_up_only_climbs_with_the_slope_of_every_other(int steps)
    {
        TrainingSettings settings = s_defaults with { Steps = steps };

        Assert.All(Enumerable.Range(0, steps), step => Assert.Equal(Rate * (step + 1) / 500, settings.LearningRateAt(step), 1e-15));
    }

    [Fact]
    public void Without_a_warm_up_it_begins_at_its_full_value()
    {
        TrainingSettings settings = s_defaults with { WarmupSteps = 0, Steps = 100 };

        Assert.Equal(Rate, settings.LearningRateAt(0));
        Assert.Equal(Rate * 0.5 * (1 + Math.Cos(Math.PI / 100)), settings.LearningRateAt(1), 1e-15);
        Assert.Equal(Rate / 2, settings.LearningRateAt(50), 1e-15);
    }

    [Fact]
    public void A_constant_rate_climbs_and_then_stays()
    {
        TrainingSettings settings = s_defaults with { LearningRateSchedule = LearningRateSchedule.Constant };

        Assert.Equal(Rate / 500, settings.LearningRateAt(0), 1e-15);
        Assert.All(Enumerable.Range(499, 4501), step => Assert.Equal(Rate, settings.LearningRateAt(step)));
        Assert.All(Enumerable.Range(0, 5000), step => Assert.Equal(Rate, (settings with { WarmupSteps = 0 }).LearningRateAt(step)));
    }
}
