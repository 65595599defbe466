using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// Matrix products of a batch and a layer's weights, neither of them copied or transposed before. A block's sums stay in registers
/// while the depth streams past (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008); each sum is
/// taken in the same order whichever block it falls into, so elements may be shared out in any way. A token is looked at for each block of
/// columns; once it is cancelled the product is left undone.
/// </summary>
internal static unsafe class Gemm
{
    /// <summary>Columns of the widest block of <see cref="OfColumns"/>.</summary>
    public const int Wide = 2 * MicroKernel.Lanes;

    private const int High = 4; // rows of a block

    /// <summary>c[i, j] = bias[j] + Σ over d of a[i, d] · b[j, d].</summary>
    /// <param name="a">[rows, aRow]; its rows are zero from the depth up to a multiple of 16.</param>
    /// <param name="b">[columns, depth], read up to 15 floats past its end.</param>
    public static void OfRows(
        float* a,
        nint aRow,
        int rows,
        float* b,
        int columns,
        int depth,
        float* bias,
        float* c,
        nint cRow,
        CancellationToken token)
    {
        for (int j = 0; j < columns && !token.IsCancellationRequested; j += High)
        {
            for (int i = 0; i < rows; i += High)
            {
                if (i + High <= rows && j + High <= columns)
                {
                    Rows4(a + (i * aRow), aRow, b + ((nint)j * depth), depth, bias + j, c + (i * cRow) + j, cRow);
                    continue;
                }

                for (int row = i; row < Math.Min(i + High, rows); row++)
                {
                    for (int column = j; column < Math.Min(j + High, columns); column++)
                    {
                        c[(row * cRow) + column] = bias[column] + Row(a + (row * aRow), b + ((nint)column * depth), depth);
                    }
                }
            }
        }
    }

    /// <summary>c[i, k] = Σ over d of a[i · aRow + d · aStep] · b[d, k].</summary>
    /// <param name="b">[depth, bRow], read up to 15 floats past its end.</param>
    /// <param name="c">[rows, cRow], of which nothing past the columns is written.</param>
    public static void OfColumns(
        float* a,
        nint aRow,
        nint aStep,
        int rows,
        float* b,
        nint bRow,
        int columns,
        int depth,
        float* c,
        nint cRow,
        CancellationToken token)
    {
        int high = rows - (rows % High), k = 0;
        for (; k <= columns - Wide && !token.IsCancellationRequested; k += Wide)
        {
            for (int i = 0; i < high; i += High)
            {
                Columns4Wide(a + (i * aRow), aRow, aStep, b + k, bRow, depth, c + (i * cRow) + k, cRow);
            }
        }

        for (int narrow = k; narrow < columns && !token.IsCancellationRequested; narrow += MicroKernel.Lanes)
        {
            for (int i = 0; i < high; i += High)
            {
                Columns4(
                    a + (i * aRow),
                    aRow,
                    aStep,
                    b + narrow,
                    bRow,
                    depth,
                    c + (i * cRow) + narrow,
                    cRow,
                    Math.Min(MicroKernel.Lanes, columns - narrow));
            }
        }

        for (int i = high; i < rows && !token.IsCancellationRequested; i++)
        {
            for (int column = 0; column < columns; column += MicroKernel.Lanes)
            {
                Columns(a + (i * aRow), aStep, b + column, bRow, depth, c + (i * cRow) + column,
                    Math.Min(MicroKernel.Lanes, columns - column));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Rows4(float* a, nint aRow, float* b, nint depth, float* bias, float* c, nint cRow)
    {
        Vector512<float> s00 = Vector512<float>.Zero, s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
        Vector512<float> s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
        nint aRow3 = 3 * aRow, depth3 = 3 * depth;
        float* x = a, y = b;
        for (float* end = a + depth; x < end; x += MicroKernel.Lanes, y += MicroKernel.Lanes)
        {
            Vector512<float> x0 = Vector512.Load(x),
                x1 = Vector512.Load(x + aRow),
                x2 = Vector512.Load(x + (2 * aRow)),
                x3 = Vector512.Load(x + aRow3);
            var weight = Vector512.Load(y);
            s00 = Vector512.FusedMultiplyAdd(x0, weight, s00);
            s10 = Vector512.FusedMultiplyAdd(x1, weight, s10);
            s20 = Vector512.FusedMultiplyAdd(x2, weight, s20);
            s30 = Vector512.FusedMultiplyAdd(x3, weight, s30);
            weight = Vector512.Load(y + depth);
            s01 = Vector512.FusedMultiplyAdd(x0, weight, s01);
            s11 = Vector512.FusedMultiplyAdd(x1, weight, s11);
            s21 = Vector512.FusedMultiplyAdd(x2, weight, s21);
            s31 = Vector512.FusedMultiplyAdd(x3, weight, s31);
            weight = Vector512.Load(y + (2 * depth));
            s02 = Vector512.FusedMultiplyAdd(x0, weight, s02);
            s12 = Vector512.FusedMultiplyAdd(x1, weight, s12);
            s22 = Vector512.FusedMultiplyAdd(x2, weight, s22);
            s32 = Vector512.FusedMultiplyAdd(x3, weight, s32);
            weight = Vector512.Load(y + depth3);
            s03 = Vector512.FusedMultiplyAdd(x0, weight, s03);
            s13 = Vector512.FusedMultiplyAdd(x1, weight, s13);
            s23 = Vector512.FusedMultiplyAdd(x2, weight, s23);
            s33 = Vector512.FusedMultiplyAdd(x3, weight, s33);
        }

        StoreSums(s00, s01, s02, s03, bias, c);
        StoreSums(s10, s11, s12, s13, bias, c + cRow);
        StoreSums(s20, s21, s22, s23, bias, c + (2 * cRow));
        StoreSums(s30, s31, s32, s33, bias, c + (3 * cRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, float* bias, float* c)
    {
        c[0] = bias[0] + Vector512.Sum(s0);
        c[1] = bias[1] + Vector512.Sum(s1);
        c[2] = bias[2] + Vector512.Sum(s2);
        c[3] = bias[3] + Vector512.Sum(s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static float Row(float* a, float* b, int depth)
    {
        Vector512<float> sum = Vector512<float>.Zero;
        for (float* end = a + depth; a < end; a += MicroKernel.Lanes, b += MicroKernel.Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a), Vector512.Load(b), sum);
        }

        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Columns4Wide(float* a, nint aRow, nint aStep, float* b, nint bRow, int depth, float* c, nint cRow)
    {
        Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
        nint aRow3 = 3 * aRow;
        for (int d = 0; d < depth; d++, a += aStep, b += bRow)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + MicroKernel.Lanes), x = Vector512.Create(*a);
            s0 = Vector512.FusedMultiplyAdd(x, left, s0);
            t0 = Vector512.FusedMultiplyAdd(x, right, t0);
            x = Vector512.Create(*(a + aRow));
            s1 = Vector512.FusedMultiplyAdd(x, left, s1);
            t1 = Vector512.FusedMultiplyAdd(x, right, t1);
            x = Vector512.Create(*(a + (2 * aRow)));
            s2 = Vector512.FusedMultiplyAdd(x, left, s2);
            t2 = Vector512.FusedMultiplyAdd(x, right, t2);
            x = Vector512.Create(*(a + aRow3));
            s3 = Vector512.FusedMultiplyAdd(x, left, s3);
            t3 = Vector512.FusedMultiplyAdd(x, right, t3);
        }

        s0.Store(c);
        t0.Store(c + MicroKernel.Lanes);
        s1.Store(c + cRow);
        t1.Store(c + cRow + MicroKernel.Lanes);
        s2.Store(c + (2 * cRow));
        t2.Store(c + (2 * cRow) + MicroKernel.Lanes);
        s3.Store(c + (3 * cRow));
        t3.Store(c + (3 * cRow) + MicroKernel.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Columns4(float* a, nint aRow, nint aStep, float* b, nint bRow, int depth, float* c, nint cRow, int count)
    {
        Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        nint aRow3 = 3 * aRow;
        for (int d = 0; d < depth; d++, a += aStep, b += bRow)
        {
            var y = Vector512.Load(b);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a), y, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a + aRow)), y, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a + (2 * aRow))), y, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a + aRow3)), y, s3);
        }

        Store(s0, c, count);
        Store(s1, c + cRow, count);
        Store(s2, c + (2 * cRow), count);
        Store(s3, c + (3 * cRow), count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Columns(float* a, nint aStep, float* b, nint bRow, int depth, float* c, int count)
    {
        Vector512<float> sum = Vector512<float>.Zero;
        for (int d = 0; d < depth; d++, a += aStep, b += bRow)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(*a), Vector512.Load(b), sum);
        }

        Store(sum, c, count);
    }

    private static void Store(Vector512<float> values, float* c, int count)
    {
        if (count == MicroKernel.Lanes)
        {
            values.Store(c);
            return;
        }

        for (int k = 0; k < count; k++)
        {
            c[k] = values[k];
        }
    }
}
