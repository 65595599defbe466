using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// The training batches: pictures in a fresh permutation each epoch, one epoch running on into the next. A batch depends
/// on the seed and its number alone.
/// </summary>
internal sealed class Batches(DigitSet set, int batchSize, int seed) : IDisposable
{
    private readonly Tensor _batch = zeros(batchSize, 1, set.Height, set.Width).DetachFromDisposeScope();
    private int _epoch = -1;
    private int[] _order = [];

    /// <summary>Batch number <paramref name="step"/> as [B, 1, H, W]; the same tensor each time, valid until the next call.</summary>
    public Tensor At(int step)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(_batch.bytes);
        for (int i = 0; i < batchSize; i++)
        {
            long position = ((long)step * batchSize) + i;
            Pixels.ToFloats(set.Image(PictureAt(position)), values.Slice(i * set.PixelsPerImage, set.PixelsPerImage));
        }

        return _batch;
    }

    public void Dispose() => _batch.Dispose();

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
