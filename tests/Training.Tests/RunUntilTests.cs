using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

/// <summary>A run ends at the point that was asked for, with the state that a run had there.</summary>
public sealed class RunUntilTests
{
    private static readonly Dataset s_digits = SyntheticDigits.Create(300, 60, 60);

    private static readonly TrainingSettings s_settings = TrainingSettings.For(Architecture.Strided, "synthetic-digits") with
    {
        Steps = 30,
        Channels = [2, 3],
        WarmupSteps = 10,
        EvaluateEvery = 10,
        CheckpointEvery = 15,
    };

    [Theory]
    [InlineData(EngineKind.Simd)]
    [InlineData(EngineKind.TorchSharp)]
    public void A_run_until_any_step_ends_with_the_checkpoint_that_a_stop_there_leaves(EngineKind engine)
    {
        Checkpoint initial = Trainer.CreateInitialState(s_settings, 1, engine: engine);
        Checkpoint middle = Checkpoints(new Trainer(s_digits, initial, engine)).First();
        Assert.Equal(15, middle.Step);
        foreach (int step in (int[])[3, 10, 15, 17, 20, 29, 30])
        {
            using var stop = new CancellationTokenSource();
            using var within = new FaultPointStop("step.before", step + 1, stop); // never reached after the last step
            Checkpoint stopped = Checkpoints(new Trainer(s_digits, initial, engine), stop.Token).Last();
            Assert.Equal(step, stopped.Step);
            AssertEndsWith(stopped, initial);
            if (step > middle.Step)
            {
                AssertEndsWith(stopped, middle);
            }
        }

        void AssertEndsWith(Checkpoint stopped, Checkpoint start)
        {
            TrainingEvent[] events =
                [.. new Trainer(s_digits, start, engine, until: RunPoint.Of(stopped)).Train(CancellationToken.None)];
            Checkpoint last = events.OfType<TrainingEvent.Checkpointed>().Last().Checkpoint;
            Assert.Equal(CheckpointFile.Write(stopped), CheckpointFile.Write(last));
            Assert.Equal(
                stopped.Step == s_settings.Steps ? new TrainingEvent.Finished(30) : new TrainingEvent.Stopped(stopped.Step), events[^1]);
        }
    }

    [Fact]
    public void A_run_until_a_point_before_an_evaluation_does_not_make_it()
    {
        Checkpoint initial = Trainer.CreateInitialState(s_settings, 1);
        foreach (int step in (int[])[10, 30])
        {
            using var stop = new CancellationTokenSource();
            using var within = new FaultPointStop("evaluate.before", 1 + (step / 10), stop);
            Checkpoint stopped = Checkpoints(new Trainer(s_digits, initial), stop.Token).Last();
            Assert.Equal((step, step - 10), (stopped.Step, stopped.EvaluatedStep));
            TrainingEvent[] events = [.. new Trainer(s_digits, initial, until: RunPoint.Of(stopped)).Train(CancellationToken.None)];
            Assert.Equal(new TrainingEvent.Stopped(step), events[^1]);
            Assert.Equal(
                CheckpointFile.Write(stopped), CheckpointFile.Write(events.OfType<TrainingEvent.Checkpointed>().Last().Checkpoint));
            Assert.DoesNotContain(events.OfType<TrainingEvent.Evaluated>(), point => point.Step == step);
        }
    }

    [Fact]
    public void A_run_until_step_0_gives_the_state_of_the_seed()
    {
        Checkpoint initial = Trainer.CreateInitialState(s_settings, 1);
        TrainingEvent[] events = [.. new Trainer(s_digits, initial, until: new RunPoint(0, false)).Train(CancellationToken.None)];
        Checkpoint state = Assert.IsType<TrainingEvent.Checkpointed>(events[0]).Checkpoint;
        Assert.Equal(initial.Weights, state.Weights);
        Assert.Equal([typeof(TrainingEvent.Checkpointed), typeof(TrainingEvent.Stopped)], events.Select(happened => happened.GetType()));
    }

    [Fact]
    public void A_run_cannot_end_before_it_begins()
    {
        Checkpoint middle = Checkpoints(new Trainer(s_digits, Trainer.CreateInitialState(s_settings, 1))).First();
        Assert.Throws<ArgumentOutOfRangeException>(() => new Trainer(s_digits, middle, until: new RunPoint(14, false)));
    }

    [Fact]
    public void A_wish_to_stop_ends_such_a_run_too()
    {
        using var stop = new CancellationTokenSource();
        using var within = new FaultPointStop("step.before", 8, stop);
        var trainer = new Trainer(s_digits, Trainer.CreateInitialState(s_settings, 1), until: new RunPoint(20, true));
        Assert.Equal(new TrainingEvent.Stopped(7), trainer.Train(stop.Token).Last());
    }

    private static IEnumerable<Checkpoint> Checkpoints(Trainer trainer, CancellationToken stop = default) =>
        trainer.Train(stop).OfType<TrainingEvent.Checkpointed>().Select(happened => happened.Checkpoint);
}
