using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.RequestBench;

internal static class TrainedModel
{
    public static readonly Dataset Digits = SyntheticDigits.Create(train: 2_000, validation: 100, test: 100);

    /// <summary>A test digit as a network takes it: [1, 28, 28] in 0..1.</summary>
    public static float[] Digit(int index) => [.. Digits.Test.Image(index).ToArray().Select(value => value / 255f)];

    /// <summary>A network after 300 steps, so that its maps look as maps do.</summary>
    public static Model Of(Architecture architecture)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, Digits.Name) with { Steps = 300 };
        Checkpoint trained = new Trainer(Digits, Trainer.CreateInitialState(settings, threads: 1))
            .Train(CancellationToken.None)
            .OfType<TrainingEvent.Checkpointed>()
            .Last()
            .Checkpoint;
        return new Model(trained);
    }
}
