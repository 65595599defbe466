using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests.Jobs;

public sealed class FilmScheduleTests
{
    [Fact]
    public void Frames_stand_at_step_0_and_at_each_power_of_two_up_to_512() => Assert.Equal(
        [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
        Enumerable.Range(0, 5_000).Where(FilmSchedule.Has));

    [Theory]
    [InlineData(5_000, 500, 11)]
    [InlineData(512, 500, 10)] // the last step is a checkpoint
    [InlineData(5_000, 64, 7)] // 64, 128, 256 and 512 are checkpoints
    [InlineData(1, 1, 1)]
    [InlineData(3, 500, 3)]
    public void A_frame_that_is_a_checkpoint_is_not_counted_twice(int steps, int checkpointEvery, int expected) => Assert.Equal(
        expected,
        FilmSchedule.EarlyFrames(
            TrainingSettings.For(Architecture.Strided, "mnist") with { Steps = steps, CheckpointEvery = checkpointEvery }));

    [Fact]
    public void Networks_of_fewer_than_200000_parameters_are_filmed_unless_their_jobs_say_otherwise()
    {
        TrainingSettings dense = TrainingSettings.For(Architecture.Dense, "mnist");
        Assert.True(FilmSchedule.IsDefaultFor(TrainingSettings.For(Architecture.Strided, "mnist")));
        Assert.False(FilmSchedule.IsDefaultFor(dense));
        Assert.True(FilmSchedule.IsDefaultFor(dense with { DenseWidths = [100, 32] }));
    }
}
