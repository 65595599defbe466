using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Tests.Jobs;

public sealed class JobDurationsTests
{
    private static readonly DateTime s_now = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly Dictionary<string, DatasetSize?> s_sizes =
        new() { ["synthetic-digits"] = BuiltInDatasets.SizeOf("synthetic-digits"), ["gone"] = null };

    [Fact]
    public void A_job_takes_as_long_as_the_median_of_its_like_whatever_their_seeds()
    {
        JobDurations durations = Of(Ended(10, seed: 1), Ended(30, seed: 2), Ended(12, seed: 3));
        Assert.Equal(12, durations.Remaining(Waiting(seed: 4), s_now));
        Assert.Equal(6, durations.Remaining(Waiting(step: 500), s_now)); // half of it is done
    }

    [Fact]
    public void A_job_of_other_settings_takes_the_time_of_its_operations()
    {
        JobDurations durations = Of(Ended(10));
        double twice = durations.Remaining(Waiting(steps: 2_000), s_now)!.Value;
        Assert.InRange(twice, 18, 21); // twice the steps, and as many evaluations on the way
        Assert.True(durations.Remaining(Waiting(Architecture.NearestUnpool), s_now) > 10); // by the rate of another architecture
        Assert.Null(Of().Remaining(Waiting(), s_now));
        Assert.Null(durations.Remaining(Waiting(dataset: "gone"), s_now));
    }

    [Fact]
    public void A_running_job_has_left_what_its_pace_says_or_what_its_like_took()
    {
        JobDurations durations = Of(Ended(10));
        Assert.Equal(25, durations.Remaining(Running(step: 500, stepsPerSecond: 20), s_now));
        Assert.Equal(7, durations.Remaining(Running(startedAt: s_now.AddSeconds(-3)), s_now));
        Assert.Equal(0, durations.Remaining(Running(startedAt: s_now.AddSeconds(-30)), s_now));
        Assert.Null(Of().Remaining(Running(startedAt: s_now), s_now));
    }

    [Fact]
    public void Jobs_start_when_the_first_worker_is_free()
    {
        var two = new WorkerTimeline(2, [5, 1]);
        Assert.Equal([1, 4, 5, 7], new double?[] { two.Take(3), two.Take(3), two.Take(9), two.Take(1) });
        var idle = new WorkerTimeline(2, []);
        Assert.Equal([0, 0, 4], new double?[] { idle.Take(4), idle.Take(6), idle.Take(1) });
    }

    [Fact]
    public void Behind_a_job_that_nobody_can_estimate_nothing_is_promised()
    {
        var one = new WorkerTimeline(1, []);
        Assert.Equal([0, null, null], new double?[] { one.Take(null), one.Take(3), one.Take(3) });
        Assert.Null(new WorkerTimeline(0, []).Take(1));
    }

    private static JobDurations Of(params JobRow[] ended) => new(ended, s_sizes);

    private static JobRow Ended(double seconds, int seed = 1) =>
        Row(JobStatus.Succeeded, seed: seed, startedAt: s_now.AddSeconds(-seconds), endedAt: s_now);

    private static JobRow Waiting(
        Architecture architecture = Architecture.Strided,
        int steps = 1_000,
        int seed = 1,
        int step = 0,
        string dataset = "synthetic-digits") =>
        Row(JobStatus.Queued, architecture, steps, seed, step, dataset: dataset);

    private static JobRow Running(int step = 0, double? stepsPerSecond = null, DateTime? startedAt = null) =>
        Row(JobStatus.Running, step: step, stepsPerSecond: stepsPerSecond, startedAt: startedAt);

    private static JobRow Row(
        JobStatus status,
        Architecture architecture = Architecture.Strided,
        int steps = 1_000,
        int seed = 1,
        int step = 0,
        double? stepsPerSecond = null,
        DateTime? startedAt = null,
        DateTime? endedAt = null,
        string dataset = "synthetic-digits") => new()
        {
            Id = Guid.CreateVersion7(),
            Status = status,
            Architecture = architecture,
            Settings = TrainingSettings.For(architecture, dataset) with { Steps = steps, Seed = seed },
            Dataset = dataset,
            Losses = new Losses(null, null, null),
            Step = step,
            StepsPerSecond = stepsPerSecond,
            StartedAt = startedAt,
            EndedAt = endedAt,
        };
}
