using AutoencoderApi.Api.Experiments.Reports;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Tests.Experiments;

/// <summary>The sentence at the head of a report, and what it compares with.</summary>
public sealed class ReportOutcomeTests
{
    private static readonly TrainingSettings s_settings = TrainingSettings.For(Architecture.Strided, "mnist");

    [Fact]
    public void Jobs_that_have_not_ended_or_not_succeeded_are_counted_instead()
    {
        Assert.Equal("The experiment has no jobs left.", Outcome.Of([]));
        Assert.Equal(
            "No job has ended yet: 1 queued, 1 running.",
            Outcome.Of([Row("a", null, JobStatus.Running), Row("b", null, JobStatus.Queued)]));
        Assert.Equal(
            "No job has succeeded yet: 1 running, 1 failed.",
            Outcome.Of([Row("a", null, JobStatus.Running), Row("b", 0.1, JobStatus.Failed)]));
        Assert.Equal(
            "No job has succeeded: 1 failed, 1 cancelled.",
            Outcome.Of([Row("a", null, JobStatus.Cancelled), Row("b", 0.1, JobStatus.Failed)]));
        Assert.Equal("All 2 jobs failed.", Outcome.Of([Row("a", 0.1, JobStatus.Failed), Row("b", null, JobStatus.Failed)]));
        Assert.Equal("The job failed.", Outcome.Of([Row("a", null, JobStatus.Failed)]));
    }

    [Fact]
    public void One_job_is_compared_with_nothing_but_the_article()
    {
        Assert.Equal("a has a test loss of 0.00200.", Outcome.Of([Row("a", 0.002)]));
        Assert.Equal(
            "a has a test loss of 0.000900; this is 10 % below the article's 0.00100.",
            Outcome.Of([Row("a", 0.0009, article: 0.001)]));
        Assert.Equal(
            "a has a test loss of 0.00101; this is 1.0 % above the article's 0.00100.",
            Outcome.Of([Row("a", 0.00101, article: 0.001)]));
        Assert.Equal(
            "a has a test loss of 0.00300; this is 3.0 times the article's 0.00100.",
            Outcome.Of([Row("a", 0.003, article: 0.001)]));
        Assert.Equal(
            "a has a test loss of 0.0000200; this is 2.0 % of the article's 0.00100.",
            Outcome.Of([Row("a", 0.00002, article: 0.001)]));
    }

    [Fact]
    public void The_best_job_is_compared_with_the_next_of_those_that_succeeded()
    {
        Assert.Equal(
            "b has the least test loss, 0.0100, 25 % of that of the next, c (0.0400).",
            Outcome.Of([Row("a", 0.2, rate: 1), Row("b", 0.01, rate: 2), Row("c", 0.04, rate: 3)]));
        Assert.Equal(
            "Of 3 jobs, 2 have succeeded: a has the least test loss, 0.0990, 1.0 % below that of the next, b (0.100).",
            Outcome.Of([Row("a", 0.099, rate: 1), Row("b", 0.1, rate: 2), Row("c", 0.001, JobStatus.Failed, rate: 3)]));
        Assert.Equal(
            "Of 2 jobs, 1 has succeeded so far: a has a test loss of 0.100.",
            Outcome.Of([Row("a", 0.1, rate: 1), Row("b", null, JobStatus.Running, rate: 2)]));
    }

    [Fact]
    public void Equal_losses_are_a_tie()
    {
        Assert.Equal(
            "a, b and c have the same least test loss, 0.0100.",
            Outcome.Of([Row("a", 0.01, rate: 1), Row("b", 0.01, rate: 2), Row("c", 0.01, rate: 3), Row("d", 0.02, rate: 4)]));
    }

    [Fact]
    public void Seeds_are_taken_together_and_compared_by_their_means()
    {
        Assert.Equal(
            "group has a mean test loss of 0.0200 ± 0.0100 over 3 seeds (± standard deviation).",
            Outcome.Of([Row("a", 0.01, seed: 1), Row("b", 0.02, seed: 2), Row("c", 0.03, seed: 3)]));
        Assert.Equal(
            "group has the least mean test loss, 0.0150 ± 0.0071 over 2 seeds, 25 % of that of the next, c (0.0600).",
            Outcome.Of([Row("a", 0.01, seed: 1), Row("b", 0.02, seed: 2), Row("c", 0.06, rate: 3)]));
    }

    [Fact]
    public void Losses_on_other_images_are_not_compared()
    {
        ReportRow other = Row("b", 0.02);
        other = other with { Settings = other.Settings with { Labels = [1] } };
        Assert.Equal(
            "The test losses range from 0.0100 to 0.0200; the jobs differ in their data, so these losses do not compare.",
            Outcome.Of([Row("a", 0.01), other]));
    }

    [Fact]
    public void The_articles_losses_are_of_its_own_networks_settings_and_data()
    {
        Assert.Equal(0.000948159, ArticleReference.LossOf(s_settings));
        Assert.Equal(0.0858374, ArticleReference.LossOf(TrainingSettings.For(Architecture.ZeroUnpool, "mnist") with { Seed = 9 }));
        Assert.Equal(0.000948159, ArticleReference.LossOf(s_settings with { WarmupSteps = 0, EvaluateEvery = 10 }));
        Assert.Null(ArticleReference.LossOf(TrainingSettings.For(Architecture.Dense, "mnist")));
        Assert.All(
            (TrainingSettings[])
            [
                s_settings with { Channels = [8, 32] }, s_settings with { Steps = 4_999 }, s_settings with { Dataset = "fashion-mnist" },
                s_settings with { DecoderBias = true }, s_settings with { Labels = [1] }, s_settings with { KernelSize = 3 },
                s_settings with { OutputActivation = Activation.Sigmoid }, s_settings with { LearningRate = 0.02 },
            ],
            settings => Assert.Null(ArticleReference.LossOf(settings)));
    }

    [Fact]
    public void The_six_jobs_of_the_least_losses_have_the_colours_in_the_order_of_the_jobs()
    {
        Assert.Equal([0, 1, 2], LossChart.ColoursOf([0.3, null, 0.1]));
        Assert.Equal([0, null, 1, 2, null, 3, 4, 5], LossChart.ColoursOf([0.1, 0.9, 0.2, 0.3, double.NaN, 0.4, 0.5, 0.6]));
        Assert.Equal([0, 1, 2, 3, 4, 5, null, null], LossChart.ColoursOf(new double?[8]));
    }

    private static ReportRow Row(
        string label, double? test, JobStatus status = JobStatus.Succeeded, int rate = 1, int seed = 1, double? article = null) => new(
        label,
        "group",
        s_settings with { Seed = seed, LearningRate = 0.01 * rate },
        new Dictionary<string, string>(),
        0,
        status,
        new Losses(test, test, test),
        article,
        0,
        null,
        null,
        10,
        [],
        null);
}
