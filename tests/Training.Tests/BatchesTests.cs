using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

public sealed class BatchesTests
{
    private const int Pictures = 7;

    /// <summary>Pictures of one pixel each, whose value is their number.</summary>
    private static readonly DigitSet s_set = new(new(1, 1, 1), (byte[])[0, 1, 2, 3, 4, 5, 6], new byte[Pictures]);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(17)] // more than two epochs in one batch
    public void Batches_are_the_epochs_one_after_another(int batchSize)
    {
        var batches = new Batches(s_set, batchSize, seed: 5);

        int[] seen = [.. Enumerable.Range(0, 20).SelectMany(step => Numbers(batches.At(step)))];

        int[] epochs = [.. Enumerable.Range(0, (seen.Length / Pictures) + 1).SelectMany(epoch => BatchOrder.Permutation(5, epoch, Pictures))];
        Assert.Equal(epochs[..seen.Length], seen);
    }

    [Fact]
    public void A_batch_depends_on_its_number_alone()
    {
        var batches = new Batches(s_set, 3, seed: 5);
        int[][] forward = [.. Enumerable.Range(0, 9).Select(step => Numbers(batches.At(step)))];

        var others = new Batches(s_set, 3, seed: 5);
        int[][] backward = [.. Enumerable.Range(0, 9).Reverse().Select(step => Numbers(others.At(step))).Reverse()];

        Assert.Equal(forward, backward);
    }

    private static int[] Numbers(float[] batch) => [.. batch.Select(value => (int)MathF.Round(value * 255))];
}
