using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// The inner loops of the convolutions. All sums of a tile stay in registers while its taps stream past: the register
/// blocking of Georganas et al., "Anatomy of high-performance deep learning convolutions on SIMD architectures" (2018).
/// MNIST's maps are 7, 14 or 28 wide, so a tile is 7 pixels wide; seven sums in flight also hide the latency of a fused
/// multiply-add (4 cycles) on cores that start one or two a cycle.
/// </summary>
internal static unsafe class MicroKernel
{
    /// <summary>Channels in a vector.</summary>
    public const int Lanes = 16;

    /// <summary>Output pixels in a tile.</summary>
    public const int Width = 7;

    /// <summary>
    /// 7 pixels × 16 channels: o[p, c] = bias[c] + Σ over rows r and depth d of x[r · xRow + p · xPixel + d] · w[r, d, c].
    /// </summary>
    /// <param name="w">[rows, depth, 16]</param>
    /// <param name="depth">Neighbouring taps of one row times input channels: they are contiguous in x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void Correlate(float* x, nint xRow, nint xPixel, float* w, int rows, int depth, float* bias, float* o, nint oPixel)
    {
        nint x2 = 2 * xPixel, x3 = 3 * xPixel, x4 = 4 * xPixel, x5 = 5 * xPixel, x6 = 6 * xPixel;
        var a0 = Vector512.Load(bias);
        Vector512<float> a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        for (int r = 0; r < rows; r++, x += xRow)
        {
            float* end = x + depth;
            for (float* tap = x; tap < end; tap++, w += Lanes)
            {
                var weight = Vector512.Load(w);
                a0 = Vector512.FusedMultiplyAdd(Vector512.Create(*tap), weight, a0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Create(*(tap + xPixel)), weight, a1);
                a2 = Vector512.FusedMultiplyAdd(Vector512.Create(*(tap + x2)), weight, a2);
                a3 = Vector512.FusedMultiplyAdd(Vector512.Create(*(tap + x3)), weight, a3);
                a4 = Vector512.FusedMultiplyAdd(Vector512.Create(*(tap + x4)), weight, a4);
                a5 = Vector512.FusedMultiplyAdd(Vector512.Create(*(tap + x5)), weight, a5);
                a6 = Vector512.FusedMultiplyAdd(Vector512.Create(*(tap + x6)), weight, a6);
            }
        }

        a0.Store(o);
        a1.Store(o + oPixel);
        a2.Store(o + (2 * oPixel));
        a3.Store(o + (3 * oPixel));
        a4.Store(o + (4 * oPixel));
        a5.Store(o + (5 * oPixel));
        a6.Store(o + (6 * oPixel));
    }

    /// <summary>
    /// 7 pixels of a single channel: o[p] = bias + Σ over rows r and depth d of x[r · xRow + p · xPixel + d] · w[r, d]. The
    /// vectors lie along the depth, a multiple of 16, and are summed up at the end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void Contract(float* x, nint xRow, nint xPixel, float* w, int rows, int depth, float bias, float* o, nint oPixel)
    {
        nint x2 = 2 * xPixel, x3 = 3 * xPixel, x4 = 4 * xPixel, x5 = 5 * xPixel, x6 = 6 * xPixel;
        Vector512<float> a0 = Vector512<float>.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        for (int r = 0; r < rows; r++, x += xRow)
        {
            float* end = x + depth;
            for (float* tap = x; tap < end; tap += Lanes, w += Lanes)
            {
                var weight = Vector512.Load(w);
                a0 = Vector512.FusedMultiplyAdd(Vector512.Load(tap), weight, a0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Load(tap + xPixel), weight, a1);
                a2 = Vector512.FusedMultiplyAdd(Vector512.Load(tap + x2), weight, a2);
                a3 = Vector512.FusedMultiplyAdd(Vector512.Load(tap + x3), weight, a3);
                a4 = Vector512.FusedMultiplyAdd(Vector512.Load(tap + x4), weight, a4);
                a5 = Vector512.FusedMultiplyAdd(Vector512.Load(tap + x5), weight, a5);
                a6 = Vector512.FusedMultiplyAdd(Vector512.Load(tap + x6), weight, a6);
            }
        }

        *o = bias + Vector512.Sum(a0);
        *(o + oPixel) = bias + Vector512.Sum(a1);
        *(o + (2 * oPixel)) = bias + Vector512.Sum(a2);
        *(o + (3 * oPixel)) = bias + Vector512.Sum(a3);
        *(o + (4 * oPixel)) = bias + Vector512.Sum(a4);
        *(o + (5 * oPixel)) = bias + Vector512.Sum(a5);
        *(o + (6 * oPixel)) = bias + Vector512.Sum(a6);
    }
}
