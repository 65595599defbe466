using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

public sealed class BatchLoaderTests
{
    private const int Images = 7;

    /// <summary>Images of one pixel each, whose value is their number.</summary>
    private static readonly DatasetSplit s_set = new(new(1, 1, 1), (byte[])[0, 1, 2, 3, 4, 5, 6], new byte[Images]);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(17)] // more than two epochs in one batch
    public void Batches_are_the_epochs_one_after_another(int batchSize)
    {
        BatchLoader batches = new BatchLoader(s_set, batchSize, seed: 5);

        int[] seen = [.. Enumerable.Range(0, 20).SelectMany(step => Numbers(batches.At(step)))];

        int[] epochs =
        [
            .. Enumerable.Range(0, (seen.Length / Images) + 1).SelectMany(epoch => EpochShuffler.Permutation(5, epoch, Images)),
        ];
        Assert.Equal(epochs[..seen.Length], seen);
    }

    [Fact]
    public void A_batch_depends_on_its_number_alone()
    {
        BatchLoader batches = new BatchLoader(s_set, 3, seed: 5);
        int[][] forward = [.. Enumerable.Range(0, 9).Select(step => Numbers(batches.At(step)))];

        BatchLoader others = new BatchLoader(s_set, 3, seed: 5);
        int[][] backward = [.. Enumerable.Range(0, 9).Reverse().Select(step => Numbers(others.At(step))).Reverse()];

        Assert.Equal(forward, backward);
    }

    [Fact]
    public void The_noise_of_a_batch_is_on_its_inputs_and_depends_on_its_number_alone()
    {
        DatasetSplit digits = SyntheticDigits.Create(10, 1, 1).Train;
        var noise = new Noise { Kind = NoiseKind.Gaussian, Amount = 0.3 };
        BatchLoader first = new(digits, 4, seed: 5, noise), second = new(digits, 4, seed: 5, noise), clean = new(digits, 4, seed: 5);
        float[] before = [.. first.At(7).Inputs];
        first.At(8);
        (float[] inputs, float[] targets) = second.At(7);
        Assert.Equal(before, inputs);
        Assert.Equal(clean.At(7).Targets, targets);
        Assert.Same(clean.At(7).Targets, clean.At(7).Inputs);
        Assert.NotEqual(first.At(9).Inputs.Zip(first.At(9).Targets, (a, b) => a - b), inputs.Zip(targets, (a, b) => a - b));
    }

    private static int[] Numbers(TrainingBatch batch) => [.. batch.Targets.Select(value => (int)MathF.Round(value * 255))];
}
