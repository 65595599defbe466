using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// The inner loop of a convolution's weight gradient: g[d, c] += Σ over pixels p of x[p, d] · y[p, c], the sums of up to 16
/// taps × 16 channels held in registers while one image's pixels stream past.
/// </summary>
internal static unsafe class WeightGradientMicroKernel
{
    /// <param name="depth">How many taps, contiguous in x from each pixel on.</param>
    /// <param name="g">[depth, 16]</param>
    public static void Accumulate(
        float* x, nint xRow, nint xPixel, int depth, float* y, nint yRow, nint yPixel, int rows, int columns, float* g)
    {
        int d = 0;
        for (; d <= depth - 16; d += 16)
        {
            Taps16(x + d, xRow, xPixel, y, yRow, yPixel, rows, columns, g + (d * MicroKernel.Lanes));
        }

        if (d <= depth - 8)
        {
            Taps8(x + d, xRow, xPixel, y, yRow, yPixel, rows, columns, g + (d * MicroKernel.Lanes));
            d += 8;
        }

        for (; d < depth; d++)
        {
            Tap(x + d, xRow, xPixel, y, yRow, yPixel, rows, columns, g + (d * MicroKernel.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Taps16(float* x, nint xRow, nint xPixel, float* y, nint yRow, nint yPixel, int rows, int columns, float* g)
    {
        var g0 = Vector512.Load(g);
        var g1 = Vector512.Load(g + 16);
        var g2 = Vector512.Load(g + 32);
        var g3 = Vector512.Load(g + 48);
        var g4 = Vector512.Load(g + 64);
        var g5 = Vector512.Load(g + 80);
        var g6 = Vector512.Load(g + 96);
        var g7 = Vector512.Load(g + 112);
        var g8 = Vector512.Load(g + 128);
        var g9 = Vector512.Load(g + 144);
        var g10 = Vector512.Load(g + 160);
        var g11 = Vector512.Load(g + 176);
        var g12 = Vector512.Load(g + 192);
        var g13 = Vector512.Load(g + 208);
        var g14 = Vector512.Load(g + 224);
        var g15 = Vector512.Load(g + 240);
        for (int r = 0; r < rows; r++, x += xRow, y += yRow)
        {
            float* tap = x, end = y + (columns * yPixel);
            for (float* pixel = y; pixel < end; pixel += yPixel, tap += xPixel)
            {
                var value = Vector512.Load(pixel);
                g0 = Vector512.FusedMultiplyAdd(Vector512.Create(*tap), value, g0);
                g1 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[1]), value, g1);
                g2 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[2]), value, g2);
                g3 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[3]), value, g3);
                g4 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[4]), value, g4);
                g5 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[5]), value, g5);
                g6 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[6]), value, g6);
                g7 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[7]), value, g7);
                g8 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[8]), value, g8);
                g9 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[9]), value, g9);
                g10 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[10]), value, g10);
                g11 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[11]), value, g11);
                g12 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[12]), value, g12);
                g13 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[13]), value, g13);
                g14 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[14]), value, g14);
                g15 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[15]), value, g15);
            }
        }

        g0.Store(g);
        g1.Store(g + 16);
        g2.Store(g + 32);
        g3.Store(g + 48);
        g4.Store(g + 64);
        g5.Store(g + 80);
        g6.Store(g + 96);
        g7.Store(g + 112);
        g8.Store(g + 128);
        g9.Store(g + 144);
        g10.Store(g + 160);
        g11.Store(g + 176);
        g12.Store(g + 192);
        g13.Store(g + 208);
        g14.Store(g + 224);
        g15.Store(g + 240);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Taps8(float* x, nint xRow, nint xPixel, float* y, nint yRow, nint yPixel, int rows, int columns, float* g)
    {
        var g0 = Vector512.Load(g);
        var g1 = Vector512.Load(g + 16);
        var g2 = Vector512.Load(g + 32);
        var g3 = Vector512.Load(g + 48);
        var g4 = Vector512.Load(g + 64);
        var g5 = Vector512.Load(g + 80);
        var g6 = Vector512.Load(g + 96);
        var g7 = Vector512.Load(g + 112);
        for (int r = 0; r < rows; r++, x += xRow, y += yRow)
        {
            float* tap = x, end = y + (columns * yPixel);
            for (float* pixel = y; pixel < end; pixel += yPixel, tap += xPixel)
            {
                var value = Vector512.Load(pixel);
                g0 = Vector512.FusedMultiplyAdd(Vector512.Create(*tap), value, g0);
                g1 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[1]), value, g1);
                g2 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[2]), value, g2);
                g3 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[3]), value, g3);
                g4 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[4]), value, g4);
                g5 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[5]), value, g5);
                g6 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[6]), value, g6);
                g7 = Vector512.FusedMultiplyAdd(Vector512.Create(tap[7]), value, g7);
            }
        }

        g0.Store(g);
        g1.Store(g + 16);
        g2.Store(g + 32);
        g3.Store(g + 48);
        g4.Store(g + 64);
        g5.Store(g + 80);
        g6.Store(g + 96);
        g7.Store(g + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    private static void Tap(float* x, nint xRow, nint xPixel, float* y, nint yRow, nint yPixel, int rows, int columns, float* g)
    {
        var g0 = Vector512.Load(g);
        for (int r = 0; r < rows; r++, x += xRow, y += yRow)
        {
            float* tap = x, end = y + (columns * yPixel);
            for (float* pixel = y; pixel < end; pixel += yPixel, tap += xPixel)
            {
                var value = Vector512.Load(pixel);
                g0 = Vector512.FusedMultiplyAdd(Vector512.Create(*tap), value, g0);
            }
        }

        g0.Store(g);
    }
}
