using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// The training batches: pictures in a fresh permutation each epoch, one epoch running on into the next. A batch depends
/// on the seed and its number alone.
/// </summary>
internal sealed class Batches(DigitSet set, int batchSize, int seed)
{
    private readonly float[] _batch = new float[batchSize * set.PixelsPerImage];
    private int _epoch = -1;
    private int[] _order = [];

    /// <summary>Batch number <paramref name="step"/> as [B, 1, H, W]; the same array each time, valid until the next call.</summary>
    public float[] At(int step)
    {
        for (int i = 0; i < batchSize; i++)
        {
            long position = ((long)step * batchSize) + i;
            Pixels.ToFloats(set.Image(PictureAt(position)), _batch.AsSpan(i * set.PixelsPerImage, set.PixelsPerImage));
        }

        return _batch;
    }

    private int PictureAt(long position)
    {
        int epoch = (int)(position / set.Count);
        if (epoch != _epoch)
        {
            (_epoch, _order) = (epoch, BatchOrder.Permutation((ulong)seed, epoch, set.Count));
        }

        return _order[position % set.Count];
    }
}
