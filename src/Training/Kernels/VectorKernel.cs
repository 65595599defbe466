using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoencoderApi.Training.Kernels;

/// <summary>Sums over one vector: the first level of the BLAS (Lawson et al., 1979). Counts are multiples of 16.</summary>
internal static unsafe class VectorKernel
{
    private const int Unrolled = 4 * MicroKernel.Lanes;

    /// <summary>Σ x[i] · y[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static float Dot(float* x, float* y, int count)
    {
        Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        int i = 0;
        for (; i <= count - Unrolled; i += Unrolled)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 16), Vector512.Load(y + i + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 32), Vector512.Load(y + i + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 48), Vector512.Load(y + i + 48), s3);
        }

        for (; i < count; i += MicroKernel.Lanes)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), s0);
        }

        return Vector512.Sum(s0 + s1 + (s2 + s3));
    }

    /// <summary>y[i] += scale · x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void AddScaled(float scale, float* x, float* y, int count)
    {
        var factor = Vector512.Create(scale);
        for (int i = 0; i < count; i += MicroKernel.Lanes)
        {
            Vector512.FusedMultiplyAdd(factor, Vector512.Load(x + i), Vector512.Load(y + i)).Store(y + i);
        }
    }
}
