namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// The codes of some images of a split in two dimensions: on the plane of the largest variance of all the split's codes, and by t-SNE.
/// </summary>
/// <param name="Indices">Of the images in the split, ascending: at most <see cref="MaxImages"/>, evenly spaced.</param>
/// <param name="Mean">Of the codes: where the plane's origin lies.</param>
/// <param name="Axes">The plane's two directions, of unit length; zero where codes are a single number.</param>
/// <param name="ExplainedVariance">Fraction of the codes' variance along each direction, 0..1.</param>
/// <param name="Pca">Each image's place on the plane, [count, 2].</param>
/// <param name="Tsne">Each image's place by t-SNE, [count, 2].</param>
/// <param name="Codes">Each image's code, one after the other.</param>
public sealed record CodeMap(
    int[] Indices, float[] Mean, float[][] Axes, double[] ExplainedVariance, float[] Pca, float[] Tsne, float[] Codes)
{
    public const int MaxImages = 2_000;

    private const int Seed = 1;

    /// <param name="features">The codes of the split.</param>
    /// <param name="plane">Of all of them.</param>
    internal static CodeMap Of(Features features, PrincipalComponents plane, ParallelOptions parallel)
    {
        int count = Math.Min(MaxImages, features.Count);
        int[] indices = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * features.Count / count))];
        float[] codes = new float[count * features.Width], pca = new float[2 * count];
        var rows = new Rows(count, features.Width);
        for (int i = 0; i < count; i++)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            Span<float> code = codes.AsSpan(i * features.Width, features.Width);
            features.Read(indices[i], code);
            code.CopyTo(rows[i]);
            plane.Project(code, pca.AsSpan(2 * i, plane.Components.Count));
        }

        float[] tsne = Evaluations.Tsne.Embed(rows, pca, Seed, parallel);
        float[][] axes = [.. plane.Components, .. Enumerable.Repeat(new float[features.Width], 2 - plane.Components.Count)];
        double[] explained = [.. plane.ExplainedVariance, .. new double[2 - plane.Components.Count]];
        return new CodeMap(indices, plane.Mean, axes, explained, pca, tsne, codes);
    }

    /// <summary>Where a code lies on the plane.</summary>
    public (float X, float Y) Place(ReadOnlySpan<float> code)
    {
        float[] centred = new float[code.Length];
        System.Numerics.Tensors.TensorPrimitives.Subtract(code, Mean, centred);
        return (
            System.Numerics.Tensors.TensorPrimitives.Dot<float>(centred, Axes[0]),
            System.Numerics.Tensors.TensorPrimitives.Dot<float>(centred, Axes[1]));
    }

    /// <summary>The code at a place of the plane.</summary>
    public float[] CodeAt(float x, float y) => [.. Mean.Select((mean, d) => mean + (x * Axes[0][d]) + (y * Axes[1][d]))];

    /// <summary>The images of the map whose codes are nearest by Euclidean distance, the nearest first; of equal ones the first.</summary>
    public IReadOnlyList<(int Point, float Distance)> Nearest(float[] code, int count) =>
    [
        .. Enumerable.Range(0, Indices.Length)
            .Select(point => (
                point,
                System.Numerics.Tensors.TensorPrimitives.Distance<float>(code, Codes.AsSpan(point * code.Length, code.Length))))
            .OrderBy(each => each.Item2)
            .ThenBy(each => each.point)
            .Take(count),
    ];
}
