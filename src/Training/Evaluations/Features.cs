using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>What stands for each image of a split: a vector of numbers, computed when it is asked for.</summary>
/// <param name="count">Images.</param>
/// <param name="width">Numbers of each.</param>
/// <param name="read">Writes the vectors from an image on, one after the other. May be called by many threads at once.</param>
internal sealed class Features(int count, int width, Features.Reader read)
{
    private const int ImagesAtOnce = 64;

    internal delegate void Reader(int first, Span<float> values);

    public int Count => count;

    public int Width => width;

    /// <summary>The pixels, 0..1.</summary>
    public static Features OfPixels(DatasetSplit split) => new(
        split.Count,
        split.PixelsPerImage,
        (first, values) => Pixels.ToFloats(split.Slice(first, values.Length / split.PixelsPerImage), values));

    /// <summary>The codes of a network.</summary>
    public static Features OfCodes(Model model, DatasetSplit split) => new(
        split.Count,
        model.Definition.CodeShape.Count,
        (first, values) =>
        {
            float[] images = new float[values.Length / model.Definition.CodeShape.Count * split.PixelsPerImage];
            Pixels.ToFloats(split.Slice(first, images.Length / split.PixelsPerImage), images);
            model.RunBatch(images, model.Definition.CodeIndex, values);
        });

    /// <summary>Writes the vectors from image <paramref name="first"/> on, one after the other, as many as there is room for.</summary>
    public void Read(int first, Span<float> values) => read(first, values);

    /// <summary>Fills rows with the vectors from image <paramref name="first"/> on, less the origin.</summary>
    /// <returns>How many there were.</returns>
    public int Read(int first, Rows into, ReadOnlySpan<float> origin, ParallelOptions parallel)
    {
        int images = Math.Min(into.Count, count - first), batches = (images + ImagesAtOnce - 1) / ImagesAtOnce;
        float[] zero = origin.ToArray();
        Parallel.For(0, batches, parallel, batch =>
        {
            int begin = batch * ImagesAtOnce, size = Math.Min(ImagesAtOnce, images - begin);
            float[] values = new float[size * width];
            read(first + begin, values);
            for (int i = 0; i < size; i++)
            {
                Span<float> row = into[begin + i];
                for (int d = 0; d < width; d++)
                {
                    row[d] = values[(i * width) + d] - zero[d];
                }
            }
        });
        return images;
    }
}
