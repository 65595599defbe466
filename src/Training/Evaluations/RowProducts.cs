using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>Inner products of rows with rows.</summary>
internal static unsafe class RowProducts
{
    private const int BlockBytes = 512 * 1024; // of the left rows that stay in a core's cache
    private const int MaxBlockRows = 256;

    /// <summary>Left rows that one thread takes at a time.</summary>
    public static int BlockRows(int stride) => Math.Clamp(BlockBytes / (stride * sizeof(float)) / 4 * 4, 16, MaxBlockRows);

    /// <summary>
    /// Hands out, block by block, bias[j] + left[i] · right[j] for every i and j; blocks are taken by threads in any order, and each sum
    /// is taken in the same order each time.
    /// </summary>
    /// <param name="rights">Of the right rows, the first ones that count.</param>
    /// <param name="take">Called with the first left row of a block, their number, and the products [rows, rights].</param>
    public static void ForEachBlock(
        Rows left, int lefts, Rows right, int rights, float[] bias, Action<int, int, float[]> take, ParallelOptions parallel)
    {
        int height = BlockRows(left.Stride);
        Parallel.For(
            0,
            (lefts + height - 1) / height,
            parallel,
            () => new float[height * rights],
            (block, _, products) =>
            {
                int first = block * height, rows = Math.Min(height, lefts - first);
                fixed (float* b = bias, c = products)
                {
                    Gemm.OfRows(
                        left.At(first), left.Stride, rows, right.At(0), rights, right.Stride, b, c, rights, parallel.CancellationToken);
                }

                take(first, rows, products);
                return products;
            },
            _ => { });
        parallel.CancellationToken.ThrowIfCancellationRequested();
    }
}
