namespace AutoencoderApi.Domain.Networks;

/// <summary>Which map of the stage's input a kernel reads, and which of its output it writes; null where it spans all of them.</summary>
public readonly record struct KernelEnds(int? From, int? To);

/// <summary>
/// A stage's weights as maps to draw. Kernels [a, b, k, k] are a · b maps in the order of the file, so that those of a unit stand
/// together: what one unit of a convolution reads, what one of a transposed convolution draws. A dense layer is a map for each unit
/// on the other side of the picture, of a colour picture three; between two vectors it is one map, its matrix.
/// </summary>
/// <param name="WeightShape">Of the tensor in the file.</param>
/// <param name="PerUnit">How many maps in a row belong to one unit.</param>
/// <param name="Ends">One for each map.</param>
/// <param name="Values">[Ends.Count, Height, Width]</param>
public sealed record KernelMaps(int[] WeightShape, int PerUnit, IReadOnlyList<KernelEnds> Ends, int Height, int Width, float[] Values)
{
    /// <param name="stage">One that has weights.</param>
    /// <param name="weights">In the order of the file.</param>
    public static KernelMaps Of(Stage stage, ReadOnlySpan<float> weights)
    {
        switch (stage)
        {
            case Stage.Convolution s:
                return Kernels(s, s.Kernel, weights, (first, second) => new KernelEnds(From: second, To: first));
            case Stage.TransposedConvolution s:
                return Kernels(s, s.Kernel, weights, (first, second) => new KernelEnds(From: first, To: second));
            case Stage.Linear { Input: { Height: > 1 } picture } s:
                return Pictures(s, picture, s.Output.Count, weights.ToArray(), (unit, channel) => new KernelEnds(From: channel, To: unit));
            case Stage.Linear { Output: { Height: > 1 } picture } s:
                return Pictures(s, picture, s.Input.Count, Transposed(weights, s.Input.Count), (unit, channel) => new KernelEnds(From: unit, To: channel));
            case Stage.Linear s:
                return new KernelMaps(ShapeOf(s), 1, [new KernelEnds(null, null)], s.Output.Count, s.Input.Count, weights.ToArray());
            default:
                throw new ArgumentException($"{stage.Name} has no weights", nameof(stage));
        }
    }

    private static KernelMaps Kernels(Stage stage, int size, ReadOnlySpan<float> weights, Func<int, int, KernelEnds> ends)
    {
        int[] shape = ShapeOf(stage);
        return new KernelMaps(shape, shape[1], [.. Enumerable.Range(0, shape[0] * shape[1]).Select(i => ends(i / shape[1], i % shape[1]))], size, size, weights.ToArray());
    }

    /// <param name="weights">[units, channels, height, width]</param>
    private static KernelMaps Pictures(Stage stage, FeatureShape picture, int units, float[] weights, Func<int, int?, KernelEnds> ends)
    {
        int channels = picture.Channels;
        return new KernelMaps(
            ShapeOf(stage), channels, [.. Enumerable.Range(0, units * channels).Select(i => ends(i / channels, channels > 1 ? i % channels : null))],
            picture.Height, picture.Width, weights);
    }

    private static int[] ShapeOf(Stage stage) => stage.Parameters[0].Shape;

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
