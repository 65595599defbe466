using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// The training batches: images in a fresh permutation each epoch, one epoch running on into the next. A batch depends
/// on the seed and its number alone, its noise too.
/// </summary>
/// <param name="noise">On what the network is given; null for none.</param>
internal sealed class BatchLoader(DatasetSplit set, int batchSize, int seed, Noise? noise = null)
{
    private readonly float[] _targets = new float[batchSize * set.PixelsPerImage];
    private readonly float[]? _inputs = noise is null ? null : new float[batchSize * set.PixelsPerImage];
    private int _epoch = -1;
    private int[] _order = [];

    /// <summary>
    /// Batch number <paramref name="step"/> as [B, C, H, W], what the network is given and what it should make of it: one array where
    /// there is no noise. They are the same arrays each time, valid until the next call.
    /// </summary>
    public TrainingBatch At(int step)
    {
        float[] inputs = _inputs ?? _targets;
        for (int i = 0; i < batchSize; i++)
        {
            long position = ((long)step * batchSize) + i;
            Range own = (i * set.PixelsPerImage)..((i + 1) * set.PixelsPerImage);
            Pixels.ToFloats(set.Image(ImageAt(position)), _targets.AsSpan(own));
            Pixels.AddNoise(_targets.AsSpan(own), inputs.AsSpan(own), noise, seed, position);
        }

        return new TrainingBatch(inputs, _targets);
    }

    private int ImageAt(long position)
    {
        int epoch = (int)(position / set.Count);
        if (epoch != _epoch)
        {
            (_epoch, _order) = (epoch, EpochShuffler.Permutation((ulong)seed, epoch, set.Count));
        }

        return _order[position % set.Count];
    }
}
