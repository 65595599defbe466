namespace AutoencoderApi.Domain.Networks;

/// <summary>Which map of the stage's input a kernel reads, and which of its output it writes; null where it spans all of them.</summary>
public readonly record struct KernelEnds(int? From, int? To);

/// <summary>
/// A stage's weights as maps to draw. Kernels [a, b, k, k] are a · b maps in the order of the file, so that those of a unit stand
/// together: what one unit of a convolution reads, what one of a transposed convolution draws. A dense layer is a map for each unit
/// on the other side of the picture; between two vectors it is one map, its matrix.
/// </summary>
/// <param name="WeightShape">Of the tensor in the file.</param>
/// <param name="Ends">One for each map.</param>
/// <param name="Values">[Ends.Count, Height, Width]</param>
public sealed record KernelMaps(int[] WeightShape, IReadOnlyList<KernelEnds> Ends, int Height, int Width, float[] Values)
{
    /// <summary>How many maps in a row belong to one unit.</summary>
    public int PerUnit => WeightShape.Length > 2 ? WeightShape[1] : 1;

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
                return new KernelMaps(ShapeOf(s), [.. Enumerable.Range(0, s.Output.Count).Select(unit => new KernelEnds(null, unit))], picture.Height, picture.Width, weights.ToArray());
            case Stage.Linear { Output: { Height: > 1 } picture } s:
                return new KernelMaps(
                    ShapeOf(s), [.. Enumerable.Range(0, s.Input.Count).Select(unit => new KernelEnds(unit, null))], picture.Height, picture.Width, Transposed(weights, s.Input.Count));
            case Stage.Linear s:
                return new KernelMaps(ShapeOf(s), [new KernelEnds(null, null)], s.Output.Count, s.Input.Count, weights.ToArray());
            default:
                throw new ArgumentException($"{stage.Name} has no weights", nameof(stage));
        }
    }

    private static KernelMaps Kernels(Stage stage, int size, ReadOnlySpan<float> weights, Func<int, int, KernelEnds> ends)
    {
        int[] shape = ShapeOf(stage);
        return new KernelMaps(shape, [.. Enumerable.Range(0, shape[0] * shape[1]).Select(i => ends(i / shape[1], i % shape[1]))], size, size, weights.ToArray());
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
