using System.Numerics;
using System.Runtime.CompilerServices;

namespace AutoencoderApi.Training.Engines;

internal static class SquaredError
{
    /// <summary>Σ (y - x)², in double: finite for all finite values, whose squares a float may not hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static double Sum(ReadOnlySpan<float> y, ReadOnlySpan<float> x)
    {
        Vector<double> squares = Vector<double>.Zero;
        int i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(y[i..]) - new Vector<float>(x[i..]), out Vector<double> lower, out Vector<double> upper);
            squares += (lower * lower) + (upper * upper);
        }

        double sum = Vector.Sum(squares);
        for (; i < y.Length; i++)
        {
            double difference = y[i] - x[i];
            sum += difference * difference;
        }

        return sum;
    }
}
