using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// Weights from a normal distribution of mean 0 and σ 0.1, sampled again where they fall beyond ±2σ; biases 0.1. The weights of a narrow
/// code, whose sums have many terms, have σ √(2 / (inputs + outputs)) (Glorot and Bengio, 2010). Each parameter has a random stream of its
/// own, so one layer's size does not change the next layer's weights.
/// </summary>
internal static class WeightInitializer
{
    private const double StandardDeviation = 0.1;
    private const double Bound = 2;
    private const float Bias = 0.1f;

    /// <param name="sample">Which of a seed's samples, from 0.</param>
    public static float[] Initialize(NetworkDefinition definition, int seed, int sample = 0)
    {
        int firstStream = sample * definition.Parameters.Count;
        float[] weights = new float[definition.ParameterCount];
        Span<float> rest = weights;
        for (int i = 0; i < definition.Parameters.Count; i++)
        {
            Parameter parameter = definition.Parameters[i];
            Span<float> values = rest[..parameter.Count];
            if (parameter.Shape.Length == 1)
            {
                values.Fill(Bias);
            }
            else
            {
                var random = SplitMix64.ForStream((ulong)seed, (ulong)(firstStream + i));
                FillTruncatedNormal(values, DeviationOf(definition, parameter), random);
            }

            rest = rest[parameter.Count..];
        }

        return weights;
    }

    private static double DeviationOf(NetworkDefinition definition, Parameter parameter) =>
        definition.HasVectorCode && parameter.Name == $"{NetworkDefinition.Code}.weight"
            ? Math.Sqrt(2.0 / parameter.Shape.Sum())
            : StandardDeviation;

    private static void FillTruncatedNormal(Span<float> values, double deviation, SplitMix64 random)
    {
        foreach (ref float value in values)
        {
            double z;
            do
            {
                z = random.NextNormal();
            }
            while (Math.Abs(z) > Bound);
            value = (float)(deviation * z);
        }
    }
}
