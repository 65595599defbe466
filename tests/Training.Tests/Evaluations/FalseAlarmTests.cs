using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests.Evaluations;

/// <summary>How often the quantiles of the validation errors call a digit anomalous that is not, on MNIST's test split.</summary>
public sealed class FalseAlarmTests
{
    private const double Quantile = 0.99;

    [Theory]
    [InlineData(null, 0.5)]
    [InlineData(1, 1.5)]
    [InlineData(4, 1.5)]
    [InlineData(8, 1.5)]
    public void The_fraction_of_held_out_normal_digits_above_a_quantile_is_the_rest(int? label, double points)
    {
        Dataset digits = MnistFolder.Load();
        DatasetSplit normal = label is { } one ? digits.Test.Where([one]) : digits.Test;
        TrainingSettings settings = TrainingSettings.For(Architecture.Strided, "mnist", codeWidth: 8) with
        {
            Labels = label is null ? null : [label.Value],
            Steps = 800,
            WarmupSteps = 400,
            EvaluateEvery = 800,
            CheckpointEvery = 800,
        };
        Checkpoint trained = new Trainer(digits, Trainer.CreateInitialState(settings, 2)).Train(CancellationToken.None)
            .OfType<TrainingEvent.Checkpointed>().Last().Checkpoint;
        using var model = new Model(trained);
        double threshold = model.Errors!.At(Quantile);
        int alarms = Enumerable.Range(0, normal.Count).AsParallel().Count(i => ErrorOf(i) > threshold);
        Assert.InRange(100.0 * alarms / normal.Count, 100 * (1 - Quantile) - points, 100 * (1 - Quantile) + points);

        double ErrorOf(int index)
        {
            float[] image = new float[normal.PixelsPerImage];
            Pixels.ToFloats(normal.Image(index), image);
            return SquaredError.Sum(model.Reconstruct(image), image) / image.Length;
        }
    }
}
