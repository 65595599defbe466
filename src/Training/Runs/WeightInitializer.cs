using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// Weights from a normal distribution of mean 0, sampled again where they fall beyond ±2σ. With <see cref="Initialization.Article"/> σ is
/// 0.1 and biases are 0.1; the weights of a narrow code, whose sums have many terms, have σ √(2 / (inputs + outputs)) (Glorot and Bengio,
/// 2010). With <see cref="Initialization.Lecun"/> σ is 1 / √inputs and biases are 0. Each parameter has a random stream of its own, so one
/// layer's size does not change the next layer's weights.
/// </summary>
internal static class WeightInitializer
{
    private const double StandardDeviation = 0.1;
    private const double Bound = 2;
    private const float Bias = 0.1f;

    /// <param name="sample">Which of a seed's samples, from 0.</param>
    public static float[] Initialize(TrainingSettings settings, int sample = 0) =>
        Initialize(NetworkDefinition.For(settings), settings.Seed, sample, settings.Initialization);

    /// <param name="sample">Which of a seed's samples, from 0.</param>
    public static float[] Initialize(
        NetworkDefinition definition, int seed, int sample = 0, Initialization initialization = Initialization.Article)
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
                values.Fill(initialization == Initialization.Article ? Bias : 0);
            }
            else
            {
                var random = SplitMix64.ForStream((ulong)seed, (ulong)(firstStream + i));
                double deviation = initialization == Initialization.Article
                    ? DeviationOf(definition, parameter)
                    : 1 / Math.Sqrt(InputsOf(definition, parameter));
                FillTruncatedNormal(values, deviation, random);
            }

            rest = rest[parameter.Count..];
        }

        return weights;
    }

    private static double DeviationOf(NetworkDefinition definition, Parameter parameter) =>
        definition.HasVectorCode && parameter.Name == $"{NetworkDefinition.Code}.weight"
            ? Math.Sqrt(2.0 / parameter.Shape.Sum())
            : StandardDeviation;

    /// <summary>Terms of the sum that makes one value; of a transposed convolution with a stride, their mean over the places.</summary>
    private static double InputsOf(NetworkDefinition definition, Parameter parameter) =>
        definition.Layers.First(layer => layer.Parameters.Contains(parameter)) switch
        {
            Convolution layer => layer.Input.Channels * layer.Kernel * layer.Kernel,
            TransposedConvolution layer => layer.Input.Channels * layer.Kernel * layer.Kernel / (double)(layer.Stride * layer.Stride),
            Layer layer => layer.Input.Count,
        };

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
