using System.Numerics;
using System.Runtime.CompilerServices;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>Adam (Kingma and Ba, 2015; algorithm 1 with bias correction), β 0.9 and 0.999, ε 1e-8, over one flat vector.</summary>
/// <param name="firstMoment">Running mean of each gradient; all zero at the start.</param>
/// <param name="secondMoment">Running mean of each squared gradient; all zero at the start.</param>
internal sealed class Adam(float[] firstMoment, float[] secondMoment)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const float Epsilon = 1e-8f;

    public float[] FirstMoment => firstMoment;

    public float[] SecondMoment => secondMoment;

    /// <summary>Moves a part of the weights.</summary>
    /// <param name="first">Where in the flat vector the part begins.</param>
    /// <param name="step">The number of this step, from 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public void Step(Span<float> weights, ReadOnlySpan<float> gradients, int first, int step, double learningRate)
    {
        Span<float> ms = firstMoment.AsSpan(first, weights.Length), vs = secondMoment.AsSpan(first, weights.Length);
        float rate = (float)(learningRate / (1 - Math.Pow(Beta1, step)));
        float correction = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, step)));
        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradients[i..]);
            Vector<float> m = (new Vector<float>(ms[i..]) * (float)Beta1) + (g * (float)(1 - Beta1));
            Vector<float> v = (new Vector<float>(vs[i..]) * (float)Beta2) + (g * g * (float)(1 - Beta2));
            Vector<float> w =
                new Vector<float>(weights[i..]) - (m * rate / ((Vector.SquareRoot(v) * correction) + new Vector<float>(Epsilon)));
            m.CopyTo(ms[i..]);
            v.CopyTo(vs[i..]);
            w.CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i];
            float m = ms[i] = (ms[i] * (float)Beta1) + (g * (float)(1 - Beta1));
            float v = vs[i] = (vs[i] * (float)Beta2) + (g * g * (float)(1 - Beta2));
            weights[i] -= m * rate / ((MathF.Sqrt(v) * correction) + Epsilon);
        }
    }
}
