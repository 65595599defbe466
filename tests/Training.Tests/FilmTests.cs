using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

public sealed class FilmTests
{
    private static readonly Dataset s_digits = SyntheticDigits.Create(100, 20, 20);

    private static readonly TrainingSettings s_settings =
        TrainingSettings.For(Architecture.Strided, SyntheticDigits.Name) with
        {
            Steps = 40,
            BatchSize = 5,
            Channels = [2, 3],
            WarmupSteps = 10,
            EvaluateEvery = 10,
            CheckpointEvery = 12,
        };

    [Theory]
    [InlineData(EngineKind.Simd)]
    [InlineData(EngineKind.TorchSharp)]
    public void A_filmed_run_tells_its_weights_before_anything_else_of_a_step_and_ends_as_one_that_is_not_filmed(EngineKind engine)
    {
        Checkpoint initial = Trainer.CreateInitialState(s_settings, 1, engine: engine);
        List<TrainingEvent> plain = [.. new Trainer(s_digits, initial, engine).Train(CancellationToken.None)];
        List<TrainingEvent> filmed = [.. new Trainer(s_digits, initial, engine, isFilmed: true).Train(CancellationToken.None)];
        TrainingEvent.Framed[] frames = [.. filmed.OfType<TrainingEvent.Framed>()];
        Assert.Equal([0, 1, 2, 4, 8, 16, 32], frames.Select(frame => frame.Step));
        Assert.IsType<TrainingEvent.Framed>(filmed[0]);
        Assert.Equal(initial.Weights, frames[0].Frame.Weights);
        Assert.All(frames, frame => Assert.Equal(
            (frame.Step, -1, 0.0, null, null),
            (frame.Frame.Step, frame.Frame.EvaluatedStep, frame.Frame.LossSum, frame.Frame.FirstMoment, frame.Frame.SecondMoment)));
        Assert.Empty(plain.OfType<TrainingEvent.Framed>());
        Assert.Equal(Files(plain), Files(filmed));
    }

    [Fact]
    public void A_run_that_is_resumed_tells_the_frames_behind_its_checkpoint_again_with_the_same_bytes()
    {
        Checkpoint initial = Trainer.CreateInitialState(s_settings, 1);
        TrainingEvent[] whole = [.. new Trainer(s_digits, initial, isFilmed: true).Train(CancellationToken.None)];
        foreach (Checkpoint saved in whole.OfType<TrainingEvent.Checkpointed>().Select(saved => saved.Checkpoint))
        {
            Checkpoint start = CheckpointFile.Read(CheckpointFile.Write(saved)).Value();
            TrainingEvent[] rest = [.. new Trainer(s_digits, start, isFilmed: true).Train(CancellationToken.None)];
            Assert.Equal(Frames(whole).Where(frame => frame.Step > saved.Step), Frames(rest));
        }
    }

    [Fact]
    public void A_frame_is_a_checkpoint_file_of_the_weights_alone()
    {
        Checkpoint end = new Trainer(s_digits, Trainer.CreateInitialState(s_settings, 1))
            .Train(CancellationToken.None).OfType<TrainingEvent.Checkpointed>().Last().Checkpoint;
        byte[] whole = CheckpointFile.Write(end), frame = CheckpointFile.Write(end.ToFrame());
        Assert.InRange(frame.Length, sizeof(float) * end.Weights.Length, whole.Length - (2 * sizeof(float) * end.Weights.Length));
        Checkpoint read = CheckpointFile.Read(frame).Value();
        Assert.Equal((end.Step, end.Settings.Architecture), (read.Step, read.Settings.Architecture));
        Assert.Equal(end.Weights, read.Weights);
        Assert.Equal(new Losses(null, null, null), read.Losses);
        string[] names = [.. Safetensors.Read(whole).Value().Tensors.Take(4).Select(tensor => tensor.Name)];
        Assert.Equal(names, Safetensors.Read(frame).Value().Tensors.Take(4).Select(tensor => tensor.Name));
    }

    private static string[] Files(IEnumerable<TrainingEvent> events) =>
        [.. events.OfType<TrainingEvent.Checkpointed>().Select(saved => Convert.ToHexString(CheckpointFile.Write(saved.Checkpoint)))];

    private static (int Step, string File)[] Frames(IEnumerable<TrainingEvent> events) =>
        [.. events.OfType<TrainingEvent.Framed>().Select(told => (told.Step, Convert.ToHexString(CheckpointFile.Write(told.Frame))))];
}
