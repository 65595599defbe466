namespace AutoencoderApi.Domain.Networks;

/// <summary>Which map of the layer's input a kernel reads, and which of its output it writes; null where it spans all of them.</summary>
public readonly record struct KernelEnds(int? From, int? To);

/// <summary>
/// A layer's weights as maps to render. Kernels [a, b, k, k] are a · b maps in the order of the file, so that those of a unit stand
/// together: what one unit of a convolution reads, what one of a transposed convolution writes. A dense layer is a map for each unit
/// on the other side of the image, of a colour image three; between two vectors it is one map, its matrix.
/// </summary>
/// <param name="WeightShape">Of the tensor in the file.</param>
/// <param name="PerUnit">How many maps in a row belong to one unit.</param>
/// <param name="Ends">One for each map.</param>
/// <param name="Values">[Ends.Count, Height, Width]</param>
public sealed record KernelImages(int[] WeightShape, int PerUnit, IReadOnlyList<KernelEnds> Ends, int Height, int Width, float[] Values)
{
    /// <param name="layer">One that has weights.</param>
    /// <param name="weights">In the order of the file.</param>
    public static KernelImages Of(Layer layer, ReadOnlySpan<float> weights)
    {
        switch (layer)
        {
            case Layer.Convolution s:
                return Kernels(s, s.Kernel, weights, (first, second) => new KernelEnds(From: second, To: first));
            case Layer.TransposedConvolution s:
                return Kernels(s, s.Kernel, weights, (first, second) => new KernelEnds(From: first, To: second));
            case Layer.Linear { Input: { Height: > 1 } image } s:
                return Images(s, image, s.Output.Count, weights.ToArray(), (unit, channel) => new KernelEnds(From: channel, To: unit));
            case Layer.Linear { Output: { Height: > 1 } image } s:
                return Images(s, image, s.Input.Count, Transposed(weights, s.Input.Count), (unit, channel) =>
                    new KernelEnds(From: unit, To: channel));
            case Layer.Linear s:
                return new KernelImages(ShapeOf(s), 1, [new KernelEnds(null, null)], s.Output.Count, s.Input.Count, weights.ToArray());
            default:
                throw new ArgumentException($"{layer.Name} has no weights", nameof(layer));
        }
    }

    private static KernelImages Kernels(Layer layer, int size, ReadOnlySpan<float> weights, Func<int, int, KernelEnds> ends)
    {
        int[] shape = ShapeOf(layer);
        return new KernelImages(
            shape,
            shape[1],
            [.. Enumerable.Range(0, shape[0] * shape[1]).Select(i => ends(i / shape[1], i % shape[1]))],
            size,
            size,
            weights.ToArray());
    }

    /// <param name="weights">[units, channels, height, width]</param>
    private static KernelImages Images(Layer layer, TensorShape image, int units, float[] weights, Func<int, int?, KernelEnds> ends)
    {
        int channels = image.Channels;
        return new KernelImages(
            ShapeOf(layer),
            channels,
            [.. Enumerable.Range(0, units * channels).Select(i => ends(i / channels, channels > 1 ? i % channels : null))],
            image.Height,
            image.Width,
            weights);
    }

    private static int[] ShapeOf(Layer layer) => layer.Parameters[0].Shape;

    private static float[] Transposed(ReadOnlySpan<float> matrix, int columns)
    {
        float[] transposed = new float[matrix.Length];
        int rows = matrix.Length / columns;
        for (int i = 0; i < matrix.Length; i++)
        {
            transposed[(i % columns * rows) + (i / columns)] = matrix[i];
        }

        return transposed;
    }
}
