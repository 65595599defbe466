using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// 2×2 max pooling and the unpooling to where each maximum was. Where it was is not stored: a block's maximum is its first
/// value, row by row, that equals the pooled one. Channels are whole vectors.
/// </summary>
internal static unsafe class Pooling
{
    /// <param name="x">[2H, 2W]</param>
    /// <param name="pooled">[H, W]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void Max(FeatureMapBuffer x, FeatureMapBuffer pooled)
    {
        for (int row = 0; row < pooled.Height; row++)
        {
            float* o = pooled.Data + (row * pooled.RowStep), block = x.Data + (2 * row * x.RowStep);
            for (int column = 0; column < pooled.Width; column++, block += x.Channels)
            {
                for (int channel = 0;
                    channel < x.Channels;
                    channel += MicroKernel.Lanes, block += MicroKernel.Lanes, o += MicroKernel.Lanes)
                {
                    float* below = block + x.RowStep;
                    Vector512<float> upper = Vector512.Max(Vector512.Load(block), Vector512.Load(block + x.Channels));
                    Vector512<float> lower = Vector512.Max(Vector512.Load(below), Vector512.Load(below + x.Channels));
                    Vector512.Max(upper, lower).Store(o);
                }
            }
        }
    }

    /// <summary>Puts each of <paramref name="values"/> [H, W] where x [2H, 2W] had its block's maximum, zero elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void Spread(FeatureMapBuffer x, FeatureMapBuffer pooled, FeatureMapBuffer values, FeatureMapBuffer to)
    {
        for (int row = 0; row < pooled.Height; row++)
        {
            nint block = 2 * row * x.RowStep, small = row * pooled.RowStep;
            for (int column = 0; column < pooled.Width; column++, block += x.Channels)
            {
                for (int channel = 0;
                    channel < x.Channels;
                    channel += MicroKernel.Lanes, block += MicroKernel.Lanes, small += MicroKernel.Lanes)
                {
                    Switches switches = Find(x, block, Vector512.Load(pooled.Data + small));
                    var value = Vector512.Load(values.Data + small);
                    float* o = to.Data + block, below = o + to.RowStep;
                    (value & switches.TopLeft).Store(o);
                    (value & switches.TopRight).Store(o + to.Channels);
                    (value & switches.BottomLeft).Store(below);
                    (value & switches.BottomRight).Store(below + to.Channels);
                }
            }
        }
    }

    /// <summary>The transpose of <see cref="Spread"/>: picks from <paramref name="from"/> [2H, 2W] at x's maxima.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void Gather(FeatureMapBuffer x, FeatureMapBuffer pooled, FeatureMapBuffer from, FeatureMapBuffer values)
    {
        for (int row = 0; row < pooled.Height; row++)
        {
            nint block = 2 * row * x.RowStep, small = row * pooled.RowStep;
            for (int column = 0; column < pooled.Width; column++, block += x.Channels)
            {
                for (int channel = 0;
                    channel < x.Channels;
                    channel += MicroKernel.Lanes, block += MicroKernel.Lanes, small += MicroKernel.Lanes)
                {
                    Switches switches = Find(x, block, Vector512.Load(pooled.Data + small));
                    float* above = from.Data + block, below = above + from.RowStep;
                    Vector512<float> topLeft = Vector512.Load(above) & switches.TopLeft;
                    Vector512<float> topRight = Vector512.Load(above + from.Channels) & switches.TopRight;
                    Vector512<float> bottomLeft = Vector512.Load(below) & switches.BottomLeft;
                    Vector512<float> bottomRight = Vector512.Load(below + from.Channels) & switches.BottomRight;
                    (topLeft | topRight | bottomLeft | bottomRight).Store(values.Data + small);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Switches Find(FeatureMapBuffer x, nint block, Vector512<float> maximum)
    {
        float* above = x.Data + block, below = above + x.RowStep;
        Vector512<float> topLeft = Vector512.Equals(Vector512.Load(above), maximum);
        Vector512<float> topRight = Vector512.AndNot(Vector512.Equals(Vector512.Load(above + x.Channels), maximum), topLeft);
        Vector512<float> top = topLeft | topRight;
        Vector512<float> bottomLeft = Vector512.AndNot(Vector512.Equals(Vector512.Load(below), maximum), top);
        Vector512<float> bottomRight = Vector512.AndNot(Vector512.Equals(Vector512.Load(below + x.Channels), maximum), top | bottomLeft);
        return new Switches(topLeft, topRight, bottomLeft, bottomRight);
    }

    /// <summary>All bits set where the block's maximum is.</summary>
    private readonly record struct Switches(
        Vector512<float> TopLeft, Vector512<float> TopRight, Vector512<float> BottomLeft, Vector512<float> BottomRight);
}
